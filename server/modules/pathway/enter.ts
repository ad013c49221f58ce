import { type RawBuilder, sql } from 'kysely'
import { holds, isLookedUp } from '../../../contract/condition.ts'
import type { PersonFact } from '../../../contract/fact.ts'
import { heldOut, type PathwayDefinition, variants } from '../../../contract/pathway.ts'
import { ageYears, localDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { type NewEvent, type AnyEvent, recordEvents } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { joinSubject, type Subject, subjectOf } from '../event/subject.ts'
import { factsIn, factsObject, joinPersonSite, personZone } from '../person/fact.ts'
import { lookUpsObject } from '../segment/rule.ts'
import { isSettingKey, type SettingKey } from '../setting/definitions.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { type OccurrenceRow, occurrencesOf, currentOccurrences } from './occurrence.ts'
import type { Open } from './react.ts'
import { draw } from './step.ts'
import { type Occurrence, stopReason } from './stop.ts'

/** Enrols persons and organisations in every active pathway with this entry event. */
export async function enterByEvents(trx: Trx, events: AnyEvent[], pathways: Open[]): Promise<void> {
  const wanted = pathways.flatMap((pathway) =>
    onceEach(
      pathway,
      events.filter((event) => mayEnter(pathway, event)),
    ).map((event) => ({ pathway, event })),
  )
  if (wanted.length === 0) return
  const known = await entryFacts(trx, wanted)
  const judged = wanted.map(({ pathway, event }) => ({
    pathway,
    event,
    verdict: entryVerdict(pathway.definition, event, known.get(event.id)),
  }))
  await recordEvents(
    trx,
    judged
      .filter(({ verdict }) => verdict === 'withheld')
      .map(({ pathway, event }): NewEvent => ({
        personId: event.personId,
        groupId: event.groupId,
        at: new Date(),
        kind: 'enrollment.withheld',
        source: 'careloop',
        encounterId: event.encounterId,
        data: { pathwayId: pathway.id, reason: 'dispute' },
      })),
  )
  await enroll(
    trx,
    judged
      .filter(({ verdict }) => verdict === 'enters')
      .map(({ pathway, event }) => ({
        pathway,
        personId: event.personId,
        groupId: event.groupId,
        subject: pathway.definition.entry.alone ? null : subjectOf(event),
        enteredAt: event.at,
        siteId: typeof event.data['siteId'] === 'number' ? event.data['siteId'] : null,
      })),
    null,
  )
}

function mayEnter({ definition: { entry } }: Open, event: AnyEvent): boolean {
  return entry.event === event.kind && event.at.getTime() > Date.now() - entry.maxAgeDays * 86_400_000
}

/** About a person alone the first of several events counts. */
function onceEach({ definition }: Open, events: AnyEvent[]): AnyEvent[] {
  if (!definition.entry.alone) return events
  const seen = new Set<number | null>()
  return events.filter(({ personId }) => !seen.has(personId) && seen.add(personId))
}

/** Facts for entry besides the event itself. */
export type EntryFacts = {
  person: Record<string, unknown>
  /** The person's site. */
  siteId: number | null
  /** For the person's days. */
  timeZone: string
  subject: Record<string, unknown>
  /** Facts in effect that could end the pathway at once, in order of time. */
  occurrences: Occurrence[]
}

/**
 * Facts of persons `p` with `f` and `st`, of the subject `s`, and current occurrences of the person's records, as far as these pathways
 * need them.
 */
export function entryColumns(definitions: readonly PathwayDefinition[], records: RawBuilder<unknown>) {
  const conditions = definitions.flatMap(({ entry }) => entry.when ?? [])
  const asked = factsIn(conditions)
  const names = [...new Set<PersonFact>(['person.birthDate', ...asked])]
  const kinds = [...new Set(definitions.flatMap(({ stopOn }) => stopOn.map(({ event }) => event)))]
  return sql`${factsObject(names)} || ${lookUpsObject(conditions)} as person, f.site_id as "siteId", ${personZone} as "timeZone", coalesce(s.facts, '{}') as subject,
    ${currentOccurrences(records, sql`${kinds}::text[]`)} as occurrences`
}

export type EntryRow = Omit<EntryFacts, 'occurrences'> & { occurrences: OccurrenceRow[] }

async function entryFacts(
  trx: Trx,
  wanted: { pathway: Open; event: AnyEvent }[],
): Promise<Map<number, EntryFacts>> {
  const events = [...new Set(wanted.map(({ event }) => event))]
  const subjects = events.map(subjectOf)
  const columns = entryColumns(
    wanted.map(({ pathway }) => pathway.definition),
    sql`g.records`,
  )
  const { rows } = await sql<EntryRow & { event_id: number }>`
    select w.event_id, ${columns}
    from unnest(
      ${events.map((event) => event.id)}::bigint[], ${events.map((event) => event.personId)}::bigint[],
      ${subjects.map((one) => one?.kind)}::text[], ${subjects.map((one) => one?.id)}::bigint[]
    ) as w(event_id, person_id, subject_kind, subject_id)
    left join person p on p.id = w.person_id cross join lateral (select ${recordsOf(sql`p.id`)} as records offset 0) g
    left join person_facts f on f.person_id = p.id ${joinPersonSite}
    ${joinSubject(sql`w.subject_kind`, sql`w.subject_id`)}`.execute(trx)
  return new Map(rows.map((row) => [row.event_id, { ...row, occurrences: occurrencesOf(row.occurrences) }]))
}

/** Whether an event enrols its person; also used by the rehearsal. `withheld`: prevented only by a dispute. */
export function entryVerdict(
  definition: PathwayDefinition,
  event: Pick<AnyEvent, 'at' | 'data' | 'encounterId'>,
  facts: EntryFacts | undefined,
): 'enters' | 'stays-out' | 'withheld' {
  // Nobody is enrolled after death, even if the author forgot the stop rule.
  if (!facts || facts.occurrences.some(({ kind }) => kind === 'person.deceased')) return 'stays-out'
  const { when, siteId } = definition.entry
  if (siteId !== undefined && siteId !== facts.siteId) return 'stays-out'
  const subject = subjectOf(event)
  const fact = (name: string): unknown => {
    if (isLookedUp(name)) return facts.person[name]
    const [of = '', key = ''] = name.split(/\.(.*)/s)
    if (of === 'event') return event.data[key]
    if (name === 'person.ageYears')
      return ageYears(facts.person['person.birthDate'] as string | null, localDate(event.at, facts.timeZone))
    if (of === 'person') return facts.person[name]
    // The event's data about the subject overrides the subject's row.
    return of === subject?.kind ? (event.data[key] ?? facts.subject[key]) : undefined
  }
  if (when && !holds(when, { fact })) return 'stays-out'
  // Do not start what would stop at once: messages arrive late, and an opt-out outlasts the stay.
  const target = { id: null, subject, enteredAt: event.at }
  const stops = facts.occurrences.filter((one) => stopReason(one, target, definition) !== null)
  if (stops.length === 0) return 'enters'
  return stops.every(({ kind }) => kind === 'person.dispute-opened') ? 'withheld' : 'stays-out'
}

export type Entering = {
  pathway: { id: number; version_id: number; definition: PathwayDefinition }
  personId: number | null
  groupId: number | null
  subject: Subject | null
  enteredAt: Date
  /** The place, if neither the subject nor the person's visits have one. */
  siteId: number | null
}

/**
 * The part that a person plays in a trial: the same in each round, so that nobody changes sides. Null without a trial.
 * @param seed of the trial and the person
 */
export function variantOf({ entry: { trial } }: PathwayDefinition, seed: string): string | null {
  if (!trial) return null
  const place = draw(seed)
  if (place < trial.holdOut) return heldOut
  const treated = (place - trial.holdOut) / (1 - trial.holdOut)
  return variants[Math.min(Math.floor(treated * trial.variants), trial.variants - 1)] ?? variants[0]
}

/**
 * Enrols set-based. Skips whoever is or was already enrolled for that subject, or returns before the minimum gap (unique indexes). Who is
 * only observed in a trial gets an enrolment that has ended.
 * @returns ids of the new enrolments that run
 */
export async function enroll(trx: Trx, entering: Entering[], actorId: string | null): Promise<number[]> {
  if (entering.length === 0) return []
  const variablesOf = await variablesFor(
    trx,
    entering.map((one) => one.pathway),
  )
  const { rows } = await sql<{
    id: number
    person_id: number | null
    group_id: number | null
    encounter_id: number | null
    pathway_id: number
    subject_kind: string
    subject_id: number | null
    variant: string | null
  }>`
    insert into enrollment (pathway_id, pathway_version_id, person_id, group_id, subject_kind, subject_id, site_id, status, step_key, due_at, ended_at, entered_at, variables, variant, round)
    select t.pathway_id, t.version_id, t.record_id, t.group_id, coalesce(t.subject_kind, 'person'), t.subject_id, case when t.subject_site is null then t.site_id end,
      case when o.out then 'held-out' else 'active' end, case when not o.out then t.step_key end, case when not o.out then now() end, case when o.out then now() end,
      t.entered_at, t.variables, t.variant, coalesce(last.round + 1, 1)
    from (
      -- An enrolment about a subject belongs to the subject's record.
      select u.*, coalesce(s.person_id, u.person_id) as record_id, s.site_id as subject_site
      from unnest(
        ${entering.map((one) => one.pathway.id)}::int[], ${entering.map((one) => one.pathway.version_id)}::int[],
        ${entering.map((one) => one.personId)}::bigint[], ${entering.map((one) => one.groupId)}::int[],
        ${entering.map((one) => one.subject?.kind)}::text[], ${entering.map((one) => one.subject?.id)}::bigint[],
        ${entering.map((one) => one.siteId)}::int[],
        ${entering.map((one) => one.pathway.definition.start)}::text[], ${entering.map((one) => one.enteredAt)}::timestamptz[],
        ${entering.map((one) => JSON.stringify(variablesOf(one.pathway, one.siteId)))}::jsonb[],
        ${entering.map((one) => one.pathway.definition.entry.again?.afterDays)}::int[],
        ${entering.map((one) => variantOf(one.pathway.definition, `${one.pathway.id}:${one.personId ?? `group ${one.groupId}`}`))}::text[]
      ) with ordinality as u(pathway_id, version_id, person_id, group_id, subject_kind, subject_id, site_id, step_key, entered_at, variables, after_days, variant, nr)
      ${joinSubject(sql`u.subject_kind`, sql`u.subject_id`)}
    ) t
    cross join lateral (select t.variant is not distinct from ${heldOut} as out) o
    left join lateral (
      select o.round, o.status, o.entered_at from enrollment o
      where o.pathway_id = t.pathway_id and o.subject_kind = coalesce(t.subject_kind, 'person') and o.subject_id is not distinct from t.subject_id
        and (o.person_id = any(${recordsOf(personOfRecord(sql`t.record_id`))}) or (t.record_id is null and o.group_id = t.group_id))
      order by o.entered_at desc, o.id desc limit 1
    ) last on t.after_days is not null
    where last.round is null or (last.status in ('completed', 'stopped', 'held-out') and t.entered_at >= last.entered_at + t.after_days * interval '1 day')
    order by t.nr
    on conflict do nothing
    returning id, person_id, group_id, encounter_id, pathway_id, subject_kind, subject_id, variant`.execute(
    trx,
  )
  const running = rows.filter(({ variant }) => variant !== heldOut)
  await recordEvents(
    trx,
    rows.map((row): NewEvent => ({
      personId: row.person_id,
      groupId: row.group_id,
      at: new Date(),
      kind: row.variant === heldOut ? 'enrollment.held-out' : 'enrollment.started',
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: {
        enrollmentId: row.id,
        pathwayId: row.pathway_id,
        ...(row.variant !== null && { variant: row.variant }),
        ...(row.subject_id !== null &&
          row.encounter_id === null && { subject: { kind: row.subject_kind, id: row.subject_id } }),
      },
    })),
  )
  if (running.length > 0) wakeLoop('pathway')
  return running.map((row) => row.id)
}

type Numbered = Pick<Entering['pathway'], 'definition'>

/**
 * Numbers of a pathway by the settings of a site. They are fixed when a person enters: a changed setting must not move promises already made.
 */
export async function variablesFor(
  trx: Db,
  pathways: Numbered[],
): Promise<(pathway: Numbered, siteId: number | null) => Record<string, number>> {
  const keys = pathways.flatMap(({ definition }) =>
    Object.values(definition.variables).flatMap((one) =>
      'setting' in one && isSettingKey(one.setting) ? [one.setting] : [],
    ),
  )
  const valuesAt = keys.length > 0 ? await readSettingsEverywhere(trx, [...new Set(keys)]) : null
  return ({ definition }, siteId) => {
    const values: Partial<Record<SettingKey, unknown>> = valuesAt?.(siteId) ?? {}
    return Object.fromEntries(
      Object.entries(definition.variables).map(([name, one]) => [
        name,
        Number('setting' in one ? values[one.setting as SettingKey] : one.value),
      ]),
    )
  }
}
