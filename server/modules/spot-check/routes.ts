import {
  acceptSpotCheck,
  appealSpotCheck,
  decideSpotCheck,
  drawSpotChecks,
  getSpotCheckDraw,
  getSpotChecks as getSpotChecksRoute,
  listSpotChecks as listSpotChecksRoute,
  previewSpotChecks,
} from '../../../contract/spot-check.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { acceptCheck, appealCheck, decideCheck } from './appeal.ts'
import { drawMonth, getDraw, previewDraw } from './draw-month.ts'
import { getSpotChecks, listSpotChecks } from './list.ts'

export function mountSpotCheck(api: Api): void {
  implement(api, getSpotChecksRoute, ({ db, actor, query }) => getSpotChecks(db, actor, query))
  implement(api, listSpotChecksRoute, ({ db, actor, query }) => listSpotChecks(db, actor, query))
  implement(api, previewSpotChecks, ({ db, actor, query }) => previewDraw(db, actor, query))
  implement(api, drawSpotChecks, ({ db, actor, body }) =>
    transaction(db, (trx) => drawMonth(trx, actor, body)),
  )
  implement(api, getSpotCheckDraw, ({ db, actor, params }) => getDraw(db, actor, params.id))
  implement(api, appealSpotCheck, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => appealCheck(trx, actor, params.id, body.reason))
    return undefined
  })
  implement(api, acceptSpotCheck, async ({ db, actor, params }) => {
    await transaction(db, (trx) => acceptCheck(trx, actor, params.id))
    return undefined
  })
  implement(api, decideSpotCheck, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => decideCheck(trx, actor, params.id, body))
    return undefined
  })
}
