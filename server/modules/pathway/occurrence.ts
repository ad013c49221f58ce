import { type RawBuilder, sql } from 'kysely'
import { dataWithEncounter, timelineOf } from '../event/event.ts'
import type { Occurrence } from './stop.ts'

/** Facts with tables of their own, which count instead of their past events. */
const kept = ['person.deceased', 'person.opted-out', 'person.dispute-opened']
/** Events of one enrolment are checked against it only when they happen. */
const own = ['contact.attempted']

export type OccurrenceRow = {
  kind: Occurrence['kind']
  at: string
  encounterId: number | null
  record: number
  data: Record<string, unknown>
}

/**
 * Facts in effect that could end an enrolment, as events in order of time: a death or dispute not withdrawn, an opt-out, a visit not
 * cancelled, and any other event of these kinds.
 * @param records an array of the person's records
 * @param kinds an array of kinds of events
 */
export const currentOccurrences = (
  records: RawBuilder<unknown>,
  kinds: RawBuilder<unknown>,
): RawBuilder<OccurrenceRow[]> => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('kind', o.kind, 'at', o.at, 'encounterId', o.encounter_id, 'record', o.record, 'data', o.data) order by o.at), '[]')
  from (
    select 'person.deceased' as kind, coalesce(m.deceased_at, now()) as at, null::bigint as encounter_id, m.id as record, '{}'::jsonb as data
    from person m where m.id = any(${records}) and m.deceased
    union all
    select 'person.opted-out', u.since, null, u.person_id, jsonb_build_object('channel', u.channel, 'purpose', u.purpose)
    from opt_out u where u.person_id = any(${records})
    union all
    select d.kind, d.at, d.encounter_id, d.person_id, d.data from event d
    where d.person_id = any(${records}) and d.kind = 'person.dispute-opened' and not exists (
      select 1 from event c where c.person_id = any(${records}) and c.kind = 'person.dispute-closed' and c.data ->> 'key' = d.data ->> 'key')
    union all
    ${happened(records, kinds, sql`n.status is distinct from 'cancelled' and e.kind <> all(${[...kept, ...own]}::text[])`)}
  ) o)`

/** All recorded events of these kinds about some records, also those no longer in effect. */
export const recordedOccurrences = (
  records: RawBuilder<unknown>,
  kinds: RawBuilder<unknown>,
  since: RawBuilder<unknown>,
): RawBuilder<OccurrenceRow[]> => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('kind', o.kind, 'at', o.at, 'encounterId', o.encounter_id, 'record', o.record, 'data', o.data) order by o.at), '[]')
  from (${happened(records, kinds, sql`e.recorded_at >= ${since}`)}) o)`

const happened = (
  records: RawBuilder<unknown>,
  kinds: RawBuilder<unknown>,
  which: RawBuilder<unknown>,
) => sql`
  select e.kind, e.at, e.encounter_id, e.person_id as record, ${dataWithEncounter} as data
  from ${timelineOf(records)} e left join encounter n on n.id = e.encounter_id and e.kind like 'encounter.%'
  where e.kind = any(${kinds}) and ${which}`

export function occurrencesOf(rows: readonly OccurrenceRow[]): (Occurrence & { record: number })[] {
  return rows.map((row) => ({ ...row, at: new Date(row.at) }))
}
