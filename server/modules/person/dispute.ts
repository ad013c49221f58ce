import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { recordsOf } from '../event/record.ts'

/**
 * The events `o` that opened a dispute not closed yet, as a from clause. Derived from events, so that every recorder (the service centre, a
 * complaint) has the same effect; `key` pairs an opening with its closing.
 * @param records an array of a person's records
 */
export const openDisputes = (records: RawBuilder<unknown>): RawBuilder<unknown> => sql`event o
  where o.person_id = any(${records}) and o.kind = 'person.dispute-opened' and not exists (
    select 1 from event c where c.person_id = any(${records}) and c.kind = 'person.dispute-closed' and c.data ->> 'key' = o.data ->> 'key')`

/** Whether a person has an open dispute. */
export const inDispute = (person: RawBuilder<unknown>): RawBuilder<SqlBool> =>
  sql`exists (select 1 from ${openDisputes(recordsOf(person))})`
