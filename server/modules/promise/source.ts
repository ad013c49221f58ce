import { sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

const tables = {
  case: 'service_case',
  task: 'task',
  call: 'call',
  conversation: 'conversation',
} as const

/**
 * Out of what a case or a promise came.
 * @throws {AppError} invalid when there is no such thing at the sites where the actor may write this
 */
export async function assertSource(
  trx: Trx,
  actor: Actor,
  permission: 'case.write' | 'promise.write',
  kind: keyof typeof tables | 'none' | null,
  id: number | null,
): Promise<void> {
  if (kind === null || kind === 'none' || id === null) return
  const reach = authorize(actor, permission)
  const { rows } = await sql<{ site_id: number | null }>`
    select site_id from ${sql.table(tables[kind])} where id = ${id}`.execute(trx)
  const [row] = rows
  // Who writes for a department alone knows of no sites.
  const within =
    reach.all || reach.siteIds.length === 0 || row?.site_id == null || reach.siteIds.includes(row.site_id)
  if (!row || !within)
    throw new AppError('invalid', undefined, [{ path: 'sourceId', message: 'is not known' }])
}
