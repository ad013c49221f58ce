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
  createPersonLink as createPersonLinkRoute,
  createPersonResponse as createPersonResponseRoute,
} from '../../../contract/questionnaire-answer.ts'
import { exportTaskResponse } from '../../../contract/questionnaire.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { fhirFile } from '../questionnaire/routes.ts'
import {
  addFormPhoto,
  holdsLink,
  openForm,
  readFormPhoto,
  saveForm,
  submitForm,
  type Visitor,
} from './form.ts'
import { createLink, listLinks, revokeLink } from './link.ts'
import { addTaskPhoto, addVisitPhoto, listPersonPhotos, readTaskPhoto, sendPhoto } from './photo.ts'
import { exportResponse } from './response.ts'
import { createPersonLink, createPersonResponse } from './without-task.ts'

export function mountForm(api: Api, { config, secret }: Services): void {
  const { publicUrl } = config
  implement(api, exportTaskResponse, async ({ db, actor, params }) =>
    fhirFile(await exportResponse(db, actor, params.id), `QuestionnaireResponse-task-${params.id}`),
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

  implement(api, createPersonResponseRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => createPersonResponse(trx, actor, params.id, body)),
  )
  implement(api, createPersonLinkRoute, ({ c, db, actor, params, body }) =>
    transaction(db, (trx) =>
      createPersonLink(trx, actor, params.id, body, publicUrl ?? new URL(c.req.url).origin),
    ),
  )

  // The caller of a link is the person, even if somebody else is signed in on the same tablet.
  const visitor = (c: ApiContext): Visitor => ({ db: c.get('db'), secret, address: c.get('address') })
  implement(api, openFormRoute, ({ c, body }) => openForm(visitor(c), body))
  implement(api, saveFormRoute, ({ c, body }) => saveForm(visitor(c), body))
  implement(api, submitFormRoute, ({ c, body }) => submitForm(visitor(c), body))
  implement(
    api,
    addFormPhotoRoute,
    ({ c, body }) => addFormPhoto(visitor(c), body),
    (c) => holdsLink(visitor(c), c.req.header('x-form')),
  )
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
