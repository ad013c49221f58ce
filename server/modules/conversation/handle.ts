import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  closeConversation as closeRoute,
  handOver as handRoute,
} from '../../../contract/conversation.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isUniqueViolation, type Db, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents, sourceOf } from '../event/event.ts'
import { readSettings } from '../setting/setting.ts'
import { inboxActor } from './arrive.ts'
import { type Draft, draftOf } from './draft.ts'
import { type NewEntry, writeEntry } from './message.ts'
import { conversationWithin, type Locked, lockConversation, lockOpen, tell } from './scope.ts'

async function note(
  trx: Trx,
  actor: Actor,
  conversation: Locked,
  kind: NewEntry['kind'],
  body = '',
  draft?: Draft,
): Promise<void> {
  await writeEntry(trx, {
    conversationId: conversation.id,
    siteId: conversation.site_id,
    kind,
    body,
    authorId: actor.id,
    authorName: actor.name,
    draft,
  })
  await audit(trx, actor, {
    action: `conversation.${kind}`,
    personId: conversation.person_id,
    subject: `conversation:${conversation.id}`,
  })
  await tell(trx, conversation)
}

/** @throws {AppError} forbidden for whoever is no user */
function userOf(actor: Actor): string {
  if (actor.userId === null) throw new AppError('forbidden')
  return actor.userId
}

/**
 * Takes a conversation.
 * @param from who has it, as the screen shows; who is quicker wins
 * @throws {AppError} not-found, already-closed, held-by-colleague
 */
export async function takeConversation(
  trx: Trx,
  actor: Actor,
  id: number,
  from: string | null,
): Promise<void> {
  const conversation = await lockOpen(trx, actor, id)
  const me = userOf(actor)
  if (conversation.assignee_id === me) return
  if (conversation.assignee_id !== from) throw new AppError('changed-meanwhile')
  await sql`update conversation set assignee_id = ${me}, assigned_at = now() where id = ${id}`.execute(trx)
  await note(trx, actor, conversation, 'taken')
}

/** Who reads the inbox of a site: service centre and manager there; a department's staff only where it was handed to it. */
const readers = (siteId: number, departmentId: number | null) => sql`
  exists (select 1 from role_grant g where g.user_id = u.id and (
    (g.role in ('service-centre', 'manager') and (g.site_id is null or g.site_id = ${siteId}))
    or (g.role in ('nurse', 'doctor', 'department-head') and g.department_id = ${departmentId}::int)))`

/** To whom a conversation can be handed over. */
export async function listColleagues(db: Db, actor: Actor, id: number) {
  const { rows } = await sql<{ site_id: number; department_id: number | null }>`
    select c.site_id, c.department_id from conversation c where c.id = ${id} and ${conversationWithin(actor, 'conversation.write')}`.execute(
    db,
  )
  const { site_id: siteId, department_id: departmentId } = found(rows[0])
  const { rows: users } = await sql<{ id: string; name: string }>`
    select u.id, u.name from app_user u where not u.suspended and u.id is distinct from ${actor.userId} and ${readers(siteId, departmentId)}
    order by u.name collate "zh-x-icu" limit 200`.execute(db)
  const { rows: departments } = await sql<{ id: number; name: string }>`
    select d.id, d.name from department d where d.site_id = ${siteId} and d.active order by d.name collate "zh-x-icu"`.execute(
    db,
  )
  return { users, departments }
}

/** @throws {AppError} not-found (also a colleague or department that cannot read it), already-closed */
export async function handOver(
  trx: Trx,
  actor: Actor,
  id: number,
  { userId, departmentId, note: words, draftId }: z.output<typeof handRoute.body>,
): Promise<void> {
  const conversation = await lockOpen(trx, actor, id)
  if ((userId === null) === (departmentId === null))
    throw new AppError('invalid', undefined, [
      { path: 'userId', message: 'needs a colleague or a department' },
    ])
  const { rows } =
    userId !== null
      ? await sql<{ name: string }>`
          select u.name from app_user u where u.id = ${userId} and not u.suspended and ${readers(conversation.site_id, conversation.department_id)}`.execute(
          trx,
        )
      : await sql<{ name: string }>`
          select d.name from department d where d.id = ${departmentId} and d.site_id = ${conversation.site_id} and d.active`.execute(
          trx,
        )
  const { name } = found(rows[0])
  await sql`
    update conversation set assignee_id = ${userId}, assigned_at = case when ${userId}::text is null then null else now() end,
      department_id = case when ${departmentId}::int is null then department_id else ${departmentId}::int end, status = 'open', snoozed_until = null
    where id = ${id}`.execute(trx)
  await note(
    trx,
    actor,
    { ...conversation, department_id: departmentId ?? conversation.department_id },
    'handed',
    `→ ${name}：${words}`,
    await draftOf(trx, actor, id, draftId, words),
  )
  // Those who had it see that it left.
  await tell(trx, conversation)
}

