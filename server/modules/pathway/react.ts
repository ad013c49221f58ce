import { sql } from 'kysely'
import { holds } from '../../../contract/condition.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { ageYears, localDate } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { onEvents, type RecordedEvent, recordEvents } from '../event/event.ts'
import { isSettingKey, type SettingKey } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'

/** Makes pathways follow from events; called once at start-up. */
export function connectPathways(): void {
  onEvents(react)
}

async function react(trx: Trx, events: RecordedEvent[]): Promise<void> {
  await stopByEvents(trx, events)
  await enterByEvents(trx, events)
}

type StopReason = 'death' | 'readmission' | 'opt-out' | 'refusal'
type Stop = {
  personId: number
  encounterId: number | null
  enrollmentId: number | null
  at: Date
  reason: StopReason
}

function stopsOf(event: RecordedEvent): Stop[] {
  const base = { personId: event.personId, encounterId: event.encounterId, enrollmentId: null, at: event.at }
  if (event.kind === 'person.deceased') return [{ ...base, reason: 'death' }]
  if (event.kind === 'encounter.admitted' && event.data['class'] === 'inpatient')
    return [{ ...base, reason: 'readmission' }]
  if (event.kind === 'person.opted-out' && event.data['channel'] === 'all')
    return [{ ...base, reason: 'opt-out' }]
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
  const stops = events.flatMap(stopsOf)
  if (stops.length === 0) return
  const { rows } = await sql<StoppedRow>`
    update enrollment e set status = 'stopped', stop_reason = w.reason, ended_at = now(), due_at = null, fence = e.fence + 1
    from unnest(
      ${stops.map((one) => one.personId)}::bigint[], ${stops.map((one) => one.encounterId)}::bigint[],
      ${stops.map((one) => one.enrollmentId)}::bigint[], ${stops.map((one) => one.at)}::timestamptz[],
      ${stops.map((one) => one.reason)}::text[]
    ) as w(person_id, encounter_id, enrollment_id, at, reason), pathway_version v
    where e.person_id = w.person_id and e.status in ('active', 'waiting', 'blocked') and v.id = e.pathway_version_id
      and v.definition -> 'stopOn' ? w.reason
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
  await sql`
    with cancelled as (
      update task set status = 'cancelled', held_by = null, held_until = null, completed_at = now(), version = version + 1
      where enrollment_id = any(${ids}::bigint[]) and status in ('requested', 'in-progress')
    )
    update message set status = 'suppressed', reason = 'enrollment-stopped', finished_at = now()
    where enrollment_id = any(${ids}::bigint[]) and status = 'queued'`.execute(trx)
  await recordEvents(
    trx,
    stopped.map((row) => ({
      personId: row.person_id,
      at: new Date(),
      kind: 'enrollment.stopped',
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: { enrollmentId: row.id, pathwayId: row.pathway_id, reason: row.stop_reason },
    })),
  )
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
  const persons = await personsOf(
    trx,
    wanted.map(({ event }) => event.personId),
  )
  const entering = wanted.filter(({ pathway, event }) =>
    meets(pathway.definition, event, persons.get(event.personId)),
  )
  await enroll(
    trx,
    entering.map(({ pathway, event }) => ({
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

type PersonFacts = { id: number; sex: string; birth_date: string | null; deceased: boolean }

async function personsOf(trx: Trx, ids: number[]): Promise<Map<number, PersonFacts>> {
  const { rows } = await sql<PersonFacts>`
    select id, sex, birth_date, deceased from person where id = any(${ids}::bigint[])`.execute(trx)
  return new Map(rows.map((row) => [row.id, row]))
}

function meets(
  definition: PathwayDefinition,
  event: RecordedEvent,
  person: PersonFacts | undefined,
): boolean {
  // Nobody is put on any pathway after death, whatever its author forgot.
  if (!person || person.deceased) return false
  const { when } = definition.entry
  if (!when) return true
  const fact = (name: string): unknown => {
    if (name === 'person.sex') return person.sex
    if (name === 'person.ageYears') return ageYears(person.birth_date, localDate(event.at, 'UTC'))
    return name.startsWith('encounter.') ? event.data[name.slice('encounter.'.length)] : undefined
  }
  return holds(when, { fact })
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
    select t.pathway_id, t.version_id, t.person_id, t.encounter_id, 'active', t.step_key, now(), t.entered_at, t.variables
    from unnest(
      ${entering.map((one) => one.pathway.id)}::int[], ${entering.map((one) => one.pathway.version_id)}::int[],
      ${entering.map((one) => one.personId)}::bigint[], ${entering.map((one) => one.encounterId)}::bigint[],
      ${entering.map((one) => one.pathway.definition.start)}::text[], ${entering.map((one) => one.enteredAt)}::timestamptz[],
      ${entering.map((one) => JSON.stringify(variables.get(one.pathway.version_id) ?? {}))}::jsonb[]
    ) as t(pathway_id, version_id, person_id, encounter_id, step_key, entered_at, variables)
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
async function variablesFor(
  trx: Trx,
  pathways: Entering['pathway'][],
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
