import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { dataWithEncounter, type AnyEvent, recordEvents, timelineOf } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import type { Subject } from '../event/subject.ts'
import { requeueMessages } from '../message/write.ts'
import { restoreTasks } from '../task/transition.ts'
import { subjectColumn, unfinished } from './columns.ts'
import { type Stop, stopEnrollments } from './end.ts'
import { type OccurrenceRow, occurrencesOf, recordedOccurrences, currentOccurrences } from './occurrence.ts'
import { firstStop, type StopRules, subjectEnds } from './stop.ts'

type Row = StopRules & {
  id: number
  subject: Subject | null
  entered_at: Date
  occurrences: OccurrenceRow[]
  recorded: OccurrenceRow[]
}

/**
 * Enrolments `e` of these persons that meet `which`, with the facts in effect that could stop them and the events recorded since they
 * began.
 */
async function enrollmentsOf(trx: Trx, persons: number[], which: RawBuilder<SqlBool>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select e.id, ${subjectColumn}, e.entered_at, v.definition ->> 'purpose' as purpose, v.definition -> 'stopOn' as "stopOn",
      ${currentOccurrences(sql`g.records`, sql`asked.kinds`)} as occurrences,
      ${recordedOccurrences(sql`g.records`, sql`asked.kinds`, sql`asked.since`)} as recorded
    from (select w.id, ${recordsOf(sql`w.id`)} as records from (select distinct unnest(${persons}::bigint[]) as id) w) g
    join enrollment e on e.person_id = any(g.records) join pathway_version v on v.id = e.pathway_version_id
    cross join lateral (select v.stop_events || ${subjectEnds()}::text[] as kinds, e.started_at as since) asked
    where ${which} order by e.id`.execute(trx)
  return rows
}

const reasonIn = (row: Row, occurrences: OccurrenceRow[]): string | null =>
  firstStop(occurrencesOf(occurrences), { id: row.id, subject: row.subject, enteredAt: row.entered_at }, row)
    ?.reason ?? null

/** Stops enrolments of newly merged people: a death or a readmission on either record counts for both. */
export async function stopAfterMerge(trx: Trx, events: AnyEvent[]): Promise<void> {
  const persons = personsOf(events, 'person.merged')
  if (persons.length === 0) return
  const rows = await enrollmentsOf(trx, persons, unfinished)
  await stopEnrollments(
    trx,
    rows.flatMap((row): Stop[] => {
      const reason = reasonIn(row, row.occurrences)
      return reason === null ? [] : [{ id: row.id, reason, undoable: true }]
    }),
  )
}

/**
 * After a merge is undone, resumes enrolments that were stopped by something on the other record, with their cancelled tasks and withheld
 * messages. Those stay stopped that an event on their own records stopped, or would have stopped on its own, even if it is no longer in
 * effect, such as a cancelled admission.
 */
export async function restartSeparated(trx: Trx, events: AnyEvent[]): Promise<void> {
  await restart(
    trx,
    personsOf(events, 'person.unmerged'),
    sql<SqlBool>`true`,
    (row) => reasonIn(row, row.recorded) === null,
  )
}

/** Resumes enrolments stopped by a death recorded by mistake, unless something else would have stopped them. */
export async function restartLiving(trx: Trx, events: AnyEvent[]): Promise<void> {
  await restart(trx, personsOf(events, 'person.death-withdrawn'), sql<SqlBool>`e.stop_reason = 'death'`)
}

/**
 * Resumes an enrolment stopped by a dispute, with its tasks and messages, on somebody's decision after the dispute was closed.
 * @returns whether it resumed; not while a dispute is open or another stop rule applies
 */
export async function resumeAfterDispute(
  trx: Trx,
  personId: number,
  id: number,
  actorId: string,
): Promise<boolean> {
  const which = sql<SqlBool>`e.id = ${id} and e.stop_reason = 'dispute'`
  return (await restart(trx, [personId], which, () => true, actorId)) > 0
}

const personsOf = (events: AnyEvent[], kind: AnyEvent['kind']) =>
  events.flatMap((event) => (event.kind === kind ? (event.personId ?? []) : []))

/**
 * Resumes stopped enrolments `e` that meet both conditions and no stop rule, with their cancelled tasks and unsent messages.
 * @returns how many
 */
async function restart(
  trx: Trx,
  persons: number[],
  which: RawBuilder<SqlBool>,
  mayGoOn: (row: Row) => boolean = () => true,
  actorId: string | null = null,
): Promise<number> {
  if (persons.length === 0) return 0
  const stopped = await enrollmentsOf(
    trx,
    persons,
    sql<SqlBool>`e.status = 'stopped' and e.stopped_status is not null and ${which}`,
  )
  const ids = stopped
    .filter((row) => mayGoOn(row) && reasonIn(row, row.occurrences) === null)
    .map((row) => row.id)
  if (ids.length === 0) return 0
  const { rows } = await sql<Restarted>`
    update enrollment e set status = e.stopped_status, stop_reason = null, fence = e.fence + 1,
      -- Times of the subject may have moved meanwhile.
      due_at = case when e.wait_key is null then e.stopped_due_at else now() end,
      ended_at = case when e.stopped_status = 'completed' then e.ended_at end, stopped_status = null, stopped_due_at = null
    from enrollment was where was.id = e.id and e.id = any(${ids}::bigint[])
      and not exists (select 1 from enrollment o where o.pathway_id = e.pathway_id and o.id <> e.id
        and o.person_id = e.person_id and o.subject_kind = e.subject_kind
        and o.subject_id is not distinct from e.subject_id and o.status in ('active', 'waiting', 'blocked'))
    returning e.id, e.person_id, e.encounter_id, e.pathway_id, was.ended_at::text as "endedAt"`.execute(trx)
  if (rows.length === 0) return 0
  await restoreTasks(trx, rows)
  await requeueMessages(trx, rows)
  await recordEvents(
    trx,
    rows.map((row) => ({
      personId: row.person_id,
      at: new Date(),
      kind: 'enrollment.restarted' as const,
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: { enrollmentId: row.id, pathwayId: row.pathway_id },
    })),
  )
  wakeLoop('pathway')
  return rows.length
}

type Restarted = {
  id: number
  person_id: number
  encounter_id: number | null
  pathway_id: number
  endedAt: string
}

/**
 * Replays the entry events of two separated people from the time of the merge: something on the other record may have prevented an
 * enrolment. Existing enrolments are not repeated.
 */
export async function eventsSinceMerge(trx: Trx, events: AnyEvent[]): Promise<AnyEvent[]> {
  const separated = events.filter((event) => event.kind === 'person.unmerged')
  if (separated.length === 0) return []
  const { rows } = await sql<AnyEvent>`
    select e.id, w.person_id as "personId", null::int as "groupId", e.at, e.kind, e.source, e.actor_id as "actorId", e.encounter_id as "encounterId",
      e.task_id as "taskId", ${dataWithEncounter} as data
    from unnest(
      ${separated.map((event) => event.personId)}::bigint[], ${separated.map((event) => event.data['since'])}::timestamptz[]
    ) as w(person_id, since)
    cross join lateral ${timelineOf(recordsOf(sql`w.person_id`))} e
    join encounter n on n.id = e.encounter_id
    where e.recorded_at >= w.since and e.kind like 'encounter.%'
    order by e.recorded_at, e.at, e.id`.execute(trx)
  return rows
}
