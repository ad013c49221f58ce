import * as routes from '../../../contract/calendar-feed.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { feedSeconds, getFeed, makeFeed, readFeed, revokeFeed } from './calendar-feed.ts'

export function mountCalendarFeed(api: Api, { config }: Pick<Services, 'config'>): void {
  implement(api, routes.getCalendarFeed, ({ db, actor }) => getFeed(db, actor))
  implement(api, routes.makeCalendarFeed, async ({ c, db, actor, body }) => {
    const token = await transaction(db, (trx) => makeFeed(trx, actor, body.language))
    const origin = (config.publicUrl ?? new URL(c.req.url).origin).replace(/\/$/, '')
    return { url: `${origin}/api/v1${routes.readCalendarFeed.path.replace('{token}', token)}` }
  })
  implement(api, routes.revokeCalendarFeed, ({ db, actor }) =>
    transaction(db, (trx) => revokeFeed(trx, actor)),
  )
  implement(api, routes.readCalendarFeed, async ({ c, params }) => {
    const text = await readFeed({ db: c.get('db'), address: c.get('address') }, params.token)
    return c.body(text, 200, {
      'Content-Type': 'text/calendar; charset=utf-8',
      // A shared cache must not keep what ends when the address is revoked.
      'Cache-Control': `private, max-age=${feedSeconds}`,
      'Referrer-Policy': 'no-referrer',
    })
  })
}
