import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { recordsOf } from '../event/record.ts'

/**
 * Whether a person has an open dispute. Derived from events, so that every recorder (the service centre, a complaint) has the same effect;
 * `key` pairs an opening with its closing.
 */
export const inDispute = (person: RawBuilder<unknown>): RawBuilder<SqlBool> => sql`exists (
  select 1 from event o where o.person_id = any(${recordsOf(person)}) and o.kind = 'person.dispute-opened' and not exists (
    select 1 from event c where c.person_id = any(${recordsOf(person)}) and c.kind = 'person.dispute-closed' and c.data ->> 'key' = o.data ->> 'key'))`
