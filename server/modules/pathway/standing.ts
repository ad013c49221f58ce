import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { inDispute } from '../person/dispute.ts'
import { recordsOf } from '../event/record.ts'
import { dataWithEncounter, type RecordedEvent, recordEvents, timelineOf } from '../event/event.ts'
import { tellTasks } from '../task/tell.ts'

type StandingReason = {
  enrollment_id: number
  person_id: number
  reason: 'death' | 'readmission' | 'opt-out' | 'dispute'
}

/**
 * Whether one of these records (an array) came back to a ward after a moment, not counting one stay. Told by the events of admission, as the reaction to them is:
 * a beginning that is corrected afterwards starts and stops nothing.
 */
export const readmittedAfter = (
  records: RawBuilder<unknown>,
  after: RawBuilder<unknown>,
  except: RawBuilder<unknown>,
): RawBuilder<SqlBool> => sql`exists (
  select 1 from ${timelineOf(records)} a join encounter x on x.id = a.encounter_id
  where a.kind = 'encounter.admitted' and a.at > ${after} and a.encounter_id is distinct from ${except}
    and x.class = 'inpatient' and x.status <> 'cancelled')`

/**
 * Reasons to stop an enrolment `e` (of pathway version `v`, of a person `g.id` with `g.records`) that stand whatever event told them: recorded on any
 * record of the person.
 */
const standing: RawBuilder<unknown> = sql`
  select r.reason from (
    select 'death' as reason where exists (select 1 from person m where m.id = any(g.records) and m.deceased)
    union all select 'readmission' where ${readmittedAfter(sql`g.records`, sql`e.entered_at`, sql`e.encounter_id`)}
    union all select 'opt-out' where exists (
      select 1 from opt_out o where o.person_id = any(g.records) and o.channel = 'all' and o.purpose in ('all', v.definition ->> 'purpose'))
    union all select 'dispute' where ${inDispute(sql`g.id`)}
  ) r where r.reason = 'dispute' or v.definition -> 'stopOn' ? r.reason`

/**
 * Events of the person's own records that stopped `e`, or would have done so had nobody else's come first. They count also where they no longer
 * stand, such as an admission that was cancelled: without the merge the enrolment would have stayed stopped.
 */
const own: RawBuilder<unknown> = sql`
  select 1 from ${timelineOf(sql`g.records`)} x where x.recorded_at >= e.started_at and (
    (x.kind = 'person.deceased' and v.definition -> 'stopOn' ? 'death')
    or x.kind = 'person.dispute-opened'
    or (x.kind = 'encounter.admitted' and x.at > e.entered_at
      and x.encounter_id is distinct from e.encounter_id and v.definition -> 'stopOn' ? 'readmission')
    or (x.kind = 'person.opted-out' and x.data ->> 'channel' = 'all' and x.data ->> 'purpose' in ('all', v.definition ->> 'purpose')
      and v.definition -> 'stopOn' ? 'opt-out')
    or (x.kind = 'contact.attempted' and (x.data ->> 'enrollmentId')::bigint = e.id
      and x.data ->> 'outcome' in ('refused', 'readmitted')))`

/**
 * Whether there is anything left to stop of enrolment `e`: a pathway may have come to its end while its last tasks are open and its last mail
 * waits for the morning.
 */
export const unfinished = sql<SqlBool>`(e.status in ('active', 'waiting', 'blocked') or (e.status = 'completed' and (
  exists (select 1 from task t where t.enrollment_id = e.id and t.status in ('requested', 'in-progress'))
  or exists (select 1 from message m where m.enrollment_id = e.id and m.status = 'queued'))))`

/** These persons as `g`: their number and the records that each of them consists of. */
const withRecords = (persons: number[]) =>
  sql`(select w.id, ${recordsOf(sql`w.id`)} as records from (select distinct unnest(${persons}::bigint[]) as id) w) g`

/** What stops enrolments of people who were merged just now: a death or readmission known of either record holds for both. */
export async function reasonsAfterMerge(trx: Trx, events: RecordedEvent[]): Promise<StandingReason[]> {
  const persons = events.filter((event) => event.kind === 'person.merged').map((event) => event.personId)
  if (persons.length === 0) return []
  const { rows } = await sql<StandingReason>`
    select e.id as enrollment_id, g.id as person_id, r.reason
    from ${withRecords(persons)}
    join enrollment e on e.person_id = any(g.records) join pathway_version v on v.id = e.pathway_version_id
    cross join lateral (${standing} limit 1) r
    where ${unfinished}`.execute(trx)
  return rows
}

