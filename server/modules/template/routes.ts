import {
  checkText as checkRoute,
  createTemplate as createRoute,
  getTemplate as getRoute,
  listTemplates as listRoute,
  listTemplateVersions as versionsRoute,
  previewText as previewRoute,
  publishTemplate as publishRoute,
  retireTemplate as retireRoute,
  saveTemplate as saveRoute,
} from '../../../contract/message-template.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { checkText, previewText } from './preview.ts'
import {
  createTemplate,
  getTemplate,
  listTemplates,
  listVersions,
  publishTemplate,
  retireTemplate,
  saveTemplate,
} from './template.ts'

export function mountTemplate(api: Api): void {
  implement(api, listRoute, async ({ db, actor, query }) => ({
    items: await listTemplates(db, actor, query),
  }))
  implement(api, checkRoute, ({ db, body }) => checkText(db, body))
  implement(api, previewRoute, ({ db, actor, body }) => previewText(db, actor, body))
  implement(api, createRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createTemplate(trx, actor, body)),
  )
  implement(api, getRoute, ({ db, actor, params }) => getTemplate(db, actor, params.id))
  implement(api, saveRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => saveTemplate(trx, actor, params.id, body)),
  )
  implement(api, publishRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => publishTemplate(trx, actor, params.id, body.revision)),
  )
  implement(api, retireRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => retireTemplate(trx, actor, params.id, body.retired)),
  )
  implement(api, versionsRoute, async ({ db, actor, params }) => ({
    items: await listVersions(db, actor, params.id),
  }))
}
