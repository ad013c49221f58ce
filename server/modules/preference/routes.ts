import {
  createWishesLink as linkRoute,
  getWishes as getRoute,
  openWishes as openRoute,
  saveWishes as saveRoute,
  setWishedHours as hoursRoute,
  stopMarketing as stopRoute,
} from '../../../contract/preference.ts'
import { audit } from '../../platform/audit.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, type ApiContext, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { bestHourOf, wishedHours, wishHours } from '../contact/hour.ts'
import { loadPerson } from '../person/person.ts'
import { linkDays } from './placeholder.ts'
import { makeLink, wishesUrl } from './token.ts'
import { openWishes, saveWishes, stopMarketing, type Visitor } from './wishes.ts'

export function mountPreference(api: Api, { config }: Services): void {
  // The caller of a link is the person, even if somebody else is signed in on the same tablet.
  const visitor = (c: ApiContext): Visitor => ({ db: c.get('db'), address: c.get('address') })
  implement(api, openRoute, ({ c, body }) => openWishes(visitor(c), body.token))
  implement(api, saveRoute, ({ c, body }) => saveWishes(visitor(c), body.token, body.wishes))
  implement(api, stopRoute, ({ c, body }) => stopMarketing(visitor(c), body.token))

  implement(api, linkRoute, ({ c, db, actor, params }) =>
    transaction(db, async (trx) => {
      const { id } = (await loadPerson(trx, actor, params.id, 'person.write')).person
      const { token, expiresAt } = makeLink(trx, { kind: 'person', id }, await linkDays(trx))
      await audit(trx, actor, { action: 'preference.link', personId: id })
      const url = wishesUrl(config.publicUrl ?? new URL(c.req.url).origin, token)
      return { url, expiresAt: expiresAt.toISOString() }
    }),
  )
  implement(api, getRoute, async ({ db, actor, params }) => {
    const { id } = (await loadPerson(db, actor, params.id)).person
    await audit(db, actor, { action: 'person.read', personId: id, fields: ['hours'] })
    return { hours: await wishedHours(db, id), bestHour: await bestHourOf(db, id) }
  })
  implement(api, hoursRoute, async ({ db, actor, params, body }) => {
    await transaction(db, async (trx) => {
      const { id } = (await loadPerson(trx, actor, params.id, 'person.write')).person
      await wishHours(trx, id, body.hours, actor.id)
      await audit(trx, actor, { action: 'preference.save', personId: id, fields: ['hours'] })
    })
    return undefined
  })
}
