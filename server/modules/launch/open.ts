import { sql } from 'kysely'
import type { z } from 'zod'
import type { openLaunch as openRoute } from '../../../contract/launch.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { beginLaunchSession, endLaunchSessions } from '../access/launch-session.ts'
import { keyInForce } from '../access/key-in-force.ts'
import { hashKey } from '../access/resolve-actor.ts'
import { launchesAllowed } from '../access/session-limit.ts'
import { countStranger } from '../access/throttle.ts'
import { readSettings } from '../setting/setting.ts'

type Opened = z.input<(typeof openRoute)['response']>
type Visitor = { address: string | null; userAgent: string | undefined }

type Row = {
  id: number
  user_id: string
  user_name: string
  person_id: number | null
  task_id: number | null
  state: 'open' | 'used' | 'expired' | 'closed'
}

/**
 * Uses up a link and starts a session of its user. Used and expired links, and those of suspended users, are refused and audited.
 * @throws {AppError} too-many-requests
 */
export async function openLaunch(db: Db, token: string, visitor: Visitor): Promise<Opened> {
  const hash = hashKey(token)
  const known = await db.selectFrom('launch').select('id').where('token_hash', '=', hash).executeTakeFirst()
  if (!known) {
    if (!(await countStranger(db, visitor.address))) throw new AppError('too-many-requests')
    return { state: 'closed' }
  }
  return transaction(db, async (trx) => {
    const row = found(await lockLink(trx, hash))
    const actor = actorOf(row, visitor.address)
    const entry = { action: 'launch.open', personId: row.person_id, subject: subjectOf(row) }
    if (row.state !== 'open') {
      // Somebody else may have used it first: as for OAuth codes (RFC 6749 4.1.2), the resulting session ends.
      if (row.state === 'used') await endLaunchSessions(trx, row.id)
      await audit(trx, actor, { ...entry, outcome: 'refused', reason: row.state })
      return { state: row.state }
    }
    await trx
      .updateTable('launch')
      .set({ opened_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .execute()
    const { 'security.launch-session-hours': hours } = await readSettings(trx, [
      'security.launch-session-hours',
    ])
    const session = await beginLaunchSession(trx, {
      launchId: row.id,
      userId: row.user_id,
      hours,
      ...visitor,
    })
    await audit(trx, actor, entry)
    return { state: 'open' as const, ...session }
  })
}

/** Serialises two browsers that open one link at once. */
async function lockLink(trx: Trx, hash: Buffer): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select l.id, l.user_id, u.name as user_name, l.person_id, l.task_id,
      case when l.opened_at is not null then 'used' when l.revoked_at is not null or u.suspended or not ${launchesAllowed}
          or exists (select 1 from api_key k where l.created_by = 'key:' || k.id and not ${keyInForce('k')}) then 'closed'
        when l.expires_at <= now() then 'expired' else 'open' end as state
    from launch l join app_user u on u.id = l.user_id where l.token_hash = ${hash} for update of l`.execute(
    trx,
  )
  return rows[0]
}

/** The link's user, without any permissions yet. */
const actorOf = (row: Row, address: string | null): Actor => ({
  kind: 'staff',
  id: `user:${row.user_id}`,
  name: row.user_name,
  userId: row.user_id,
  sessionId: null,
  staffId: null,
  grants: [],
  access: {},
  address,
})

const subjectOf = (row: Pick<Row, 'id' | 'task_id'>) =>
  `launch:${row.id}${row.task_id === null ? '' : ` task:${row.task_id}`}`

/** Ends the calling workstation session. */
export async function endLaunch(trx: Trx, actor: Actor): Promise<void> {
  if (!actor.launch) throw new AppError('not-found')
  await endLaunchSessions(trx, actor.launch.id)
  await audit(trx, actor, { action: 'launch.end', subject: `launch:${actor.launch.id}` })
}

/** The workstation revokes its link and the session. Links of other systems are not found. */
export async function revokeLaunch(trx: Trx, actor: Actor, id: number): Promise<void> {
  found(
    await trx
      .updateTable('launch')
      .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
      .where('id', '=', id)
      .where('created_by', '=', actor.id)
      .returning('id')
      .executeTakeFirst(),
  )
  await endLaunchSessions(trx, id)
  await audit(trx, actor, { action: 'launch.end', subject: `launch:${id}` })
}
