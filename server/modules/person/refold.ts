import { sql } from 'kysely'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { searchName } from './name.ts'

const batchSize = 1000

/**
 * Computes the search forms of stored names again after their folding changed, from a place that a migration sets (`name_refold`) and in
 * batches that each go on where the last one ended, so that a restart loses nothing. New names are written right meanwhile.
 * @returns how many persons were looked at
 */
export async function refoldNames(db: Db): Promise<number> {
  return transaction(db, async (trx) => {
    const after = await refoldFrom(trx, 'person')
    if (after === null) return 0
    const { rows } = await sql<{ id: number; use: string | null; text: string }>`
      with page as (select id, name from person where id > ${after} order by id limit ${batchSize})
      select id, null as use, name as text from page
      union all select n.person_id, n.use, n.text from person_name n join page on page.id = n.person_id order by id`.execute(
      trx,
    )
    const forms = rows.map((row) => ({ ...row, ...searchName(row.text) }))
    const columns = sql`unnest(${forms.map((one) => one.id)}::bigint[], ${forms.map((one) => one.use)}::text[], ${forms.map((one) => one.text)}::text[],
      ${forms.map((one) => one.search_name)}::text[], ${forms.map((one) => one.pinyin)}::text[], ${forms.map((one) => one.initials)}::text[])
      as n(id, use, text, search_name, pinyin, initials)`
    // A name that changed since it was read has its forms already.
    await sql`
      with former as (
        update person_name p set search_name = n.search_name, pinyin = n.pinyin, initials = n.initials from ${columns}
        where p.person_id = n.id and p.use = n.use and p.text = n.text
          and (p.search_name, p.pinyin, p.initials) is distinct from (n.search_name, n.pinyin, n.initials))
      update person p set search_name = n.search_name, pinyin = n.pinyin, initials = n.initials from ${columns}
      where p.id = n.id and n.use is null and p.name = n.text
        and (p.search_name, p.pinyin, p.initials) is distinct from (n.search_name, n.pinyin, n.initials)`.execute(
      trx,
    )
    const persons = rows.filter((row) => row.use === null)
    await refoldedTo(trx, 'person', persons.length < batchSize ? null : (persons.at(-1)?.id ?? null))
    return persons.length
  })
}

/** Locks what is to be computed again: the id after which to go on, or null if nothing is (or another process does it). */
export async function refoldFrom(trx: Trx, part: 'person' | 'group'): Promise<number | null> {
  const { rows } = await sql<{ after_id: number }>`
    select after_id from name_refold where part = ${part} for update skip locked`.execute(trx)
  return rows[0]?.after_id ?? null
}

/** Keeps how far it is. @param after null when all is done */
export async function refoldedTo(trx: Trx, part: 'person' | 'group', after: number | null): Promise<void> {
  if (after === null) await sql`delete from name_refold where part = ${part}`.execute(trx)
  else await sql`update name_refold set after_id = ${after} where part = ${part}`.execute(trx)
}
