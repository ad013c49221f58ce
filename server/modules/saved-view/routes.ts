import {
  deleteSavedView as deleteRoute,
  listSavedViews as listRoute,
  logListExport as exportRoute,
  saveView as saveRoute,
} from '../../../contract/list.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { deleteSavedView, listSavedViews, logListExport, saveView } from './saved-view.ts'

export function mountSavedViews(api: Api): void {
  implement(api, listRoute, ({ db, actor, query }) => listSavedViews(db, actor, query.route))
  implement(api, saveRoute, ({ db, actor, body }) => transaction(db, (trx) => saveView(trx, actor, body)))
  implement(api, deleteRoute, ({ db, actor, params }) =>
    transaction(db, (trx) => deleteSavedView(trx, actor, params.id)),
  )
  implement(api, exportRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => logListExport(trx, actor, body)),
  )
}
