import {
  createDepartment as createDepartmentRoute,
  createSite as createSiteRoute,
  createStaff as createStaffRoute,
  listSites as listSitesRoute,
  listStaff,
  updateDepartment as updateDepartmentRoute,
  updateSite as updateSiteRoute,
  updateStaff as updateStaffRoute,
} from '../../../contract/setting.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import {
  createDepartment,
  createSite,
  createStaff,
  listSites,
  listStaffRows,
  updateDepartment,
  updateSite,
  updateStaff,
  viewStaff,
} from './organisation.ts'

export function mountOrganisation(api: Api): void {
  implement(api, listSitesRoute, ({ db, actor, query }) => listSites(db, actor, query.within))
  implement(api, createSiteRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createSite(trx, actor, body)),
  )
  implement(api, updateSiteRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateSite(trx, actor, params.id, body)),
  )
  implement(api, createDepartmentRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createDepartment(trx, actor, body)),
  )
  implement(api, updateDepartmentRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateDepartment(trx, actor, params.id, body)),
  )
  implement(api, listStaff, async ({ db, actor, query }) => {
    const [after = 0] = decodeCursor<[number]>(query.cursor, ['number']) ?? []
    const rows = await listStaffRows(db, actor, { ...query, after })
    return pageOf(rows, query.limit, (row) => [row.id], viewStaff)
  })
  implement(api, createStaffRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => createStaff(trx, actor, body)),
  )
  implement(api, updateStaffRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateStaff(trx, actor, params.id, body)),
  )
}
