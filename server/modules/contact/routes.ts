import {
  giveConsent as giveConsentRoute,
  listConsents as listConsentsRoute,
  recordReceived as recordReceivedRoute,
  withdrawConsent as withdrawConsentRoute,
} from '../../../contract/contact.ts'
import {
  countRefusals as countRoute,
  listRefusals as listRoute,
  searchConsents as searchRoute,
} from '../../../contract/contact-log.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { giveConsent, listConsents, searchConsents, withdrawConsent } from './consent.ts'
import { recordReceived } from './received.ts'
import { countRefusals, listRefusals } from './refusal.ts'

export function mountContact(api: Api): void {
  implement(api, listRoute, ({ db, actor, query }) => listRefusals(db, actor, query))
  implement(api, countRoute, ({ db, actor, query }) => countRefusals(db, actor, query))
  implement(api, searchRoute, ({ db, actor, query }) => searchConsents(db, actor, query))
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
