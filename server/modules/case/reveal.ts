import { sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { caseWithin } from './scope.ts'

/** The number of somebody who has no record, for calling back. @throws {AppError} forbidden, not-found */
export async function revealComplainant(
  db: Db,
  actor: Actor,
  id: number,
  reason: string,
): Promise<{ phone: string | null }> {
  const reveals = authorize(actor, 'person.reveal')
  const reads = authorize(actor, 'case.read')
  const { rows } = await sql<{ phone: string | null }>`
    select x.complainant_phone as phone from service_case x where x.id = ${id} and ${caseWithin(reads, actor)} and ${caseWithin(reveals, actor)}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, { action: 'case.reveal', subject: `case:${id}`, fields: ['phone'], reason })
  return row
}
