import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { launchSessionToken } from './resolve-actor.ts'
import { makeId } from './user.ts'

type NewSession = {
  launchId: number
  userId: string
  hours: number
  address: string | null
  userAgent: string | undefined
}

/** Starts a workstation session of a user; its key is only in the response. */
export async function beginLaunchSession(
  trx: Trx,
  { launchId, userId, hours, address, userAgent }: NewSession,
): Promise<{ key: string; expiresAt: string }> {
  const key = `cw_${randomBytes(32).toString('base64url')}`
  const session = await trx
    .insertInto('app_session')
    .values({
      id: makeId(),
      token: launchSessionToken(key),
      user_id: userId,
      expires_at: sql<Date>`now() + make_interval(hours => ${hours})`,
      ip_address: address,
      user_agent: userAgent?.slice(0, 300) ?? null,
      launch_id: launchId,
    })
    .returning('expires_at')
    .executeTakeFirstOrThrow()
  await trx
    .updateTable('app_user')
    .set({ last_sign_in_at: sql<Date>`now()` })
    .where('id', '=', userId)
    .execute()
  return { key, expiresAt: session.expires_at.toISOString() }
}

/** Ends the session of a workstation link. */
export async function endLaunchSessions(trx: Trx, launchId: number): Promise<void> {
  await trx.deleteFrom('app_session').where('launch_id', '=', launchId).execute()
}
