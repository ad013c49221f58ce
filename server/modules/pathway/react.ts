import { sql } from 'kysely'
import { holds } from '../../../contract/condition.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { ageYears, localDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { type NewEvent, type RecordedEvent, recordEvents } from '../event/event.ts'
import { isSettingKey, type SettingKey } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'
import { inDispute } from '../person/dispute.ts'
import { deceasedOf, recordsOf } from '../event/record.ts'
import {
  eventsSinceMerge,
  readmittedAfter,
  reasonsAfterMerge,
  restartLiving,
  restartSeparated,
  unfinished,
} from './standing.ts'
import { tellTasks } from '../task/tell.ts'

/** Makes pathways follow from events. */
export async function followPathways(trx: Trx, events: RecordedEvent[]): Promise<void> {
  await stopByEvents(trx, events)
  await restartSeparated(trx, events)
  await restartLiving(trx, events)
  await enterByEvents(trx, [...events, ...(await eventsSinceMerge(trx, events))])
}

type StopReason =
  'death' | 'readmission' | 'opt-out' | 'refusal' | 'discharge-cancelled' | 'encounter-cancelled' | 'dispute'
type Stop = {
  personId: number
  encounterId: number | null
  enrollmentId: number | null
  at: Date
  reason: StopReason
  /** An opt-out of one purpose ends only pathways of that purpose. */
  purpose: string
}

function stopsOf(event: RecordedEvent): Stop[] {
  const base = {
    personId: event.personId,
    encounterId: event.encounterId,
    enrollmentId: null,
    at: event.at,
    purpose: 'all',
  }
  if (event.kind === 'person.deceased') return [{ ...base, reason: 'death' }]
  if (event.kind === 'person.dispute-opened') return [{ ...base, reason: 'dispute' }]
  if (event.kind === 'encounter.admitted' && event.data['class'] === 'inpatient')
    return [{ ...base, reason: 'readmission' }]
  if (event.kind === 'encounter.discharge-cancelled') return [{ ...base, reason: 'discharge-cancelled' }]
  if (event.kind === 'encounter.cancelled') return [{ ...base, reason: 'encounter-cancelled' }]
  if (event.kind === 'person.opted-out' && event.data['channel'] === 'all')
    return [
      {
        ...base,
        reason: 'opt-out',
        purpose: typeof event.data['purpose'] === 'string' ? event.data['purpose'] : 'all',
      },
    ]
  if (event.kind === 'contact.attempted') {
    const { enrollmentId, outcome } = event.data
    if (typeof enrollmentId !== 'number') return []
    if (outcome === 'refused') return [{ ...base, enrollmentId, reason: 'refusal' }]
    if (outcome === 'readmitted') return [{ ...base, encounterId: null, enrollmentId, reason: 'readmission' }]
  }
  return []
}

