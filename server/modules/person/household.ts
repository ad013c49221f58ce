import { type RawBuilder, sql } from 'kysely'
import { recordsOf } from '../event/record.ts'

/*
 * A household for contacts: everybody reached by the same valid telephone number or e-mail address. `lockHouseholds` of the contact module
 * and `householdOf` must agree; confirmed households will replace this rule here only.
 */

/** Numbers and addresses that reach any of these records (an array). */
export const waysOf = (records: RawBuilder<unknown>) =>
  sql`select w.system, w.value from person_telecom w where w.person_id = any(${records}) and w.system in ('phone', 'email') and w.valid`

/** Persons of the household of `person`, including themselves, as an array of surviving records. */
export function householdOf(person: RawBuilder<unknown>): RawBuilder<number[]> {
  return sql<number[]>`array(
    select ${person}::bigint
    union
    select coalesce(other.survivor_id, other.id) from (${waysOf(recordsOf(person))} offset 0) w
    cross join lateral (
      -- The expression of the index person_telecom_tail, so that it is used whatever the row estimate.
      select t.person_id from person_telecom t where reverse(t.value) = reverse(w.value) and t.system = w.system and t.valid offset 0) t
    join person other on other.id = t.person_id)`
}
