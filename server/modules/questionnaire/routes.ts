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
  addTaskPhoto as addTaskPhotoRoute,
  addVisitPhoto as addVisitPhotoRoute,
  listPersonPhotos as listPersonPhotosRoute,
  readTaskPhoto as readTaskPhotoRoute,
} from '../../../contract/photo.ts'
import {
  addFormPhoto as addFormPhotoRoute,
  createTaskLink,
  listTaskLinks,
  openForm as openFormRoute,
  readFormPhoto as readFormPhotoRoute,
  revokeLink as revokeLinkRoute,
  saveForm as saveFormRoute,
  submitForm as submitFormRoute,
} from '../../../contract/questionnaire-link.ts'
import {
  exportQuestionnaire as exportQuestionnaireRoute,
  exportTaskResponse,
  getQuestionnaire as getQuestionnaireRoute,
  listQuestionnaires as listQuestionnairesRoute,
} from '../../../contract/questionnaire.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import {
  createDraft,
  dropDraft,
  getDraft,
  listDrafts,
  listVersions,
  publishDraft,
  saveDraft,
} from './draft.ts'
import { exportQuestionnaire, exportResponse, readFhir } from './exchange.ts'
import { addFormPhoto, openForm, readFormPhoto, saveForm, submitForm, type Visitor } from './form.ts'
import { createLink, listLinks, revokeLink } from './link.ts'
import { addTaskPhoto, addVisitPhoto, listPersonPhotos, readTaskPhoto, sendPhoto } from './photo.ts'
import { getQuestionnaire, listQuestionnaires } from './questionnaire.ts'

export function mountQuestionnaire(api: Api, { config, secret }: Services): void {
  const { publicUrl } = config
  implement(api, listQuestionnairesRoute, async ({ db }) => ({ items: await listQuestionnaires(db) }))
  implement(api, getQuestionnaireRoute, ({ db, params }) => getQuestionnaire(db, { id: params.id }))
  implement(api, listVersionsRoute, async ({ db, actor, params }) => ({
    items: await listVersions(db, actor, params.id),
  }))

  implement(api, exportQuestionnaireRoute, async ({ db, actor, params, query }) => {
    const resource = await exportQuestionnaire(db, actor, params.id, query.version)
    return file(resource, `${resource.name ?? 'Questionnaire'}-${resource.version ?? ''}`)
  })
  implement(api, exportTaskResponse, async ({ db, actor, params }) =>
    file(await exportResponse(db, actor, params.id), `QuestionnaireResponse-task-${params.id}`),
  )
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

  implement(api, listTaskLinks, ({ db, actor, params }) => listLinks(db, actor, params.id, publicUrl))
  implement(api, createTaskLink, ({ c, db, actor, params, body }) =>
    transaction(db, (trx) =>
      createLink(trx, actor, params.id, body, { publicUrl, origin: new URL(c.req.url).origin }),
    ),
  )
  implement(api, revokeLinkRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => revokeLink(trx, actor, params.id))
    return undefined
  })

  // Who opens a link is the person, whoever else is signed in on the same tablet.
  const visitor = (c: ApiContext): Visitor => ({ db: c.get('db'), secret, address: c.get('address') })
  implement(api, openFormRoute, ({ c, body }) => openForm(visitor(c), body))
  implement(api, saveFormRoute, ({ c, body }) => saveForm(visitor(c), body))
  implement(api, submitFormRoute, ({ c, body }) => submitForm(visitor(c), body))
  implement(api, addFormPhotoRoute, ({ c, body }) => addFormPhoto(visitor(c), body))
  implement(api, readFormPhotoRoute, async ({ c, body }) =>
    sendPhoto(c, await readFormPhoto(visitor(c), body)),
  )

  implement(api, addTaskPhotoRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => addTaskPhoto(trx, actor, secret, params.id, body)),
  )
  implement(api, addVisitPhotoRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => addVisitPhoto(trx, actor, secret, params.id, body)),
  )
  implement(api, readTaskPhotoRoute, async ({ c, db, actor, params }) =>
    sendPhoto(c, await readTaskPhoto(db, actor, secret, params.id, params.key)),
  )
  implement(api, listPersonPhotosRoute, async ({ db, actor, params }) => ({
    items: await listPersonPhotos(db, actor, params.id),
  }))
}

function file(resource: object, name: string): Response {
  return new Response(`${JSON.stringify(resource, null, 2)}\n`, {
    headers: {
      'Content-Type': 'application/fhir+json; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.json"`,
    },
  })
}
