import {
  createGuidance as createRoute,
  giveGuidance as giveRoute,
  listGuidance as listRoute,
  listGuidanceVersions as versionsRoute,
  listTaskGuidance as offeredRoute,
  updateGuidance as updateRoute,
} from '../../../contract/guidance.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { giveGuidance, listTaskGuidance } from './give.ts'
import { createGuidance, listGuidance, listVersions, updateGuidance } from './guidance.ts'

export function mountGuidance(api: Api): void {
  implement(api, listRoute, async ({ db, actor }) => ({ items: await listGuidance(db, actor) }))
  implement(api, createRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createGuidance(trx, actor, body)),
  )
  implement(api, updateRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateGuidance(trx, actor, params.id, body)),
  )
  implement(api, versionsRoute, async ({ db, actor, params }) => ({
    items: await listVersions(db, actor, params.id),
  }))
  implement(api, offeredRoute, ({ db, actor, params }) => listTaskGuidance(db, actor, params.id))
  implement(api, giveRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => giveGuidance(trx, actor, params.id, body))
    return undefined
  })
}
