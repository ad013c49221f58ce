import {
  createEnrollment as createEnrollmentRoute,
  getPathway as getPathwayRoute,
  listEnrollments as listEnrollmentsRoute,
  listPathways as listPathwaysRoute,
  publishPathway as publishPathwayRoute,
  setPathwayActive as setPathwayActiveRoute,
  stopEnrollment as stopEnrollmentRoute,
  validatePathway as validatePathwayRoute,
} from '../../../contract/pathway.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createEnrollment, listEnrollments, stopEnrollment } from './enrollment.ts'
import { getPathway, listPathways, publishPathway, setPathwayActive, validatePathway } from './pathway.ts'

export function mountPathway(api: Api): void {
  implement(api, listPathwaysRoute, async ({ db, actor }) => ({ items: await listPathways(db, actor) }))
  implement(api, validatePathwayRoute, async ({ db, body }) => ({
    problems: await validatePathway(db, body.definition),
  }))
  implement(api, getPathwayRoute, ({ db, actor, params }) => getPathway(db, actor, params.id))
  implement(api, setPathwayActiveRoute, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      await setPathwayActive(trx, actor, params.id, body.active)
      return getPathway(trx, actor, params.id)
    }),
  )
  implement(api, publishPathwayRoute, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      await publishPathway(trx, actor, params.id, body.definition)
      return getPathway(trx, actor, params.id)
    }),
  )
  implement(api, listEnrollmentsRoute, ({ db, actor, query }) => listEnrollments(db, actor, query))
  implement(api, createEnrollmentRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createEnrollment(trx, actor, body)),
  )
  implement(api, stopEnrollmentRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => stopEnrollment(trx, actor, params.id, body.reason)),
  )
}
