import {
  actOnImport as actOnImportRoute,
  exportImportErrors as exportImportErrorsRoute,
  getImport as getImportRoute,
  listImportErrors as listImportErrorsRoute,
  listImports as listImportsRoute,
  updateImport as updateImportRoute,
  uploadImport as uploadImportRoute,
} from '../../../contract/import.ts'
import { transaction } from '../../platform/db.ts'
import { bodyPieces } from '../../platform/body.ts'
import { type Api, implement } from '../../platform/http.ts'
import {
  actOnImport,
  exportImportErrors,
  getImport,
  listImportErrors,
  listImports,
  updateImport,
  uploadImport,
} from './import.ts'

export function mountImport(api: Api): void {
  implement(api, listImportsRoute, ({ db, actor, query }) => listImports(db, actor, query))
  implement(api, uploadImportRoute, ({ db, actor, query, c }) =>
    uploadImport(db, actor, query, bodyPieces(c, uploadImportRoute.largestBody)),
  )
  implement(api, getImportRoute, ({ db, actor, params }) => getImport(db, actor, params.id))
  implement(api, updateImportRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updateImport(trx, actor, params.id, body))
    return getImport(db, actor, params.id)
  })
  implement(api, actOnImportRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => actOnImport(trx, actor, params.id, params.act)),
  )
  implement(api, listImportErrorsRoute, ({ db, actor, params, query }) =>
    listImportErrors(db, actor, params.id, query),
  )
  implement(api, exportImportErrorsRoute, async ({ db, actor, params }) => {
    const file = await exportImportErrors(db, actor, params.id)
    return new Response(file, {
      headers: {
        'Content-Type': exportImportErrorsRoute.produces,
        'Content-Disposition': `attachment; filename="import-${params.id}-errors.csv"`,
        'Cache-Control': 'no-store',
      },
    })
  })
}