/** Ends enrolments whose pathway says so, with their open tasks and unsent messages. */
async function stopByEvents(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const merged = (await reasonsAfterMerge(trx, events)).map((row): Stop => ({
    personId: row.person_id,
    encounterId: null,
    enrollmentId: row.enrollment_id,
    at: new Date(),
    reason: row.reason,
    purpose: 'all',
  }))
  const stops = [...events.flatMap(stopsOf), ...merged]
  if (stops.length === 0) return
  const persons = stops.map((one) => one.personId)
  // First wait for the executor, then look: with the lock alone the statement below would judge by a task list from before the wait.
  await sql`
    select 1 from enrollment where person_id in (select id from person where id = any(${persons}::bigint[]) or survivor_id = any(${persons}::bigint[]))
      and status in ('active', 'waiting', 'blocked') order by id for update`.execute(trx)
  const { rows } = await sql<StoppedRow>`
    update enrollment e set status = 'stopped', stop_reason = w.reason, ended_at = now(), due_at = null, fence = e.fence + 1,
      -- A death may be taken back, and staff let pathways go on after a dispute. Else only where several records are one person: a stop because of another record ends with the merge.
      stopped_status = case when w.reason in ('death', 'dispute') or w.records > 1 then e.status end,
      stopped_due_at = e.due_at
    from (
      select s.*, record.id as record_id, count(*) over (partition by s.nr) as records
      from unnest(
        ${persons}::bigint[], ${stops.map((one) => one.encounterId)}::bigint[],
        ${stops.map((one) => one.enrollmentId)}::bigint[], ${stops.map((one) => one.at)}::timestamptz[],
        ${stops.map((one) => one.reason)}::text[], ${stops.map((one) => one.purpose)}::text[]
      ) with ordinality as s(person_id, encounter_id, enrollment_id, at, reason, purpose, nr)
      cross join unnest(${recordsOf(sql`s.person_id`)}) as record(id)
    ) w, pathway_version v
    where e.person_id = w.record_id and v.id = e.pathway_version_id
      and ${unfinished}
      -- What a pathway was entered by did not happen: no pathway goes on after that, whatever its author thought of.
      and (case when w.reason in ('discharge-cancelled', 'encounter-cancelled') then e.encounter_id = w.encounter_id
        -- Nobody is called as if nothing were while they are at odds with the hospital, whatever the pathway says.
        when w.reason = 'dispute' then true
        else v.definition -> 'stopOn' ? w.reason end) and w.purpose in ('all', v.definition ->> 'purpose')
      and (w.reason <> 'readmission' or w.enrollment_id is not null
        or (e.encounter_id is distinct from w.encounter_id and w.at > e.entered_at))
      and (w.enrollment_id is null or e.id = w.enrollment_id)
    returning e.id, e.person_id, e.encounter_id, e.pathway_id, e.stop_reason`.execute(trx)
  await endWork(trx, rows)
}

export type StoppedRow = {
  id: number
  person_id: number
  encounter_id: number | null
  pathway_id: number
  stop_reason: string | null
}

/**
 * Cancels open tasks and unsent messages of stopped enrolments. A statement of its own: the executor may have made a task just before
 * our stop got its row lock, and only a new snapshot sees it.
 */
export async function endWork(trx: Trx, stopped: StoppedRow[], actorId: string | null = null): Promise<void> {
  if (stopped.length === 0) return
  const ids = stopped.map((row) => row.id)
  const { rows: ended } = await sql<Ended>`
    with cancelled as (
      update task set status = 'cancelled', held_by = null, held_by_name = null, held_until = null, completed_at = now(),
        version = version + 1
      where enrollment_id = any(${ids}::bigint[]) and status in ('requested', 'in-progress')
      returning id, person_id, enrollment_id, encounter_id, site_id, department_id, assignee_staff_id
    ), suppressed as (
      update message set status = 'suppressed', reason = 'enrollment-stopped', finished_at = now()
      where enrollment_id = any(${ids}::bigint[]) and status = 'queued' returning id, person_id, enrollment_id
    )
    select 'task' as kind, * from cancelled
    union all select 'message', id, person_id, enrollment_id, null, null, null, null from suppressed`.execute(
    trx,
  )
  await tellTasks(
    trx,
    ended.filter((row) => row.kind === 'task'),
  )
  await recordEvents(trx, [
    ...ended.map((row) => endedEvent(row, actorId)),
    ...stopped.map((row): NewEvent => ({
      personId: row.person_id,
      at: new Date(),
      kind: 'enrollment.stopped',
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: { enrollmentId: row.id, pathwayId: row.pathway_id, reason: row.stop_reason },
    })),
  ])
}

type Ended = {
  kind: 'task' | 'message'
  id: number
  person_id: number
  enrollment_id: number
  encounter_id: number | null
  site_id: number | null
  department_id: number | null
  assignee_staff_id: number | null
}

function endedEvent(row: Ended, actorId: string | null): NewEvent {
  const base = { personId: row.person_id, at: new Date(), source: 'careloop', actorId }
  return row.kind === 'task'
    ? {
        ...base,
        kind: 'task.cancelled',
        taskId: row.id,
        encounterId: row.encounter_id,
        data: { enrollmentId: row.enrollment_id },
      }
    : { ...base, kind: 'message.suppressed', data: { messageId: row.id, channel: 'email' } }
}

