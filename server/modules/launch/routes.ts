import {
  createLaunch as createLaunchRoute,
  endLaunch as endLaunchRoute,
  openLaunch as openLaunchRoute,
  revokeLaunch as revokeLaunchRoute,
} from '../../../contract/launch.ts'
import { transaction } from '../../platform/db.ts'
import { type Api, implement } from '../../platform/http.ts'
import type { Services } from '../../platform/services.ts'
import { createLaunch } from './create.ts'
import { endLaunch, openLaunch, revokeLaunch } from './open.ts'

export function mountLaunch(api: Api, { config }: Services): void {
  implement(api, createLaunchRoute, ({ c, db, actor, body }) =>
    createLaunch(db, actor, body, config.publicUrl ?? new URL(c.req.url).origin),
  )
  implement(api, openLaunchRoute, ({ c, db, body }) =>
    openLaunch(db, body.token, { address: c.get('address'), userAgent: c.req.header('user-agent') }),
  )
  implement(api, endLaunchRoute, ({ db, actor }) =>
    transaction(db, async (trx) => {
      await endLaunch(trx, actor)
      return undefined
    }),
  )
  implement(api, revokeLaunchRoute, ({ db, actor, params }) =>
    transaction(db, async (trx) => {
      await revokeLaunch(trx, actor, params.id)
      return undefined
    }),
  )
}
