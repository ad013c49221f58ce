import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { MatchInput } from './record.ts'

/** Matching data of unmerged persons `p` that meet a condition. */
export async function matchInputs(
  db: Db,
  where: RawBuilder<unknown>,
  limit = 100_000,
): Promise<MatchInput[]> {
  const { rows } = await sql<MatchInput>`
    select p.id, case when p.name = '未登记姓名' then '' else p.name end as name, p.sex, p.birth_date as "birthDate",
      array(select t.value from person_telecom t where t.person_id = p.id and t.system = 'phone' and t.valid
        order by t.updated_at desc, t.id limit 3) as phones,
      array(select i.value from person_identifier i where i.person_id = p.id and i.system = 'national-id' order by 1) as identifiers,
      a.text as address, coalesce(a.district, a.city) as place, a.postal_code as "postalCode"
    from person p left join lateral (
      select text, district, city, postal_code from person_address where person_id = p.id order by use = 'home' desc, id limit 1
    ) a on true
    where p.survivor_id is null and ${where} order by p.id limit ${limit}`.execute(db)
  return rows
}

/** Hash of the compared data, to detect changes. */
export function fingerprintOf(left: MatchInput, right: MatchInput): string {
  const both = [left, right].sort((one, other) => one.id - other.id)
  return createHash('sha1').update(JSON.stringify(both)).digest('hex')
}