type Open = { id: number; name: string; version_id: number; definition: PathwayDefinition }

/** Enters persons into every active pathway whose entry event this is. */
async function enterByEvents(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const kinds = [...new Set(events.map((event) => event.kind))].filter(
    (kind) => !kind.startsWith('enrollment.'),
  )
  if (kinds.length === 0) return
  const { rows: pathways } = await sql<Open>`
    select p.id, p.name, v.id as version_id, v.definition from pathway p join pathway_version v on v.id = p.current_version_id
    where p.active and v.definition -> 'entry' ->> 'event' = any(${kinds}::text[])`.execute(trx)
  if (pathways.length === 0) return
  const wanted = pathways.flatMap((pathway) =>
    events.filter((event) => mayEnter(pathway, event)).map((event) => ({ pathway, event })),
  )
  if (wanted.length === 0) return
  const facts = await factsOf(
    trx,
    wanted.map(({ event }) => event),
  )
  const entering = wanted.filter(({ pathway, event }) =>
    meets(pathway.definition, event, facts.get(event.id)),
  )
  const withheld = entering.filter(({ event }) => facts.get(event.id)?.disputed)
  await recordEvents(
    trx,
    withheld.map(({ pathway, event }): NewEvent => ({
      personId: event.personId,
      at: new Date(),
      kind: 'enrollment.withheld',
      source: 'careloop',
      encounterId: event.encounterId,
      data: { pathwayId: pathway.id, reason: 'dispute' },
    })),
  )
  await enroll(
    trx,
    entering
      .filter((one) => !withheld.includes(one))
      .map(({ pathway, event }) => ({
        pathway,
        personId: event.personId,
        encounterId: event.encounterId,
        enteredAt: event.at,
      })),
    null,
  )
}

function mayEnter(pathway: Open, event: RecordedEvent): boolean {
  const { entry } = pathway.definition
  return entry.event === event.kind && event.at.getTime() > Date.now() - entry.maxAgeDays * 86_400_000
}

export type EntryFacts = {
  sex: string
  birth_date: string | null
  deceased: boolean
  /** Purposes for which the person wants no contact at all. */
  refused: string[]
  /** Came back to a ward after the event. */
  readmitted: boolean
  department_code: string | null
  length_of_stay: number | null
  time_zone: string | null
}

/** What entry looks at besides the event itself, in one statement. */
async function factsOf(
  trx: Trx,
  events: RecordedEvent[],
): Promise<Map<number, EntryFacts & { disputed: boolean }>> {
  const { rows } = await sql<EntryFacts & { event_id: number; disputed: boolean }>`
    select w.event_id, p.sex, p.birth_date, ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased, d.code as department_code, s.time_zone,
      extract(day from n.ends_at - n.starts_at)::int as length_of_stay,
      array(select purpose from opt_out o where o.person_id = any(${recordsOf(sql`p.id`)}) and o.channel = 'all') as refused,
      ${readmittedAfter(recordsOf(sql`p.id`), sql`w.at`, sql`w.encounter_id`)} as readmitted, ${inDispute(sql`p.id`)} as disputed
    from unnest(
      ${events.map((event) => event.id)}::bigint[], ${events.map((event) => event.personId)}::bigint[],
      ${events.map((event) => event.encounterId)}::bigint[], ${events.map((event) => event.at)}::timestamptz[]
    ) as w(event_id, person_id, encounter_id, at)
    join person p on p.id = w.person_id left join encounter n on n.id = w.encounter_id
    left join department d on d.id = n.department_id left join site s on s.id = n.site_id`.execute(trx)
  return new Map(rows.map((row) => [row.event_id, row]))
}

