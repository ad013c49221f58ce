import type { CurrentUser, SessionSummary } from '../../../contract/access.ts'
import { type Actor, scopeWord } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { readSettings } from '../setting/setting.ts'
import { sessionAlive } from './session-limit.ts'
import { grantsOf } from './user.ts'

/** Who calls and what they may do; API keys get an answer too, so that an integration can look at its own rights. */
export async function getMe(db: Db, actor: Actor): Promise<CurrentUser> {
  const permissions = Object.fromEntries(
    Object.entries(actor.access).map(([permission, reach]) => [permission, scopeWord(reach)]),
  )
  const { launch } = actor
  const common = {
    id: actor.userId ?? actor.id,
    name: actor.name,
    staffId: actor.staffId,
    permissions,
    launch: launch ? { personId: launch.personId, taskId: launch.taskId } : null,
    idleMinutes: await idleMinutes(db),
  }
  if (!actor.userId) {
    const grants = actor.grants.map((grant) => ({ ...grant, siteName: null, departmentName: null }))
    return {
      ...common,
      username: null,
      grants,
      twoFactorEnabled: false,
      mustChangePassword: false,
      favourites: [],
    }
  }
  const [user, grants] = await Promise.all([
    db
      .selectFrom('app_user')
      .select(['username', 'two_factor_enabled', 'must_change_password', 'favourites'])
      .where('id', '=', actor.userId)
      .executeTakeFirst(),
    grantsOf(db, actor.userId),
  ])
  const row = found(user)
  return {
    ...common,
    username: row.username,
    grants,
    twoFactorEnabled: row.two_factor_enabled,
    mustChangePassword: row.must_change_password,
    favourites: row.favourites,
  }
}

/** An API key or a link has no pages to keep. @throws {AppError} forbidden */
export async function saveMyFavourites(trx: Trx, actor: Actor, favourites: string[]): Promise<void> {
  if (!actor.userId) throw new AppError('forbidden')
  await trx.updateTable('app_user').set({ favourites }).where('id', '=', actor.userId).execute()
}

async function idleMinutes(db: Db): Promise<number> {
  return (await readSettings(db, ['security.session-idle-minutes']))['security.session-idle-minutes']
}

export async function listMySessions(db: Db, actor: Actor): Promise<SessionSummary[]> {
  const rows = await db
    .selectFrom('app_session')
    .leftJoin('launch', 'launch.id', 'app_session.launch_id')
    .select([
      'app_session.id',
      'app_session.created_at',
      'last_seen_at',
      'app_session.expires_at',
      'ip_address',
      'user_agent',
      'launch.created_by_name',
    ])
    .where('app_session.user_id', '=', actor.userId)
    .where(sessionAlive)
    .orderBy('last_seen_at', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    current: row.id === actor.sessionId,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    openedBy: row.created_by_name,
  }))
}

export async function revokeMySession(trx: Trx, actor: Actor, id: string): Promise<void> {
  // Other users' sessions are answered like unknown ones.
  if (!actor.userId) throw new AppError('not-found')
  found(
    await trx
      .deleteFrom('app_session')
      .where('id', '=', id)
      .where('user_id', '=', actor.userId)
      .returning('id')
      .executeTakeFirst(),
  )
  await notify(trx, 'session-ended', { userId: actor.userId })
  await audit(trx, actor, { action: 'session.revoke', subject: `session:${id}` })
}
