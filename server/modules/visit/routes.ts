import {
  createOutreachTask as createOutreachTaskRoute,
  getVisitSetup as getVisitSetupRoute,
  listVisitTasks as listVisitTasksRoute,
  putVisitBase,
  saveVisitTeam,
  saveVisitVehicle,
  saveVisitZone,
  setPersonPosition as setPersonPositionRoute,
} from '../../../contract/visit.ts'
import {
  getVisitCosts,
  listVisitRecords,
  recordVisit as recordVisitRoute,
  settleVisitRecord,
  takeVisitDay,
} from '../../../contract/visit-record.ts'
import {
  confirmVisitPlan,
  createVisitPlan,
  getVisitPlan,
  getVisitSheet,
  moveVisitStop,
  shortenVisitRoute,
} from '../../../contract/visit-plan.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createOutreachTask } from './by-hand.ts'
import { getCosts } from './cost.ts'
import { listRecords, settleRecord } from './records.ts'
import { listVisitTasks } from './open-visits.ts'
import { getPlan } from './plan-view.ts'
import { confirmPlan, createPlan, moveStop, shortenRoute } from './plan.ts'
import { setPersonPosition } from './position.ts'
import { recordVisit } from './record.ts'
import { getVisitSetup, saveTeam, saveVehicle, saveZone, setBase } from './setup.ts'
import { getSheet } from './sheet.ts'
import { takeDay } from './today.ts'

export function mountVisit(api: Api): void {
  implement(api, getVisitSetupRoute, ({ db, actor, query }) => getVisitSetup(db, actor, query.siteId))
  implement(api, putVisitBase, async ({ db, actor, body }) => {
    await transaction(db, (trx) => setBase(trx, actor, body))
    return undefined
  })
  implement(api, saveVisitZone, async ({ db, actor, body }) => ({
    id: await transaction(db, (trx) => saveZone(trx, actor, body)),
  }))
  implement(api, saveVisitVehicle, async ({ db, actor, body }) => ({
    id: await transaction(db, (trx) => saveVehicle(trx, actor, body)),
  }))
  implement(api, saveVisitTeam, async ({ db, actor, body }) => ({
    id: await transaction(db, (trx) => saveTeam(trx, actor, body)),
  }))
  implement(api, setPersonPositionRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => setPersonPosition(trx, actor, params.id, body.position))
    return undefined
  })
  implement(api, listVisitTasksRoute, ({ db, actor, query }) => listVisitTasks(db, actor, query.siteId))
  implement(api, createOutreachTaskRoute, async ({ db, actor, body }) => {
    await transaction(db, (trx) => createOutreachTask(trx, actor, body))
    return undefined
  })
  implement(api, createVisitPlan, async ({ db, actor, body }) => {
    const id = await transaction(db, (trx) => createPlan(trx, actor, body))
    return getPlan(db, actor, id)
  })
  implement(api, getVisitPlan, ({ db, actor, params }) => getPlan(db, actor, params.id))
  implement(api, moveVisitStop, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => moveStop(trx, actor, params.id, body))
    return getPlan(db, actor, params.id)
  })
  implement(api, shortenVisitRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => shortenRoute(trx, actor, params.id, body))
    return getPlan(db, actor, params.id)
  })
  implement(api, confirmVisitPlan, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => confirmPlan(trx, actor, params.id, body.version))
    return getPlan(db, actor, params.id)
  })
  implement(api, getVisitSheet, ({ db, actor, params, body }) =>
    transaction(db, (trx) => getSheet(trx, actor, params.id, body)),
  )
  implement(api, takeVisitDay, ({ db, actor }) => transaction(db, (trx) => takeDay(trx, actor)))
  implement(api, recordVisitRoute, ({ db, actor, params, body }) => recordVisit(db, actor, params.id, body))
  implement(api, getVisitCosts, ({ db, actor, query }) => getCosts(db, actor, query))
  implement(api, listVisitRecords, ({ db, actor, query }) => listRecords(db, actor, query))
  implement(api, settleVisitRecord, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => settleRecord(trx, actor, params.id, body.reason))
    return undefined
  })
}
