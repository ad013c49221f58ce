import { type RawBuilder, sql } from 'kysely'
import type { NewEvent } from '../event/event.ts'
import { insertEventsFrom } from '../event/keep.ts'
import type { Turn, UpsertedEncounter } from './upsert.ts'

// A visit's row records its own start and end (`start_recorded_at`, `end_recorded_at`; view `timeline`). Before the row changes one of
// these facts, the old one is written as an event.

const kinds: Record<Turn, NewEvent['kind']> = {
  registered: 'encounter.registered',
  admitted: 'encounter.admitted',
  discharged: 'encounter.discharged',
  'discharge-cancelled': 'encounter.discharge-cancelled',
  cancelled: 'encounter.cancelled',
  updated: 'encounter.updated',
}

/** Events of a visit that follow from one statement, for timeline and pathways. @param statement its time and source */
export function encounterEvents(
  visit: UpsertedEncounter,
  personId: number,
  statement: { at: Date; source: string },
): NewEvent[] {
  const starts = visit.starts_at ?? visit.ends_at
  const times: Partial<Record<Turn, Date | null>> = {
    registered: starts,
    admitted: starts,
    discharged: visit.ends_at,
  }
  return visit.turned.map((turn) => ({
    personId,
    at: times[turn] ?? statement.at,
    kind: kinds[turn],
    source: statement.source,
    encounterId: visit.id,
    ...(isRecordedByRow(visit, turn) && { id: turn === 'discharged' ? -2 * visit.id : -2 * visit.id - 1 }),
    data: {
      class: visit.class,
      siteId: visit.site_id,
      departmentId: visit.department_id,
      attendingStaffId: visit.attending_staff_id,
      conditionText: visit.condition_text,
      conditionCodes: visit.codes,
      ...(visit.disposition && { disposition: visit.disposition }),
    },
  }))
}

const isRecordedByRow = (visit: UpsertedEncounter, turn: Turn) =>
  turn === 'discharged' ? visit.records_end : visit.created && turn !== 'cancelled' && visit.records_start

type RowFact = 'start' | 'end'

const recordedAt = { start: sql`e.start_recorded_at`, end: sql`e.end_recorded_at` }

/** Whether the new row `n` holds the same start or end as the old row `e`. */
function isUnchanged(fact: RowFact): RawBuilder<boolean> {
  const fields = (row: RawBuilder<unknown>) =>
    fact === 'start'
      ? sql`(${row}.starts_at, ${row}.class = 'inpatient', ${row}.department_id, ${row}.attending_staff_id, ${row}.source)`
      : sql`(${row}.ends_at, ${row}.disposition, ${row}.status in ('finished', 'cancelled'), ${row}.department_id, ${row}.attending_staff_id, ${row}.source)`
  return sql`${fields(sql`e`)} is not distinct from ${fields(sql`n`)}`
}

/** For an update of visits `e` by `n`: the recording time of an unchanged start or end, else null. */
export const stillRecordedAt = (fact: RowFact): RawBuilder<Date | null> =>
  sql`case when ${isUnchanged(fact)} then ${recordedAt[fact]} end`

/** For the same update: writes the starts and ends of `e` that `n` changes as events. Both have an `id`. */
export const keepReplacedFacts: RawBuilder<unknown> = insertEventsFrom(sql`
  select e.person_id, t.at, t.recorded_at, t.kind, e.source, e.id, e.department_id, e.attending_staff_id,
    t.data || jsonb_build_object('class', e.class)
  from n join encounter e on e.id = n.id cross join lateral (values
    (e.starts_at, ${recordedAt.start}, case when e.class = 'inpatient' then 'encounter.admitted' else 'encounter.registered' end, '{}'::jsonb, ${isUnchanged('start')}),
    (e.ends_at, ${recordedAt.end}, 'encounter.discharged', jsonb_strip_nulls(jsonb_build_object('disposition', e.disposition)), ${isUnchanged('end')})
  ) t(at, recorded_at, kind, data, unchanged)
  where t.recorded_at is not null and not t.unchanged order by e.id`)
