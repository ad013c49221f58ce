import {
  askPathwayPublish,
  createPathway,
  deletePathwayDraft,
  getPathwayDraft,
  getPathwayVersion as getPathwayVersionRoute,
  publishPathway,
  returnPathwayDraft,
  savePathwayDraft,
} from '../../../contract/pathway-draft.ts'
import {
  createEnrollment as createEnrollmentRoute,
  resumeEnrollment as resumeEnrollmentRoute,
  getPathway as getPathwayRoute,
  listEnrollments as listEnrollmentsRoute,
  listPathways as listPathwaysRoute,
  stopEnrollment as stopEnrollmentRoute,
  updatePathway as updatePathwayRoute,
  validatePathway as validatePathwayRoute,
} from '../../../contract/pathway.ts'
import {
  cancelRehearsal as cancelRehearsalRoute,
  getRehearsal,
  startRehearsal as startRehearsalRoute,
} from '../../../contract/rehearsal.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createEnrollment, listEnrollments, resumeEnrollment, stopEnrollment } from './enrollment.ts'
import {
  askPublish,
  beginPathway,
  deleteDraft,
  getDraft,
  publishDraft,
  returnDraft,
  saveDraft,
} from './draft.ts'
import { getPathway, getPathwayVersion, listPathways, updatePathway, validatePathway } from './pathway.ts'
import { cancelRehearsal, latestRehearsal, startRehearsal } from './rehearsal.ts'

export function mountPathway(api: Api): void {
  implement(api, listPathwaysRoute, async ({ db, actor }) => ({ items: await listPathways(db, actor) }))
  implement(api, validatePathwayRoute, async ({ db, body }) => ({
    problems: await validatePathway(db, body.definition, body.pathwayId),
  }))
  implement(api, getPathwayRoute, ({ db, actor, params }) => getPathway(db, actor, params.id))
  implement(api, createPathway, ({ db, actor, body }) =>
    transaction(db, async (trx) => getPathway(trx, actor, await beginPathway(trx, actor, body))),
  )
  implement(api, updatePathwayRoute, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      await updatePathway(trx, actor, params.id, body)
      return getPathway(trx, actor, params.id)
    }),
  )
  implement(api, publishPathway, ({ db, actor, params, body }) =>
    transaction(db, async (trx) => {
      await publishDraft(trx, actor, params.id, body.revision)
      return getPathway(trx, actor, params.id)
    }),
  )
  implement(api, getPathwayVersionRoute, ({ db, actor, params }) =>
    getPathwayVersion(db, actor, params.id, params.version),
  )
  implement(api, getPathwayDraft, async ({ db, actor, params }) => ({
    draft: await getDraft(db, actor, params.id),
  }))
  implement(api, savePathwayDraft, ({ db, actor, params, body }) =>
    transaction(db, (trx) => saveDraft(trx, actor, params.id, body)),
  )
  implement(api, deletePathwayDraft, ({ db, actor, params, query }) =>
    transaction(db, async (trx) => {
      await deleteDraft(trx, actor, params.id, query.revision)
      return undefined
    }),
  )
  implement(api, askPathwayPublish, ({ db, actor, params, body }) =>
    transaction(db, (trx) => askPublish(trx, actor, params.id, body.revision)),
  )
  implement(api, returnPathwayDraft, ({ db, actor, params, body }) =>
    transaction(db, (trx) => returnDraft(trx, actor, params.id, body)),
  )
  implement(api, getRehearsal, async ({ db, actor, params }) => ({
    rehearsal: await latestRehearsal(db, actor, params.id),
  }))
  implement(api, startRehearsalRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => startRehearsal(trx, actor, params.id, body)),
  )
  implement(api, cancelRehearsalRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => cancelRehearsal(trx, actor, params.id)),
  )
  implement(api, listEnrollmentsRoute, ({ db, actor, query }) => listEnrollments(db, actor, query))
  implement(api, createEnrollmentRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createEnrollment(trx, actor, body)),
  )
  implement(api, resumeEnrollmentRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => resumeEnrollment(trx, actor, params.id)),
  )
  implement(api, stopEnrollmentRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => stopEnrollment(trx, actor, params.id, body.reason)),
  )
}
