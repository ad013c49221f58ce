import {
  giveConsent as giveConsentRoute,
  listConsents as listConsentsRoute,
  recordReceived as recordReceivedRoute,
  withdrawConsent as withdrawConsentRoute,
} from '../../../contract/contact.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { giveConsent, listConsents, withdrawConsent } from './consent.ts'
import { recordReceived } from './received.ts'

export function mountContact(api: Api): void {
  implement(api, listConsentsRoute, async ({ db, actor, params }) => ({
    items: await listConsents(db, actor, params.id),
  }))
  implement(api, giveConsentRoute, async ({ db, actor, params, body }) => ({
    items: await transaction(db, (trx) => giveConsent(trx, actor, params.id, body)),
  }))
  implement(api, withdrawConsentRoute, async ({ db, actor, params, body }) => ({
    items: await transaction(db, (trx) =>
      withdrawConsent(trx, actor, params.id, params.consentId, body.reason),
    ),
  }))
  implement(api, recordReceivedRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => recordReceived(trx, actor, params.id, body)),
  )
}
