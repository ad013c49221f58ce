import * as routes from '../../../contract/knowledge.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import * as knowledge from './knowledge.ts'

export function mountKnowledge(api: Api): void {
  implement(api, routes.searchArticles, ({ db, actor, query }) => knowledge.searchArticles(db, actor, query))
  implement(api, routes.listWriters, ({ db, actor }) => knowledge.listWriters(db, actor))
  implement(api, routes.listArticles, ({ db, actor, query }) => knowledge.listArticles(db, actor, query))
  implement(api, routes.readArticle, ({ db, actor, params }) => knowledge.readArticle(db, actor, params.id))
  implement(api, routes.createArticle, ({ db, actor, body }) =>
    transaction(db, (trx) => knowledge.createArticle(trx, actor, body)),
  )
  implement(api, routes.updateArticle, ({ db, actor, params, body }) =>
    transaction(db, (trx) => knowledge.updateArticle(trx, actor, params.id, body)),
  )
  implement(api, routes.publishArticle, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => knowledge.publishArticle(trx, actor, params.id, body.version))
    return undefined
  })
  implement(api, routes.confirmArticle, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => knowledge.confirmArticle(trx, actor, params.id, body.reviewOn))
    return undefined
  })
  implement(api, routes.retireArticle, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => knowledge.retireArticle(trx, actor, params.id, body.retired))
    return undefined
  })
  implement(api, routes.rateArticle, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => knowledge.rateArticle(trx, actor, params.id, body))
    return undefined
  })
  implement(api, routes.useArticle, async ({ db, actor, params }) => {
    await transaction(db, (trx) => knowledge.useArticle(trx, actor, params.id))
    return undefined
  })
}
