import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { recordsOf } from '../event/record.ts'
import { refreshFacts } from './facts.ts'

/** The current person, and the record that their work refers to. */
type Called = { person_id: number; record_id: number }

/**
 * Marks the dialled number, else the one shown first, as wrong.
 * @param source who reported it
 * @returns whether there was such a number
 */
export async function markWrongPhone(
  trx: Trx,
  { person_id: personId, record_id: recordId }: Called,
  telecomId: number | null,
  source: string,
): Promise<boolean> {
  const { rows } = await sql`
    update person_telecom set valid = false, source = ${source}, updated_at = now()
    where person_id = any(${recordsOf(sql`${personId}`)}) and system = 'phone' and id = coalesce(${telecomId}::bigint, (
      select id from person_telecom where person_id in (${personId}, ${recordId}) and system = 'phone' and valid
      order by updated_at desc, id limit 1))
    returning id`.execute(trx)
  if (rows.length > 0) await refreshFacts(trx, [personId])
  return rows.length > 0
}

/** Marks a relative's number as wrong. */
export async function markWrongRelative(trx: Trx, relationshipId: number): Promise<void> {
  await sql`
    update person_relationship set phone_wrong_at = now() where id = ${relationshipId} and phone_wrong_at is null`.execute(
    trx,
  )
}

/**
 * Undoes the marks of wrong numbers set at that moment.
 * @param markedAt `now()` of the transaction that marked them, as the database writes it: a Date has no microseconds
 */
export async function unmarkWrong(
  trx: Trx,
  personId: number,
  relationshipId: number | null,
  markedAt: string,
): Promise<void> {
  await sql`
    update person_relationship set phone_wrong_at = null
    where id = ${relationshipId} and phone_wrong_at = ${markedAt}::timestamptz`.execute(trx)
  await sql`
    update person_telecom set valid = true
    where person_id = any(${recordsOf(sql`${personId}`)}) and not valid and updated_at = ${markedAt}::timestamptz`.execute(
    trx,
  )
  await refreshFacts(trx, [personId])
}
