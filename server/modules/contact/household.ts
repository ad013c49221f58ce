import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { waysOf } from '../person/household.ts'

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
