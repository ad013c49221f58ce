import { type RawBuilder, sql } from 'kysely'
import type { EventKind } from '../../../contract/timeline.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { personOfRecord } from './record.ts'

/** A fact to put on a person's timeline. `data` holds codes, ids and counts; never contact data. */
export type NewEvent = {
  /** Set when a visit's own row records the event: its id in the view `timeline`. Such an event is not written to the table `event`. */
  id?: number
  /**
   * The person or the record; an event about a visit or a task belongs to the record of that visit or task. Null: the event is about an
   * organisation, or about neither; the latter is not stored, but reactors still get it.
   */
  personId: number | null
  /** The group customer it is about. */
  groupId?: number | null
  at: Date
  kind: EventKind
  source: string
  actorId?: string | null
  encounterId?: number | null
  taskId?: number | null
  /** Also `subject: { kind, id }`, for an event about a subject that is not a visit. */
  data?: Record<string, unknown>
}

/** `personId` is the current person: the survivor of a merged record. */
export type AnyEvent = Required<NewEvent>
/** An event about a person. */
export type RecordedEvent = AnyEvent & { personId: number }

/** A consequence of events, run in the same transaction, such as a pathway that a discharge starts. */
export type Reactor = (trx: Trx, events: AnyEvent[]) => Promise<void>

/** A reactor for events about people only. */
export const ofPersons =
  (follow: (trx: Trx, events: RecordedEvent[]) => Promise<void>): Reactor =>
  (trx, events) =>
    follow(trx, events.filter(hasPerson))

const hasPerson = (event: AnyEvent): event is RecordedEvent => event.personId !== null

/** Who tells a fact, for its event: staff, the person by a link, or the system. */
export const sourceOf = (actor: Actor): 'staff' | 'person' | 'careloop' =>
  actor.kind === 'link' ? 'person' : actor.kind === 'system' ? 'careloop' : 'staff'

const reactors: Reactor[] = []

/** Called once at start-up by the reacting module; the module `event` knows no reactor. */
export function onEvents(reactor: Reactor): void {
  if (!reactors.includes(reactor)) reactors.push(reactor)
}

/** Fields that the visit's row also holds: passed to reactors, not stored with the event. */
const ofEncounter = ['siteId', 'class', 'conditionText', 'conditionCodes', 'departmentId', 'attendingStaffId']

function stored({ kind, data }: Pick<AnyEvent, 'kind' | 'data'>) {
  if (!kind.startsWith('encounter.')) return { departmentId: null, attendingStaffId: null, data }
  const number = (value: unknown) => (typeof value === 'number' ? value : null)
  return {
    departmentId: number(data['departmentId']),
    attendingStaffId: number(data['attendingStaffId']),
    data: Object.fromEntries(Object.entries(data).filter(([name]) => !ofEncounter.includes(name))),
  }
}

/**
 * The timeline of these records (an array): events, and the facts that visit rows record. A subquery, so that PostgreSQL pushes the
 * records down into each part of the view; a join would scan every part in full.
 */
export const timelineOf = (records: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select * from timeline where person_id = any(${records}) offset 0)`

/** The event data as given to {@link recordEvents}, read back: `e` is the event, `n` the visit it is about. */
export const dataWithEncounter = sql`
  case when n.id is null then e.data else jsonb_strip_nulls(jsonb_build_object('class', n.class, 'siteId', n.site_id,
    'departmentId', e.department_id, 'attendingStaffId', e.attending_staff_id, 'conditionText', n.condition_text,
    'conditionCodes', (select coalesce(jsonb_agg(distinct c.code), '[]') from condition c where c.encounter_id = n.id))) || e.data end`

/** Writes events in one statement and runs the reactors in the same transaction. */
export async function recordEvents(trx: Trx, events: NewEvent[]): Promise<AnyEvent[]> {
  if (events.length === 0) return []
  const full = events.map((event) => ({
    ...event,
    groupId: event.groupId ?? null,
    actorId: event.actorId ?? null,
    encounterId: event.encounterId ?? null,
    taskId: event.taskId ?? null,
    data: event.data ?? {},
  }))
  const lean = full.map(stored)
  const { rows } = await sql<{ id: number; person_id: number | null }>`
    with w as materialized (
      select w.*, coalesce(n.person_id, t.person_id, w.record_id) as person_id, coalesce(w.given_group_id, t.group_id) as group_id
      from (
        select *, coalesce(row_event_id, nextval('event_id_seq')) as id
        from unnest(
          ${full.map((event) => event.id)}::bigint[],
          ${full.map((event) => event.personId)}::bigint[],
          ${full.map((event) => event.groupId)}::int[],
          ${full.map((event) => event.at)}::timestamptz[],
          ${full.map((event) => event.kind)}::text[],
          ${full.map((event) => event.source)}::text[],
          ${full.map((event) => event.actorId)}::text[],
          ${full.map((event) => event.encounterId)}::bigint[],
          ${full.map((event) => event.taskId)}::bigint[],
          ${lean.map((event) => event.departmentId)}::int[],
          ${lean.map((event) => event.attendingStaffId)}::int[],
          ${lean.map((event) => JSON.stringify(event.data))}::jsonb[])
          with ordinality as u(row_event_id, record_id, given_group_id, at, kind, source, actor_id, encounter_id, task_id, department_id, attending_staff_id, data, nr)
      ) w
      left join encounter n on n.id = w.encounter_id left join task t on t.id = w.task_id
    ), made as (
      insert into event (id, person_id, group_id, at, kind, source, actor_id, encounter_id, task_id, department_id, attending_staff_id, data)
      overriding system value
      select id, person_id, group_id, at, kind, source, actor_id, encounter_id, task_id, department_id, attending_staff_id, data
      from w where row_event_id is null and (person_id is not null or group_id is not null) order by nr
    )
    select id, ${personOfRecord(sql`w.person_id`)} as person_id from w order by nr`.execute(trx)
  const recorded = full.map((event, at) => ({
    ...event,
    id: rows[at]?.id ?? 0,
    personId: rows[at]?.person_id ?? event.personId,
  }))
  for (const reactor of reactors) await reactor(trx, recorded)
  return recorded
}