/** Gives it back: from somebody to all who share the list, from a department to the service centre. */
export async function releaseConversation(trx: Trx, actor: Actor, id: number): Promise<void> {
  const conversation = await lockOpen(trx, actor, id)
  const keeps = conversation.assignee_id !== null
  await sql`
    update conversation set assignee_id = null, assigned_at = null, department_id = ${keeps ? conversation.department_id : null}::int
    where id = ${id}`.execute(trx)
  await note(trx, actor, conversation, 'released')
}

/** @throws {AppError} not-found, already-closed, invalid for a time that is over or more than 90 days away */
export async function setAside(trx: Trx, actor: Actor, id: number, until: string | null): Promise<void> {
  const conversation = await lockOpen(trx, actor, id)
  const at = until === null ? null : new Date(until)
  if (at && (at.getTime() <= Date.now() || at.getTime() > Date.now() + 90 * 86_400_000))
    throw new AppError('invalid', undefined, [{ path: 'until', message: 'is not within the next 90 days' }])
  await sql`
    update conversation set status = ${at ? 'snoozed' : 'waiting'}, snoozed_until = ${at}, unread = 0,
      waiting_since = case when ${at === null} then null else waiting_since end
    where id = ${id}`.execute(trx)
  await note(trx, actor, conversation, at ? 'snoozed' : 'waiting', at ? at.toISOString() : '')
}

/** @throws {AppError} not-found, already-closed */
export async function closeConversation(
  trx: Trx,
  actor: Actor,
  id: number,
  { outcome, note: words }: z.output<typeof closeRoute.body>,
): Promise<void> {
  const conversation = await lockOpen(trx, actor, id)
  await close(trx, actor, conversation, outcome, words)
}

/** Also by the visitor, who has no further question. */
export async function close(
  trx: Trx,
  actor: Actor,
  conversation: Locked,
  outcome: z.output<typeof closeRoute.body>['outcome'],
  words: string,
): Promise<void> {
  const { 'conversation.ask-satisfaction': ask } = await readSettings(
    trx,
    ['conversation.ask-satisfaction'],
    conversation.site_id,
  )
  const asks = ask && outcome !== 'spam'
  await sql`
    update conversation c set status = 'closed', closed_at = now(), closed_by_name = ${actor.name}, outcome = ${outcome}, waiting_since = null, unread = 0,
      snoozed_until = null, asked_at = case when ${asks} and exists (
        select 1 from conversation_visitor v where v.conversation_id = c.id and v.expires_at > now()) then now() end
    where c.id = ${conversation.id}`.execute(trx)
  await note(trx, actor, conversation, 'closed', words)
  if (conversation.person_id !== null)
    await recordEvents(trx, [
      {
        personId: conversation.person_id,
        at: new Date(),
        kind: 'conversation.closed',
        source: sourceOf(actor),
        actorId: actor.id,
        data: {
          subject: { kind: 'conversation', id: conversation.id },
          channel: conversation.channel,
        },
      },
    ])
}

/** @throws {AppError} not-found, not-closed, already-exists when a newer one is open with this person */
export async function reopenConversation(trx: Trx, actor: Actor, id: number): Promise<void> {
  const conversation = await lockConversation(trx, actor, id)
  if (conversation.status !== 'closed') throw new AppError('not-closed')
  if (conversation.joined_id !== null) throw new AppError('already-exists')
  await sql`update conversation set status = 'open', closed_at = null, closed_by_name = null, outcome = null, asked_at = null where id = ${id}`
    .execute(trx)
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? new AppError('already-exists') : error
    })
  await note(trx, actor, conversation, 'reopened')
}

/** What came so far was read. @throws {AppError} not-found */
export async function markRead(trx: Trx, actor: Actor, id: number): Promise<void> {
  authorize(actor, 'conversation.write')
  const conversation = await lockConversation(trx, actor, id)
  const { rows } =
    await sql`update conversation set unread = 0 where id = ${id} and unread > 0 returning 1`.execute(trx)
  if (rows.length > 0) await tell(trx, conversation)
}

/** Conversations whose time has come back. @returns how many */
export async function wakeSnoozed(db: Db): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: number; site_id: number; department_id: number | null }>`
      with due as (select id from conversation where status = 'snoozed' and snoozed_until <= now() order by snoozed_until limit 200 for update skip locked)
      update conversation c set status = 'open', snoozed_until = null, waiting_since = coalesce(c.waiting_since, now())
      from due where c.id = due.id returning c.id, c.site_id, c.department_id`.execute(trx)
    for (const row of rows) {
      await writeEntry(trx, {
        conversationId: row.id,
        siteId: row.site_id,
        kind: 'woken',
        authorId: inboxActor.id,
        authorName: null,
      })
      await tell(trx, row)
    }
    return rows.length
  })
}
