import * as quality from '../../../contract/call-quality.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { callForecast } from './call-forecast.ts'
import { callQuality } from './quality.ts'
import { acknowledgeReview, chooseCall, finishReview, getReview, listReviews } from './review.ts'

export function mountQuality(api: Api): void {
  implement(api, quality.getCallQuality, ({ db, actor, query }) => callQuality(db, actor, query))
  implement(api, quality.getCallForecast, ({ db, actor, query }) => callForecast(db, actor, query))
  implement(api, quality.listCallReviews, ({ db, actor, query }) => listReviews(db, actor, query))
  implement(api, quality.getCallReview, ({ db, actor, params }) => getReview(db, actor, params.id))
  implement(api, quality.reviewCall, ({ db, actor, params }) =>
    transaction(db, (trx) => chooseCall(trx, actor, params.id)),
  )
  implement(api, quality.finishCallReview, ({ db, actor, params, body }) =>
    transaction(db, (trx) => finishReview(trx, actor, params.id, body)),
  )
  implement(api, quality.acknowledgeCallReview, ({ db, actor, params, body }) =>
    transaction(db, (trx) => acknowledgeReview(trx, actor, params.id, body.comment)),
  )
}
