import { sql } from 'kysely'
import type { z } from 'zod'
import type { listAudit } from '../../../contract/audit.ts'
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
  if (query.action) select = select.where('action', '=', query.action)
  if (query.outcome?.length) select = select.where('outcome', 'in', query.outcome)
  if (query.from) select = select.where('at', '>=', sql<Date>`${query.from}::timestamptz`)
  if (query.to) select = select.where('at', '<=', sql<Date>`${query.to}::timestamptz`)
  return pageOf(
    await select.execute(),
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
      subject: row.subject,
      fields: row.fields,
      reason: row.reason,
      address: row.address,
      hash: row.hash,
    }),
  )
}
