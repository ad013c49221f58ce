import * as routes from '../../../contract/segment.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { createAlike } from './alike.ts'
import { countSegment, overlap } from './count.ts'
import { changeMembers, createList } from './list.ts'
import {
  activateSegment,
  createSegment,
  deleteSegment,
  getSegment,
  listMembers,
  listSegments,
  updateSegment,
} from './segment.ts'

export function mountSegment(api: Api): void {
  implement(api, routes.listSegments, async ({ db, actor }) => ({ items: await listSegments(db, actor) }))
  implement(api, routes.countSegment, ({ db, actor, body }) => countSegment(db, actor, body))
  implement(api, routes.overlapSegments, ({ db, actor, body }) => overlap(db, actor, body))
  implement(api, routes.createSegment, ({ db, actor, body }) =>
    transaction(db, (trx) => createSegment(trx, actor, body)),
  )
  implement(api, routes.createList, ({ db, actor, body }) =>
    transaction(db, (trx) => createList(trx, actor, body)),
  )
  implement(api, routes.getSegment, ({ db, actor, params }) => getSegment(db, actor, params.id))
  implement(api, routes.updateSegment, ({ db, actor, params, body }) =>
    transaction(db, (trx) => updateSegment(trx, actor, params.id, body)),
  )
  implement(api, routes.activateSegment, ({ db, actor, params }) =>
    transaction(db, (trx) => activateSegment(trx, actor, params.id)),
  )
  implement(api, routes.deleteSegment, async ({ db, actor, params }) => {
    await transaction(db, (trx) => deleteSegment(trx, actor, params.id))
    return undefined
  })
  implement(api, routes.listSegmentMembers, ({ db, actor, params, query }) =>
    listMembers(db, actor, params.id, query),
  )
  implement(api, routes.changeListMembers, ({ db, actor, params, body }) =>
    transaction(db, (trx) => changeMembers(trx, actor, params.id, body)),
  )
  implement(api, routes.createAlike, ({ db, actor, params, body }) =>
    transaction(db, (trx) => createAlike(trx, actor, params.id, body)),
  )
}
