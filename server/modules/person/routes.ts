import {
  getPerson as getPersonRoute,
  getTimeline as getTimelineRoute,
  listPersons as listPersonsRoute,
  revealPerson as revealPersonRoute,
  setOptOut as setOptOutRoute,
  updatePerson as updatePersonRoute,
} from '../../../contract/person.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import { getTimeline } from '../event/timeline.ts'
import { revealPerson, setOptOut, updatePerson } from './change.ts'
import { getPerson } from './person.ts'
import { searchPersons } from './search.ts'

export function mountPerson(api: Api): void {
  implement(api, listPersonsRoute, ({ db, actor, query }) => searchPersons(db, actor, query))
  implement(api, getPersonRoute, ({ db, actor, params }) => getPerson(db, actor, params.id))
  implement(api, updatePersonRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => updatePerson(trx, actor, params.id, body))
    return getPerson(db, actor, params.id)
  })
  implement(api, revealPersonRoute, ({ db, actor, params, body }) =>
    transaction(db, (trx) => revealPerson(trx, actor, params.id, body)),
  )
  implement(api, setOptOutRoute, async ({ db, actor, params, body }) => {
    await transaction(db, (trx) => setOptOut(trx, actor, params.id, body))
    return getPerson(db, actor, params.id)
  })
  implement(api, getTimelineRoute, ({ db, actor, params, query }) => getTimeline(db, actor, params.id, query))
}
