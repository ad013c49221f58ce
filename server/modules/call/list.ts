import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { listCalls as listRoute } from '../../../contract/call.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { totalOf } from '../../platform/listing.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { callWithin } from './scope.ts'
import { callColumns, callJoins, type CallRow, viewCall } from './view.ts'

type Query = z.output<typeof listRoute.query>

const ofState = {
  live: sql<SqlBool>`c.ended_at is null`,
  answered: sql<SqlBool>`(c.ended_at is not null and c.answered_at is not null)`,
  missed: sql<SqlBool>`(c.ended_at is not null and c.answered_at is null)`,
}

function conditions(actor: Actor, query: Query): RawBuilder<SqlBool>[] {
  const where: RawBuilder<SqlBool>[] = []
  if (query.direction) where.push(sql`c.direction = any(${query.direction}::text[])`)
  if (query.state)
    where.push(
      sql`(${sql.join(
        query.state.map((state) => ofState[state]),
        sql` or `,
      )})`,
    )
  if (query.disposition) where.push(sql`c.disposition = any(${query.disposition}::text[])`)
  if (query.mine)
    where.push(
      sql`exists (select 1 from call_leg mine where mine.call_id = c.id and mine.user_id = ${actor.userId})`,
    )
  if (query.siteId) where.push(sql`c.site_id = ${query.siteId}`)
  if (query.personId) where.push(sql`c.person_id = any(${recordsOf(personOfRecord(sql`${query.personId}`))})`)
  if (query.taskId) where.push(sql`c.task_id = ${query.taskId}`)
  if (query.from) where.push(sql`c.started_at >= ${query.from}`)
  if (query.to) where.push(sql`c.started_at < ${query.to}`)
  return where
}

/** Newest first. */
export async function listCalls(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'call.read')
  const where = sql.join([callWithin(actor, reach), ...conditions(actor, query)], sql` and `)
  const from = sql`from call c ${callJoins} where ${where}`
  const after = decodeCursor<[string, number]>(query.cursor, ['time', 'number'])
  const beyond = after
    ? sql`and (c.started_at, c.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`
    : sql``
  const { rows } = await sql<CallRow & { key: string }>`
    select c.started_at::text as key, ${callColumns(actor)} ${from} ${beyond}
    order by c.started_at desc, c.id desc limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'call.list',
    subject: `persons:${rows.flatMap((row) => row.person_id ?? []).join(',')}`,
    fields: ['number-masked', 'name'],
  })
  return {
    ...pageOf(rows, query.limit, (row) => [row.key, row.id], viewCall),
    total: await totalOf(db, query, from),
  }
}
