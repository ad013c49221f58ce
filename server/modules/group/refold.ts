import { sql } from 'kysely'
import { type Db, transaction } from '../../platform/db.ts'
import { searchOrganisation } from '../person/name.ts'
import { refoldedTo, refoldFrom } from '../person/refold.ts'

/** Computes the search forms of all group customers again, of which there are few; see `refoldNames`. @returns how many there were */
export async function refoldGroups(db: Db): Promise<number> {
  return transaction(db, async (trx) => {
    if ((await refoldFrom(trx, 'group')) === null) return 0
    const { rows } = await sql<{ id: number; name: string }>`
      select id, name from group_customer order by id for update`.execute(trx)
    const forms = rows.map((row) => ({ id: row.id, ...searchOrganisation(row.name) }))
    await sql`
      update group_customer g set search_name = n.search_name, pinyin = n.pinyin, initials = n.initials
      from unnest(${forms.map((one) => one.id)}::int[], ${forms.map((one) => one.search_name)}::text[], ${forms.map((one) => one.pinyin)}::text[],
        ${forms.map((one) => one.initials)}::text[]) as n(id, search_name, pinyin, initials) where g.id = n.id`.execute(
      trx,
    )
    await refoldedTo(trx, 'group', null)
    return rows.length
  })
}
