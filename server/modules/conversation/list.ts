import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { Conversation, listConversations as listRoute } from '../../../contract/conversation.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { leftJoinPerson, personOfRecord, recordsOf } from '../event/record.ts'
import { maskNumbersIn } from '../person/mask.ts'
import { nameSeenBy } from '../person/scope.ts'
import { settingSql } from '../setting/setting.ts'
import { conversationWithin } from './scope.ts'

type Row = Omit<Conversation, 'snoozedUntil' | 'openedAt' | 'lastAt' | 'waitingSince'> & {
  snoozed_until: Date | null
  opened_at: Date
  last_at: Date
  waiting_since: Date | null
  key: number
}

/** Columns of a conversation `c` as the screen shows it; {@link conversationFrom} joins what they need. */
export const conversationColumns = (actor: Actor) => sql`
  c.id, c.site_id as "siteId", s.name as "siteName", p.id as "personId",
  case when p.id is null then c.stated_name else ${nameSeenBy(actor)} end as name,
  c.channel, c.subject, c.status, c.snoozed_until, c.department_id as "departmentId", d.name as "departmentName", c.assignee_id as "assigneeId",
  u.name as "assigneeName", c.assignee_id is not distinct from ${actor.userId} and c.assignee_id is not null as mine, c.unread, c.opened_at, c.last_at, c.waiting_since,
  (select left(regexp_replace(m.body, '\\s+', ' ', 'g'), 90) from conversation_message m where m.conversation_id = c.id and m.kind in ('in', 'out')
    order by m.automatic, m.id desc limit 1) as preview`

export const conversationFrom = sql`
  from conversation c join site s on s.id = c.site_id left join department d on d.id = c.department_id left join app_user u on u.id = c.assignee_id
  ${leftJoinPerson(sql`c.person_id`)}`

export function viewConversation(row: Omit<Row, 'key'>): Conversation {
  const { snoozed_until, opened_at, last_at, waiting_since, ...rest } = row
  return {
    ...rest,
    preview: rest.preview && maskNumbersIn(rest.preview),
    snoozedUntil: snoozed_until?.toISOString() ?? null,
    openedAt: opened_at.toISOString(),
    lastAt: last_at.toISOString(),
    waitingSince: waiting_since?.toISOString() ?? null,
  }
}

type View = z.output<(typeof listRoute)['query']>['view']

/** Conversations of a view; the department's own are not those that nobody has. */
function viewed(actor: Actor, view: View): RawBuilder<SqlBool> {
  switch (view) {
    case 'mine':
      return sql`c.status <> 'closed' and c.assignee_id = ${actor.userId}`
    case 'unassigned':
      return sql`c.status <> 'closed' and c.assignee_id is null`
    case 'all':
      return sql`c.status <> 'closed'`
    case 'closed':
      return sql`c.status = 'closed' and c.joined_id is null`
  }
}

/** Whoever waits longest first, then who was heard of last; or the newest first. What is set aside comes after what is not. */
const orders = {
  waiting: sql`coalesce(extract(epoch from c.waiting_since), 1e11 - extract(epoch from c.last_at) + case when c.status = 'snoozed' then 1e11 else 0 end)::float8`,
  newest: sql`-extract(epoch from c.last_at)::float8`,
}

export async function listConversations(
  db: Db,
  actor: Actor,
  query: z.output<(typeof listRoute)['query']>,
): Promise<{ items: Conversation[]; nextCursor: string | null }> {
  const order = orders[query.view === 'closed' ? 'newest' : query.order]
  const after = decodeCursor<[number, number]>(query.cursor, ['decimal', 'number'])
  const where = [conversationWithin(actor, 'conversation.read'), viewed(actor, query.view)]
  if (query.siteId) where.push(sql`c.site_id = ${query.siteId}`)
  if (query.personId) where.push(sql`c.person_id = any(${recordsOf(personOfRecord(sql`${query.personId}`))})`)
  if (query.channel?.length) where.push(sql`c.channel = any(${query.channel}::text[])`)
  if (after) where.push(sql`(${order}, c.id) > (${after[0]}::float8, ${after[1]}::bigint)`)
  const { rows } = await sql<Row>`
    select ${order} as key, ${conversationColumns(actor)} ${conversationFrom}
    where ${sql.join(where, sql` and `)} order by ${order}, c.id limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'conversation.list',
    subject: `persons:${rows.flatMap((row) => row.personId ?? []).join(',')}`.slice(0, 2000),
    fields: ['name'],
  })
  return pageOf(
    rows,
    query.limit,
    (row) => [row.key, row.id],
    ({ key: _, ...row }) => viewConversation(row),
  )
}

/** What waits in each view. */
export async function countConversations(db: Db, actor: Actor) {
  const minutes = sql<number>`(${settingSql('conversation.answer-minutes', sql`c.site_id`)})::int`
  const { rows } = await sql<{ mine: number; unassigned: number; all: number; late: number }>`
    select count(*) filter (where c.assignee_id = ${actor.userId})::int as mine, count(*) filter (where c.assignee_id is null)::int as unassigned,
      count(*)::int as all, count(*) filter (where c.waiting_since < now() - ${minutes} * interval '1 minute')::int as late
    from conversation c where c.status in ('open', 'waiting') and ${conversationWithin(actor, 'conversation.read')}`.execute(
    db,
  )
  return rows[0] ?? { mine: 0, unassigned: 0, all: 0, late: 0 }
}

/** What waits for the caller: what nobody has yet, and their own; late: without an answer for longer than the site allows. */
export async function countWaiting(db: Db, actor: Actor): Promise<{ unanswered: number; late: number }> {
  const minutes = sql<number>`(${settingSql('conversation.answer-minutes', sql`c.site_id`)})::int`
  const { rows } = await sql<{ unanswered: number; late: number }>`
    select count(*)::int as unanswered, count(*) filter (where c.waiting_since < now() - ${minutes} * interval '1 minute')::int as late
    from conversation c where c.status in ('open', 'waiting') and c.waiting_since is not null
      and (c.assignee_id is null or c.assignee_id = ${actor.userId}) and ${conversationWithin(actor, 'conversation.write')}`.execute(
    db,
  )
  return rows[0] ?? { unanswered: 0, late: 0 }
}
