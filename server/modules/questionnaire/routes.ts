import {
  createDraft as createDraftRoute,
  dropDraft as dropDraftRoute,
  getDraft as getDraftRoute,
  listDrafts as listDraftsRoute,
  listVersions as listVersionsRoute,
  publishDraft as publishDraftRoute,
  readFhirQuestionnaire,
  saveDraft as saveDraftRoute,
} from '../../../contract/questionnaire-design.ts'
import {
  exportQuestionnaire as exportQuestionnaireRoute,
  getQuestionnaire as getQuestionnaireRoute,
  listQuestionnaires as listQuestionnairesRoute,
} from '../../../contract/questionnaire.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import {
  createDraft,
  dropDraft,
  getDraft,
  listDrafts,
  listVersions,
  publishDraft,
  saveDraft,
} from './draft.ts'
import { exportQuestionnaire, readFhir } from './exchange.ts'
import { getQuestionnaire, listQuestionnaires } from './questionnaire.ts'

export function mountQuestionnaire(api: Api): void {
  implement(api, listQuestionnairesRoute, async ({ db }) => ({ items: await listQuestionnaires(db) }))
  implement(api, getQuestionnaireRoute, ({ db, params }) => getQuestionnaire(db, { id: params.id }))
  implement(api, listVersionsRoute, async ({ db, actor, params }) => ({
    items: await listVersions(db, actor, params.id),
  }))

  implement(api, exportQuestionnaireRoute, async ({ db, actor, params, query }) => {
    const resource = await exportQuestionnaire(db, actor, params.id, query.version)
    return fhirFile(resource, `${resource.name ?? 'Questionnaire'}-${resource.version ?? ''}`)
  })
  implement(api, readFhirQuestionnaire, async ({ body }) => Promise.resolve(readFhir(body.resource)))

  implement(api, listDraftsRoute, async ({ db, actor }) => ({ items: await listDrafts(db, actor) }))
  implement(api, createDraftRoute, async ({ db, actor, body }) => ({
    id: await transaction(db, (trx) => createDraft(trx, actor, body)),
  }))
  implement(api, getDraftRoute, ({ db, actor, params }) => getDraft(db, actor, params.id))
  implement(api, saveDraftRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => saveDraft(trx, actor, params.id, body)),
  )
  implement(api, dropDraftRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => dropDraft(trx, actor, params.id))
    return undefined
  })
  implement(api, publishDraftRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => publishDraft(trx, actor, params.id, body.revision)),
  )
}

/** A download as FHIR. */
export function fhirFile(resource: object, name: string): Response {
  return new Response(`${JSON.stringify(resource, null, 2)}\n`, {
    headers: {
      'Content-Type': 'application/fhir+json; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.json"`,
    },
  })
}
