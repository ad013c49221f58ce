import * as routes from '../../../contract/promise.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { listPromises, promiseFigures } from './list.ts'
import { explainDelay, keepPromise, makePromise, withdrawPromise } from './promise.ts'

export function mountPromise(api: Api): void {
  implement(api, routes.listPromises, ({ db, actor, query }) => listPromises(db, actor, query))
  implement(api, routes.makePromise, ({ db, actor, body }) =>
    transaction(db, (trx) => makePromise(trx, actor, body)),
  )
  implement(api, routes.keepPromise, ({ db, actor, params }) =>
    transaction(db, (trx) => keepPromise(trx, actor, params.id)),
  )
  implement(api, routes.withdrawPromise, ({ db, actor, params, body }) =>
    transaction(db, (trx) => withdrawPromise(trx, actor, params.id, body.reason)),
  )
  implement(api, routes.explainDelay, ({ db, actor, params, body }) =>
    transaction(db, (trx) => explainDelay(trx, actor, params.id, body)),
  )
  implement(api, routes.promiseFigures, ({ db, actor, query }) => promiseFigures(db, actor, query))
}
