import {
  acknowledgeHeadCheck as acknowledgeRoute,
  getHeadCheckSample as sampleRoute,
  listHeadChecks as listRoute,
  saveHeadCheck as saveRoute,
} from '../../../contract/head-check.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { acknowledgeHeadCheck, getHeadCheckSample, listHeadChecks, saveHeadCheck } from './head-check.ts'

export function mountHeadCheck(api: Api): void {
  implement(api, listRoute, ({ db, actor, query }) => listHeadChecks(db, actor, query))
  implement(api, sampleRoute, ({ db, actor, query }) => getHeadCheckSample(db, actor, query))
  implement(api, saveRoute, ({ db, actor, body }) =>
    transaction(db, (trx) => saveHeadCheck(trx, actor, body)),
  )
  implement(api, acknowledgeRoute, async ({ db, actor, params }) => {
    await transaction(db, (trx) => acknowledgeHeadCheck(trx, actor, params.id))
    return undefined
  })
}
