import { type RawBuilder, sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

/*
 * A household for contacts: everybody reached by the same valid telephone number or e-mail address. Both functions below must agree;
 * confirmed households will replace this rule here only.
 */

/** Numbers and addresses that reach any of these records (an array). */
const waysOf = (records: RawBuilder<unknown>) =>
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

/** Upper limit of locks, however large a batch: PostgreSQL keeps them in shared memory. Some households share a lock. */
const buckets = 4096

/**
 * Locks these persons' households for counting contacts until the transaction ends, so that two contacts of one household always see each
 * other. Taken in the same order everywhere, and before locks of tasks.
 */
export async function lockHouseholds(trx: Trx, personIds: number[]): Promise<void> {
  if (personIds.length === 0) return
  await sql`
    with asked as (
      select a.id, g.records from (select distinct unnest(${personIds}::bigint[]) as id) a
      cross join lateral (select ${recordsOf(personOfRecord(sql`a.id`))} as records offset 0) g),
    keys as (
      select 'person:' || records[1] as key from asked
      union select w.system || ':' || w.value from asked cross join lateral (${waysOf(sql`asked.records`)}) w)
    select pg_advisory_xact_lock(hashtext('careloop.household'), bucket)
    from (select distinct hashtext(key) & ${buckets - 1} as bucket from keys order by bucket offset 0) b`.execute(
    trx,
  )
}
