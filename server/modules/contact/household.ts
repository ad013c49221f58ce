import { type RawBuilder, sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { recordsOf } from '../event/record.ts'

/*
 * Who lives together, as far as contacts are concerned: everybody reached under the same working telephone number or e-mail address. Both
 * functions below have to mean the same; confirmed households take their place here and nowhere else.
 */

const shared = sql`system in ('phone', 'email') and valid`

/** Persons of the household of `person`, itself included, as an array of the records that stand for them. */
export function householdOf(person: RawBuilder<unknown>): RawBuilder<number[]> {
  return sql<number[]>`array(
    select ${person}::bigint
    union
    select coalesce(other.survivor_id, other.id) from person_telecom own
    cross join lateral (
      select t.person_id from person_telecom t where reverse(t.value) = reverse(own.value) and t.system = own.system and t.valid offset 0) t
    join person other on other.id = t.person_id
    where own.person_id = any(${recordsOf(person)}) and own.system in ('phone', 'email') and own.valid)`
}

/** So many locks at most, however large a batch: PostgreSQL keeps them all in shared memory. A few households wait for a stranger. */
const buckets = 4096

/**
 * Until the transaction ends, nobody else counts contacts of these persons' households, so that two of one household never count without each
 * other. Taken in the same order everywhere, and before locks of tasks.
 */
export async function lockHouseholds(trx: Trx, personIds: number[]): Promise<void> {
  if (personIds.length === 0) return
  await sql`
    with asked as (select distinct unnest(${personIds}::bigint[]) as id),
    keys as (
      select 'person:' || id as key from asked
      union select t.system || ':' || t.value from asked a join person_telecom t on t.person_id = any(${recordsOf(sql`a.id`)}) and ${shared})
    select pg_advisory_xact_lock(hashtext('careloop.household'), bucket)
    from (select distinct hashtext(key) & ${buckets - 1} as bucket from keys order by bucket offset 0) b`.execute(
    trx,
  )
}