/** Whether an event lets its person enter; the rehearsal asks the same. */
export function meets(
  definition: PathwayDefinition,
  event: Pick<RecordedEvent, 'at' | 'data'>,
  facts: EntryFacts | undefined,
): boolean {
  // Nobody is put on any pathway after death, whatever its author forgot.
  if (!facts || facts.deceased) return false
  const { entry, stopOn, purpose } = definition
  // What would stop it at once must not start it: messages arrive late, and a refusal outlives the stay.
  if (stopOn.includes('readmission') && facts.readmitted) return false
  if (stopOn.includes('opt-out') && ['all', purpose].some((one) => facts.refused.includes(one))) return false
  if (!entry.when) return true
  const fact = (name: string): unknown => {
    if (name === 'person.sex') return facts.sex
    if (name === 'person.ageYears')
      return ageYears(facts.birth_date, localDate(event.at, facts.time_zone ?? 'Asia/Shanghai'))
    if (name === 'encounter.departmentCode') return facts.department_code
    if (name === 'encounter.lengthOfStayDays') return facts.length_of_stay
    return name.startsWith('encounter.') ? event.data[name.slice('encounter.'.length)] : undefined
  }
  return holds(entry.when, { fact })
}

export type Entering = {
  pathway: { id: number; version_id: number; definition: PathwayDefinition }
  personId: number
  encounterId: number | null
  enteredAt: Date
}

/**
 * Enrols set-based; whoever is on the pathway already for that stay is left alone (unique index).
 * @returns ids of the new enrolments
 */
export async function enroll(trx: Trx, entering: Entering[], actorId: string | null): Promise<number[]> {
  if (entering.length === 0) return []
  const variables = await variablesFor(
    trx,
    entering.map((one) => one.pathway),
  )
  const { rows } = await sql<{
    id: number
    person_id: number
    encounter_id: number | null
    pathway_id: number
  }>`
    insert into enrollment (pathway_id, pathway_version_id, person_id, encounter_id, status, step_key, due_at, entered_at, variables)
    select t.pathway_id, t.version_id, coalesce(n.person_id, t.person_id), t.encounter_id, 'active', t.step_key, now(), t.entered_at, t.variables
    from unnest(
      ${entering.map((one) => one.pathway.id)}::int[], ${entering.map((one) => one.pathway.version_id)}::int[],
      ${entering.map((one) => one.personId)}::bigint[], ${entering.map((one) => one.encounterId)}::bigint[],
      ${entering.map((one) => one.pathway.definition.start)}::text[], ${entering.map((one) => one.enteredAt)}::timestamptz[],
      ${entering.map((one) => JSON.stringify(variables.get(one.pathway.version_id) ?? {}))}::jsonb[]
    ) as t(pathway_id, version_id, person_id, encounter_id, step_key, entered_at, variables)
    -- An enrolment about a stay is of the stay's record.
    left join encounter n on n.id = t.encounter_id
    on conflict do nothing
    returning id, person_id, encounter_id, pathway_id`.execute(trx)
  await recordEvents(
    trx,
    rows.map((row) => ({
      personId: row.person_id,
      at: new Date(),
      kind: 'enrollment.started',
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: { enrollmentId: row.id, pathwayId: row.pathway_id },
    })),
  )
  if (rows.length > 0) wakeLoop('pathway')
  return rows.map((row) => row.id)
}

/** Numbers of a pathway are fixed when a person enters: a changed setting must not move promises already made. */
export async function variablesFor(
  trx: Db,
  pathways: Pick<Entering['pathway'], 'version_id' | 'definition'>[],
): Promise<Map<number, Record<string, unknown>>> {
  const distinct = [...new Map(pathways.map((pathway) => [pathway.version_id, pathway])).values()]
  const keys = distinct.flatMap((pathway) =>
    Object.values(pathway.definition.variables).flatMap((one) =>
      'setting' in one && isSettingKey(one.setting) ? [one.setting] : [],
    ),
  )
  const values: Partial<Record<SettingKey, unknown>> = keys.length > 0 ? await readSettings(trx, keys) : {}
  return new Map(
    distinct.map((pathway) => [
      pathway.version_id,
      Object.fromEntries(
        Object.entries(pathway.definition.variables).map(([name, one]) => [
          name,
          'setting' in one ? values[one.setting as SettingKey] : one.value,
        ]),
      ),
    ]),
  )
}
