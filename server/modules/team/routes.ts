import {
  createAbsence as createAbsenceRoute,
  endAbsence as endAbsenceRoute,
  getTeam as getTeamRoute,
  handOver as handOverRoute,
  listAbsences as listAbsencesRoute,
  setGoal as setGoalRoute,
  undoHandOver as undoHandOverRoute,
} from '../../../contract/team.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createAbsence, endAbsence, listAbsences } from './absence.ts'
import { handOver, undoHandOver } from './hand-over.ts'
import { getTeam, setGoal } from './team.ts'

export function mountTeam(api: Api): void {
  implement(api, getTeamRoute, ({ db, actor, query }) => getTeam(db, actor, query.departmentId))
  implement(api, setGoalRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => setGoal(trx, actor, params.id, body.goal)),
  )
  implement(api, handOverRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => handOver(trx, actor, params.id, body)),
  )
  implement(api, undoHandOverRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => undoHandOver(trx, actor, params.id)),
  )
  implement(api, listAbsencesRoute, async ({ db, actor }) => ({ items: await listAbsences(db, actor) }))
  implement(api, createAbsenceRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createAbsence(trx, actor, body)),
  )
  implement(api, endAbsenceRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => endAbsence(trx, actor, params.id)),
  )
}
