import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import type { ConversationChannel } from '../../../contract/conversation.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'

/** Row scope of conversations `c`: those of one's sites; in a department what was handed to it, and one's own. */
export function conversationWithin(actor: Actor, permission: Permission): RawBuilder<SqlBool> {
  const reach = authorize(actor, permission)
  if (reach.only) return sql<SqlBool>`false`
  if (reach.all) return sql<SqlBool>`true`
  const parts = [sql<SqlBool>`c.site_id = any(${reach.siteIds}::int[])`]
  if (reach.departmentIds.length > 0) parts.push(sql`c.department_id = any(${reach.departmentIds}::int[])`)
  if (actor.userId !== null && reach.siteIds.length === 0) parts.push(sql`c.assignee_id = ${actor.userId}`)
  return sql<SqlBool>`(${sql.join(parts, sql` or `)})`
}

export type Locked = {
  id: number
  site_id: number
  person_id: number | null
  channel: ConversationChannel
  address: string | null
  stated_name: string | null
  stated_phone: string | null
  subject: string | null
  status: 'open' | 'waiting' | 'snoozed' | 'closed'
  department_id: number | null
  assignee_id: string | null
  closed_at: Date | null
  joined_id: number | null
}

/** A conversation within the actor's reach, locked. @throws {AppError} forbidden, not-found */
export async function lockConversation(trx: Trx, actor: Actor, id: number): Promise<Locked> {
  const { rows } = await sql<Locked>`
    select c.id, c.site_id, c.person_id, c.channel, c.address, c.stated_name, c.stated_phone, c.subject, c.status, c.department_id, c.assignee_id,
      c.closed_at, c.joined_id
    from conversation c where c.id = ${id} and ${conversationWithin(actor, 'conversation.write')} for update`.execute(
    trx,
  )
  return found(rows[0])
}

/** @throws {AppError} already-closed, and those of {@link lockConversation} */
export async function lockOpen(trx: Trx, actor: Actor, id: number): Promise<Locked> {
  const row = await lockConversation(trx, actor, id)
  if (row.status === 'closed') throw new AppError('already-closed')
  return row
}

/** Open screens look again. */
export async function tell(
  db: Db,
  { site_id, department_id }: { site_id: number; department_id: number | null },
) {
  await notify(db, 'conversation', { siteId: site_id, departmentId: department_id, changed: 1 })
}
