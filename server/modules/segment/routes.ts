import * as routes from '../../../contract/segment.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import {
  countSegment,
  createSegment,
  deleteSegment,
  listMembers,
  listSegments,
  updateSegment,
} from './segment.ts'

export function mountSegment(api: Api): void {
  implement(api, routes.listSegments, async ({ db, actor }) => ({ items: await listSegments(db, actor) }))
  implement(api, routes.createSegment, ({ db, actor, body }) =>
    transaction(db, (trx) => createSegment(trx, actor, body)),
  )
  implement(api, routes.updateSegment, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateSegment(trx, actor, params.id, body)),
  )
  implement(api, routes.deleteSegment, async ({ db, actor, params }) => {
    await transaction(db, (trx) => deleteSegment(trx, actor, params.id))
    return undefined
  })
  implement(api, routes.countSegment, async ({ db, actor, body }) => ({
    count: await countSegment(db, actor, body),
  }))
  implement(api, routes.listSegmentMembers, ({ db, actor, params, query }) =>
    listMembers(db, actor, params.id, query),
  )
}
