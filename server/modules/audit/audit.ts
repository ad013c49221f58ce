import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import { auditObjects, type listAudit } from '../../../contract/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'

type AuditQuery = z.output<(typeof listAudit)['query']>

/** Newest first. */
export async function listAuditPage(db: Db, query: AuditQuery) {
  const after = decodeCursor<[number]>(query.cursor, ['number'])
  let select = db
    .selectFrom('audit_event')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(query.limit + 1)
  if (after) select = select.where('seq', '<', after[0])
  if (query.actorId) select = select.where('actor_id', '=', query.actorId)
  if (query.personId) select = select.where('person_id', '=', query.personId)
  if (query.object)
    select = select.where(
      sql`split_part(action, '.', 1)`,
      '=',
      sql`any(${auditObjects[query.object]}::text[])`,
    )
  if (query.siteId)
    select = select.where(
      'actor_id',
      '=',
      sql<string>`any(array(select 'user:' || u.id from app_user u join staff s on s.id = u.staff_id where s.site_id = ${query.siteId}))`,
    )
  if (query.recordNumber)
    select = select.where(
      'person_id',
      '=',
      sql<number>`any(array(select i.person_id from person_identifier i where i.system like 'mrn:%' and i.value = ${query.recordNumber}))`,
    )
  if (query.action) select = select.where('action', '=', query.action)
  if (query.outcome?.length) select = select.where('outcome', 'in', query.outcome)
  if (query.from) select = select.where('at', '>=', sql<Date>`${query.from}::timestamptz`)
  if (query.to) select = select.where('at', '<=', sql<Date>`${query.to}::timestamptz`)
  const rows = await select.execute()
  const words = await namesOf(
    db,
    rows.map((row) => row.subject),
  )
  const persons = await surnames(
    db,
    rows.flatMap((row) => row.person_id ?? []),
  )
  return pageOf(
    rows,
    query.limit,
    (row) => [row.seq],
    (row) => ({
      seq: row.seq,
      at: row.at.toISOString(),
      actorId: row.actor_id,
      actorName: row.actor_name,
      action: row.action,
      outcome: row.outcome,
      personId: row.person_id,
      personName: row.person_id === null ? null : (persons.get(row.person_id) ?? null),
      subject: row.subject,
      object: words(row.subject),
      fields: row.fields,
      reason: row.reason,
      address: row.address,
      hash: row.hash,
    }),
  )
}

async function surnames(db: Db, ids: number[]): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, left(name, 1) || '*' as name from person where id = any(${ids}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** Names of what subjects point to (`task:1097 done`), for those that have one. */
const named: Record<string, RawBuilder<unknown>> = {
  task: sql`select id::text, title as name from task`,
  user: sql`select id, name from app_user`,
  key: sql`select id::text, name from api_key`,
  group: sql`select id::text, name from group_customer`,
  staff: sql`select id::text, name from staff`,
  department: sql`select id::text, name from department`,
  site: sql`select id::text, name from site`,
  pathway: sql`select id::text, name from pathway`,
  campaign: sql`select id::text, name from campaign`,
  template: sql`select id::text, name from template`,
  channel: sql`select id::text, name from message_account`,
}

type Pointed = { kind: string; ids: string[] }

/** A subject begins with a kind and an id, or several: `persons:12,15`, `rows:30`. */
function pointed(subject: string | null): Pointed | null {
  const [, kind, ids] = /^([a-z-]+):([\w,-]+)/.exec(subject ?? '') ?? []
  return kind && ids !== undefined ? { kind, ids: ids.split(',').filter(Boolean) } : null
}

async function namesOf(db: Db, subjects: (string | null)[]) {
  const wanted = Map.groupBy(
    subjects.flatMap((subject) => pointed(subject) ?? []),
    (one) => one.kind,
  )
  const names = new Map<string, string>()
  for (const [kind, ones] of wanted) {
    const from = named[kind]
    if (!from) continue
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from (${from}) x where id = any(${ones.flatMap((one) => one.ids)}::text[])`.execute(db)
    for (const row of rows) names.set(`${kind}:${row.id}`, row.name)
  }
  return (subject: string | null) => {
    const one = pointed(subject)
    if (!one) return null
    const plural = one.kind.endsWith('s')
    const counted = ['rows', 'messages'].includes(one.kind) ? Number(one.ids[0]) : one.ids.length
    return {
      kind: one.kind,
      name: plural ? null : (names.get(`${one.kind}:${one.ids[0] ?? ''}`) ?? null),
      count: plural ? counted : null,
    }
  }
}

/** Users and keys, by name. */
export async function listActors(db: Db) {
  const { rows } = await sql<{ id: string; name: string }>`
    select 'user:' || id as id, name from app_user union all select 'key:' || id, name from api_key order by name, id`.execute(
    db,
  )
  return { items: rows }
}