/**
 * Enrolments go on that stopped while merged because of something on the other record, now that the two are two people again; their
 * cancelled tasks and held-back messages come back. Whoever died or came back themselves stays stopped.
 */
export async function restartSeparated(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const separated = events.filter((event) => event.kind === 'person.unmerged')
  await restart(
    trx,
    personsOf(separated),
    sql<SqlBool>`e.stop_reason in ('death', 'readmission', 'opt-out', 'dispute') and not exists (${own})`,
  )
}

/** Enrolments go on that a death had stopped which was recorded by mistake, unless something else would have stopped them. */
export async function restartLiving(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const living = events.filter((event) => event.kind === 'person.death-withdrawn')
  await restart(trx, personsOf(living), sql<SqlBool>`e.stop_reason = 'death'`)
}

/**
 * Lets an enrolment go on that a dispute had stopped, with its tasks and messages; somebody decided so after the dispute was closed.
 * @returns whether it did; not while a dispute is open or anything else stands against it
 */
export async function resumeAfterDispute(
  trx: Trx,
  personId: number,
  id: number,
  actorId: string,
): Promise<boolean> {
  return (
    (await restart(trx, [personId], sql<SqlBool>`e.id = ${id} and e.stop_reason = 'dispute'`, actorId)) > 0
  )
}

const personsOf = (events: RecordedEvent[]) => events.map((event) => event.personId)

/**
 * Brings back stopped enrolments `e` for which `which` holds and nothing stands against, with their cancelled tasks and unsent messages.
 * @returns how many
 */
async function restart(
  trx: Trx,
  persons: number[],
  which: RawBuilder<SqlBool>,
  actorId: string | null = null,
): Promise<number> {
  if (persons.length === 0) return 0
  const { rows } = await sql<Restarted>`
    with wrongly as (
      select e.id, e.ended_at from ${withRecords(persons)}
      join enrollment e on e.person_id = any(g.records) join pathway_version v on v.id = e.pathway_version_id
      where e.status = 'stopped' and e.stopped_status is not null and ${which} and not exists (${standing})
        and not exists (select 1 from enrollment o where o.pathway_id = e.pathway_id and o.id <> e.id
          and o.person_id = e.person_id
          and o.encounter_id is not distinct from e.encounter_id and o.status in ('active', 'waiting', 'blocked'))
    ), tasks as (
      update task t set status = case when exists (select 1 from task_contact x where x.task_id = t.id) then 'in-progress' else 'requested' end, completed_at = null,
        version = t.version + 1
      from wrongly w where t.enrollment_id = w.id and t.status = 'cancelled' and t.completed_at = w.ended_at
      returning t.site_id, t.department_id, t.assignee_staff_id
    ), messages as (
      update message m set status = 'queued', reason = null, finished_at = null
      from wrongly w where m.enrollment_id = w.id and m.status = 'suppressed' and m.reason = 'enrollment-stopped'
        and m.finished_at = w.ended_at
    ), moved as (
      update enrollment e set status = e.stopped_status, due_at = e.stopped_due_at, stop_reason = null, fence = e.fence + 1,
        ended_at = case when e.stopped_status = 'completed' then e.ended_at end, stopped_status = null, stopped_due_at = null
      from wrongly w where e.id = w.id
      returning e.id, e.person_id, e.encounter_id, e.pathway_id
    )
    select 'enrollment' as what, id, person_id, encounter_id, pathway_id, null::int as site_id, null::int as department_id,
      null::int as assignee_staff_id from moved
    union all select 'task', null, null, null, null, site_id, department_id, assignee_staff_id from tasks`.execute(
    trx,
  )
  const enrollments = rows.filter((row) => row.what === 'enrollment')
  if (enrollments.length === 0) return 0
  await tellTasks(
    trx,
    rows.filter((row) => row.what === 'task'),
  )
  await recordEvents(
    trx,
    enrollments.map((row) => ({
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
  return enrollments.length
}

type Restarted = {
  what: 'enrollment' | 'task'
  id: number
  person_id: number
  encounter_id: number | null
  pathway_id: number
  site_id: number | null
  department_id: number | null
  assignee_staff_id: number | null
}

/**
 * What happened to either of two separated people while they counted as one: a pathway may not have been entered because of something on
 * the other record. Entering again what was entered already changes nothing.
 */
export async function eventsSinceMerge(trx: Trx, events: RecordedEvent[]): Promise<RecordedEvent[]> {
  const separated = events.filter((event) => event.kind === 'person.unmerged')
  if (separated.length === 0) return []
  const { rows } = await sql<RecordedEvent>`
    select e.id, w.person_id as "personId", e.at, e.kind, e.source, e.actor_id as "actorId", e.encounter_id as "encounterId",
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
