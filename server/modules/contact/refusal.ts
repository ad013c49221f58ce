import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { countRefusals as countRoute, listRefusals as listRoute } from '../../../contract/contact-log.ts'
import { maskName } from '../../../contract/export.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { listOrder, type Sorted, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { personWithin } from '../person/scope.ts'

type Query = z.output<(typeof listRoute)['query']>
type Row = Sorted & {
  person_id: number
  person_name: string
  at: Date
  at_key: string
  channel: string
  purpose: string
  reason: string
  message_id: number | null
  task_id: number | null
  pathway: string | null
}

/** Newest first, with an index on either side of the view. */
const newest: UsualOrder<Row> = {
  by: sql`r.at desc, r.id desc`,
  beyond: (cursor) => {
    const after = decodeCursor<[string, number]>(cursor, ['string', 'number'])
    return after ? [sql<SqlBool>`(r.at, r.id) < (${after[0]}::timestamptz, ${after[1]})`] : []
  },
  key: (row) => [row.at_key, row.id],
}

function whereOf(actor: Actor, query: Partial<Query>): RawBuilder<SqlBool>[] {
  const where = [
    personWithin(authorize(actor, 'message.read'), personOfRecord(sql`r.person_id`)),
    sql<SqlBool>`r.at > now() - ${query.days ?? 30} * interval '1 day'`,
    // Withdrawn with its pathway or campaign: nobody refused it.
    sql<SqlBool>`r.reason <> 'enrollment-stopped'`,
  ]
  if (query.reason?.length) where.push(sql<SqlBool>`r.reason = any(${query.reason}::text[])`)
  if (query.channel?.length) where.push(sql<SqlBool>`r.channel = any(${query.channel}::text[])`)
  if (query.purpose?.length) where.push(sql<SqlBool>`r.purpose = any(${query.purpose}::text[])`)
  if (query.personId) where.push(sql<SqlBool>`r.person_id = any(${recordsOf(sql`${query.personId}`)})`)
  return where
}

/** Every contact that did not happen, and why: messages that were withheld, calls and visits that the gate refused. */
export async function listRefusals(db: Db, actor: Actor, query: Query) {
  const order = listOrder<Row>({}, sql`r.id`, newest, query)
  const where = whereOf(actor, query)
  const from = (all: RawBuilder<SqlBool>[]) => sql`
    from contact_refusal r join person on person.id = ${personOfRecord(sql`r.person_id`)} where ${sql.join(all, sql` and `)}`
  const { rows } = await sql<Row>`
    select r.id, r.at, r.at::text as at_key, null::text as sort_key, r.channel, r.purpose, r.reason, r.message_id, r.task_id, person.id as person_id, person.name as person_name,
      (select w.name from enrollment e join pathway w on w.id = e.pathway_id
        where e.id = coalesce(r.enrollment_id, (select t.enrollment_id from task t where t.id = r.task_id))) as pathway
    ${from([...where, ...order.beyond])} order by ${order.by} limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'contact.refusals',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name-masked'],
  })
  return {
    ...order.page(rows, query.limit, (row) => ({
      id: row.id,
      personId: row.person_id,
      personName: maskName(row.person_name),
      at: row.at.toISOString(),
      channel: row.channel,
      purpose: row.purpose,
      reason: row.reason,
      messageId: row.message_id,
      taskId: row.task_id,
      pathwayName: row.pathway,
    })),
    total: await totalOf(db, query, from(where)),
  }
}

export async function countRefusals(db: Db, actor: Actor, query: z.output<(typeof countRoute)['query']>) {
  const { rows } = await sql<{ reason: string; n: number }>`
    select r.reason, count(*) as n from contact_refusal r where ${sql.join(whereOf(actor, query), sql` and `)}
    group by r.reason order by n desc, r.reason limit 50`.execute(db)
  return { items: rows }
}
