import {
  comparePersons as comparePersonsRoute,
  getPersonMerge as getPersonMergeRoute,
  mergePersons as mergePersonsRoute,
  undoPersonMerge as undoPersonMergeRoute,
} from '../../../contract/match.ts'
import {
  chooseStatement as chooseStatementRoute,
  getPerson as getPersonRoute,
  listPersons as listPersonsRoute,
  revealPerson as revealPersonRoute,
  setOptOut as setOptOutRoute,
  updatePerson as updatePersonRoute,
} from '../../../contract/person.ts'
import { transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type Api, implement } from '../../platform/http.ts'
import { chooseStatement, revealPerson, setOptOut, updatePerson } from './change.ts'
import { mergePersons, unmergePerson } from './merge.ts'
import { comparePersons, getPersonMerge } from './merge-view.ts'
import { getPerson } from './person.ts'
import { searchPersons } from './search.ts'

export function mountPerson(api: Api): void {
  implement(api, listPersonsRoute, ({ db, actor, query }) => searchPersons(db, actor, query))
  implement(api, getPersonRoute, ({ db, actor, params }) => getPerson(db, actor, params.id))
  implement(api, updatePersonRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updatePerson(trx, actor, params.id, body))
    return getPerson(db, actor, params.id)
  })
  implement(api, chooseStatementRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => chooseStatement(trx, actor, params.id, body))
    return getPerson(db, actor, params.id)
  })
  implement(api, revealPersonRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => revealPerson(trx, actor, params.id, body)),
  )
  implement(api, setOptOutRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => setOptOut(trx, actor, params.id, body))
    return getPerson(db, actor, params.id)
  })
  implement(api, comparePersonsRoute, ({ db, actor, params }) =>
    comparePersons(db, actor, params.leftId, params.rightId),
  )
  implement(api, mergePersonsRoute, ({ db, actor, body }) =>
    transaction(db, async (trx) => {
      const { mergeId, survivorId } = await mergePersons(trx, actor, { ...body, source: 'manual' })
      if (mergeId === null) throw new AppError('already-exists', 'These two records are one person already.')
      return { mergeId, survivorId }
    }),
  )
  implement(api, getPersonMergeRoute, ({ db, actor, params }) => getPersonMerge(db, actor, params.id))
  implement(api, undoPersonMergeRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => unmergePerson(trx, actor, { mergeId: params.id, reason: body.reason })),
  )
}
