import { type RawBuilder, sql } from 'kysely'
import { dataWithEncounter, timelineOf } from '../event/event.ts'
import { openDisputes } from '../person/dispute.ts'
import type { Occurrence } from './stop.ts'

/** Facts with tables of their own, which count instead of their past events. */
const kept = ['person.deceased', 'person.opted-out', 'person.dispute-opened']
/** Events of one enrolment are checked against it only when they happen. */
const own = ['contact.attempted']

export type OccurrenceRow = {
  kind: Occurrence['kind']
  at: string
  encounterId: number | null
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
): RawBuilder<OccurrenceRow[]> =>
  inOrder(sql`
    select 'person.deceased' as kind, coalesce(m.deceased_at, now()) as at, null::bigint as encounter_id, '{}'::jsonb as data
    from person m where m.id = any(${records}) and m.deceased
    union all
    select 'person.opted-out', u.since, null, jsonb_build_object('channel', u.channel, 'purpose', u.purpose)
    from opt_out u where u.person_id = any(${records})
    union all
    select o.kind, o.at, o.encounter_id, o.data from ${openDisputes(records)}
    union all
    ${happened(records, kinds, sql`n.status is distinct from 'cancelled' and e.kind <> all(${[...kept, ...own]}::text[])`)}`)

/** All recorded events of these kinds about some records, also those no longer in effect. */
export const recordedOccurrences = (
  records: RawBuilder<unknown>,
  kinds: RawBuilder<unknown>,
  since: RawBuilder<unknown>,
): RawBuilder<OccurrenceRow[]> => inOrder(happened(records, kinds, sql`e.recorded_at >= ${since}`))

const inOrder = (rows: RawBuilder<unknown>): RawBuilder<OccurrenceRow[]> => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('kind', o.kind, 'at', o.at, 'encounterId', o.encounter_id, 'data', o.data) order by o.at), '[]')
  from (${rows}) o)`

const happened = (
  records: RawBuilder<unknown>,
  kinds: RawBuilder<unknown>,
  which: RawBuilder<unknown>,
) => sql`
  select e.kind, e.at, e.encounter_id, ${dataWithEncounter} as data
  from ${timelineOf(records)} e left join encounter n on n.id = e.encounter_id and e.kind like 'encounter.%'
  where e.kind = any(${kinds}) and ${which}`

export function occurrencesOf(rows: readonly OccurrenceRow[]): Occurrence[] {
  return rows.map((row) => ({ ...row, at: new Date(row.at) }))
}
