import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { readPhones } from '../person/phone.ts'
import { countryAt } from '../setting/country.ts'
import type { MatchInput } from './record.ts'

/** Kinds of numbers that are not a person's: records, visits, accounts, memberships, whatever has no type (HL7 table 0203). */
const notOfPersons = '^(mrn|alt|group|fhir|id|an|vn|pt|mrt|ri|anon|pnt|sr|u|xx):'

/** Matching data of unmerged persons `p` that meet a condition. */
export async function matchInputs(
  db: Db,
  where: RawBuilder<unknown>,
  limit = 100_000,
): Promise<MatchInput[]> {
  const { rows } = await sql<MatchInput & { own: { text: string; country: string }[] | null }>`
    select p.id, case when p.name = '未登记姓名' then '' else p.name end as name, p.sex, p.birth_date as "birthDate",
      array(select t.value || coalesce(';' || t.extension, '') from person_telecom t where t.person_id = p.id and t.system = 'phone' and t.valid
        order by t.updated_at desc, t.id limit 3) as phones,
      array(select i.system || '|' || i.value from (
        select system, value from person_identifier where person_id = p.id union select system, value from person_number_claim where person_id = p.id) i
        where i.system !~ ${notOfPersons} order by 1) as identifiers,
      a.text as address, coalesce(a.district, a.city) as place, a.postal_code as "postalCode", ${ownPhones} as own
    from person p left join lateral (
      select text, district, city, postal_code from person_address where person_id = p.id order by use = 'home' desc, id limit 1
    ) a on true
    where p.survivor_id is null and ${where} order by p.id limit ${limit}`.execute(db)
  const own = new Set(
    (rows[0]?.own ?? []).flatMap((one) => readPhones(one.text, one.country)).map((one) => one.value),
  )
  return rows.map(({ own: _, ...row }) => ({
    ...row,
    phones: row.phones.filter((phone) => !own.has(phone.replace(/;.*/, ''))),
  }))
}

/** The hospital's own telephones, which the desk enters for patients without one. */
const ownPhones = sql`(
  select jsonb_agg(jsonb_build_object('text', s.value #>> '{}', 'country', ${countryAt(sql`s.site_id`)}))
  from setting s where s.key = 'follow-up.ladder.letter-phone')`

/** Hash of the compared data, to detect changes. */
export function fingerprintOf(left: MatchInput, right: MatchInput): string {
  const both = [left, right].sort((one, other) => one.id - other.id)
  return createHash('sha1').update(JSON.stringify(both)).digest('hex')
}
