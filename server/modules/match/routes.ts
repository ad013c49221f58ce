import {
  cancelMatchRun,
  decideMatchPair,
  getMatchRun,
  listMatchPairs,
  startMatchRun,
} from '../../../contract/match.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { decidePair, listPairs } from './review.ts'
import { cancelRun, latestRun, startRun } from './run.ts'

export function mountMatch(api: Api): void {
  implement(api, listMatchPairs, ({ db, actor, query }) => listPairs(db, actor, query))
  implement(api, decideMatchPair, ({ db, actor, params, body }) =>
    transaction(db, (trx) => decidePair(trx, actor, [params.leftId, params.rightId], body)),
  )
  implement(api, getMatchRun, async ({ db, actor }) => ({ run: await latestRun(db, actor) }))
  implement(api, startMatchRun, ({ db, actor }) => transaction(db, (trx) => startRun(trx, actor)))
  implement(api, cancelMatchRun, ({ db, actor, params }) =>
    transaction(db, (trx) => cancelRun(trx, actor, params.id)),
  )
}
