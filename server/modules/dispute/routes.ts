import {
  closeDispute as closeDisputeRoute,
  listDisputes as listDisputesRoute,
  openDispute as openDisputeRoute,
  pauseDispute as pauseDisputeRoute,
  resumeDispute as resumeDisputeRoute,
} from '../../../contract/dispute.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { closeDispute, listDisputes, openDispute, pauseDispute } from './dispute.ts'

export function mountDispute(api: Api): void {
  implement(api, listDisputesRoute, ({ db, actor, params }) => listDisputes(db, actor, params.id))
  implement(api, openDisputeRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => openDispute(trx, actor, params.id, body)),
  )
  implement(api, pauseDisputeRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => pauseDispute(trx, actor, params.id, body.reason))
    return undefined
  })
  implement(api, resumeDisputeRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => pauseDispute(trx, actor, params.id, null))
    return undefined
  })
  implement(api, closeDisputeRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => closeDispute(trx, actor, params.id, body))
    return undefined
  })
}
