import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/** Tables of a person's parts, by their names in the state that an import keeps. */
export const partTables = {
  identifiers: 'person_identifier',
  names: 'person_name',
  telecoms: 'person_telecom',
  addresses: 'person_address',
  relationships: 'person_relationship',
} as const

/** Deletes persons that an import created; the caller has checked that nothing refers to them. */
export async function removePersons(trx: Trx, ids: number[]): Promise<void> {
  await sql`delete from person where id = any(${ids}::bigint[])`.execute(trx)
}

/** Restores persons to their state before an import changed them. @param persons.state with `person` and its parts, as database rows */
export async function restorePersons(
  trx: Trx,
  persons: { id: number; state: Record<string, unknown> }[],
): Promise<void> {
  if (persons.length === 0) return
  const ids = persons.map((one) => one.id)
  const rows = JSON.stringify(persons.map(({ id, state }) => ({ ...(state['person'] as object), id })))
  await sql`
    update person p set name = b.name, search_name = b.search_name, pinyin = b.pinyin, initials = b.initials, sex = b.sex,
      birth_date = b.birth_date, marital_status = b.marital_status, source = b.source, source_time = b.source_time, said_at = b.said_at,
      claims = b.claims, language = b.language, version = p.version + 1, updated_at = now()
    from jsonb_populate_recordset(null::person, ${rows}::jsonb) b where p.id = b.id`.execute(trx)
  for (const part of ['identifiers', 'names', 'telecoms', 'addresses', 'relationships'] as const) {
    const parts = JSON.stringify(persons.flatMap(({ state }) => (state[part] as unknown[] | null) ?? []))
    const table = sql.table(partTables[part])
    await sql`delete from ${table} where person_id = any(${ids}::bigint[])`.execute(trx)
    await sql`insert into ${table} select * from jsonb_populate_recordset(null::${table}, ${parts}::jsonb)`.execute(
      trx,
    )
  }
}
