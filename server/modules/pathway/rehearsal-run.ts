import { setImmediate as breathe } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Rehearsal, RehearsalSide, Work } from '../../../contract/rehearsal.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { type Calendars, loadCalendars } from '../../platform/calendar.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { dataWithEncounter } from '../event/event.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { readSettings } from '../setting/setting.ts'
import type { NewTask } from '../task/create.ts'
import { entryColumns, type EntryRow, entryVerdict, variablesFor } from './enter.ts'
import { timesOf } from './execute.ts'
import { occurrencesOf } from './occurrence.ts'
import { type OutcomeShares, simulate } from './simulate.ts'
import type { Enrolled } from './step.ts'
import { joinPerson, recordsOf } from '../event/record.ts'
import { joinSubject, subjectOf } from '../event/subject.ts'
import { joinPersonSite } from '../person/fact.ts'

export const rehearse = job<{ rehearsalId: number }>('pathway.rehearse', {
  expireInSeconds: 3600,
  retryLimit: 2,
})

export function rehearsalJobs({ db }: Services): JobHandler[] {
  return [handle(rehearse, ({ rehearsalId }) => runOrFail(db, rehearsalId))]
}

/** A killed process leaves the row running, and the queue restarts it; an error ends it, so that a new one can be started. */
async function runOrFail(db: Db, id: number): Promise<void> {
  try {
    await runRehearsal(db, id)
  } catch (error) {
    await db
      .updateTable('rehearsal')
      .set({ status: 'failed', finished_at: sql`now()` })
      .where('id', '=', id)
      .where('status', 'in', ['waiting', 'running'])
      .execute()
    throw error
  }
}

type SideCounts = Pick<
  RehearsalSide,
  'entered' | 'notEntered' | 'stopped' | 'prevented' | 'blocked' | 'assignees'
>
type Minutes = NonNullable<Rehearsal['minutes']>
export type RehearsalSummary = { minutes: Minutes; draft: SideCounts; current: SideCounts | null }

type Order = {
  id: number
  definition: PathwayDefinition
  compared: PathwayDefinition | null
  from_date: string
  to_date: string
  site_ids: number[] | null
  department_ids: number[] | null
}

const chunk = 2000
const reportEvery = 300 // ms

/**
 * Replays the entry events of a period. Memory holds one chunk of events and the counts per day and department; nothing is written but
 * progress until the end, so a cancelled or killed run leaves nothing.
 */
async function runRehearsal(db: Db, id: number): Promise<void> {
  // False after a cancellation.
  const report = async (progress: number, events: number): Promise<boolean> => {
    const row = await db
      .updateTable('rehearsal')
      .set({ status: 'running', progress, events })
      .where('id', '=', id)
      .where('status', 'in', ['waiting', 'running'])
      .executeTakeFirst()
    return row.numUpdatedRows > 0n
  }
  if (!(await report(0, 0))) return
  const { rows } = await sql<Order>`
    select r.id, r.definition, v.definition as compared, r.from_date, r.to_date, r.site_ids, r.department_ids
    from rehearsal r left join pathway_version v on v.id = r.compared_version_id where r.id = ${id}`.execute(
    db,
  )
  const [order] = rows
  if (!order) return
  await transaction(db, async (trx) => {
    const sides = await sidesOf(trx, order)
    const total = await chooseEvents(trx, order)
    let reportedAt = performance.now()
    // The database reads the next chunk while this one is walked.
    const definitions = sides.map(({ definition }) => definition)
    let next = loadEvents(trx, definitions, 0, chunk)
    for (let from = 0; from < total; from += chunk) {
      const events = await next
      if (from + chunk < total) next = loadEvents(trx, definitions, from + chunk, from + 2 * chunk)
      for (const event of events) for (const side of sides) replay(side, event)
      await breathe()
      if (performance.now() - reportedAt < reportEvery) continue
      reportedAt = performance.now()
      if (!(await report(((from + chunk) / total) * 0.95, Math.min(total, from + chunk)))) {
        await next
        return
      }
    }
    await writeResult(trx, id, sides, total)
  })
}

type Side = {
  name: 'draft' | 'current'
  definition: PathwayDefinition
  /** Keys of the steps whose task is a questionnaire. */
  forms: Set<string | null>
  variablesAt: (siteId: number) => Record<string, number>
  calendars: Calendars
  shares: OutcomeShares
  minutes: Minutes
  counts: Omit<SideCounts, 'assignees'>
  assignees: Map<string, { tasks: number; minutes: number }>
  /** By day and department. */
  work: Map<string, Work & { day: string; departmentId: number | null }>
}

async function sidesOf(trx: Trx, { definition, compared }: Order): Promise<Side[]> {
  const calendars = await loadCalendars(trx)
  const shares = await outcomeShares(trx)
  const keys = ['follow-up.minutes.call', 'follow-up.minutes.home-visit', 'follow-up.minutes.other'] as const
  const settings = await readSettings(trx, keys)
  const minutes = { call: settings[keys[0]], visit: settings[keys[1]], other: settings[keys[2]] }
  const wanted = [
    { name: 'draft' as const, definition },
    ...(compared ? [{ name: 'current' as const, definition: compared }] : []),
  ]
  const variablesOf = await variablesFor(trx, wanted)
  return wanted.map((one) => ({
    name: one.name,
    definition: withoutTexts(one.definition),
    forms: new Set(one.definition.steps.flatMap((step) => (step.kind === 'questionnaire' ? step.key : []))),
    variablesAt: (siteId) => variablesOf(one, siteId),
    calendars,
    shares,
    minutes,
    counts: { entered: 0, notEntered: 0, stopped: 0, prevented: 0, blocked: 0 },
    assignees: new Map(),
    work: new Map(),
  }))
}

/** A rehearsal's texts are never read, and filling them in takes a tenth of its time. */
function withoutTexts(definition: PathwayDefinition): PathwayDefinition {
  return {
    ...definition,
    steps: definition.steps.map((step) => {
      if (step.kind === 'message') return { ...step, subject: '', body: '' }
      return step.kind === 'task' ? { ...step, description: undefined } : step
    }),
  }
}

/** Fewer results than this predict nothing. */
const leastResults = 30

/** How tasks of each kind ended here within a year. Deaths and readmissions are replayed as they happened, so they are left out. */
async function outcomeShares(trx: Trx): Promise<OutcomeShares> {
  const { rows } = await sql<{ kind: NewTask['kind']; outcome: string; n: number }>`
    select kind, outcome, count(*) as n from task
    where status = 'completed' and completed_at > now() - interval '1 year'
      and outcome not in ('call-back', 'deceased', 'readmitted') group by 1, 2 order by 1, 2`.execute(trx)
  const shares: OutcomeShares = new Map()
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const of = rows.filter((row) => row.kind === kind)
    const all = of.reduce((sum, { n }) => sum + n, 0)
    if (all >= leastResults)
      shares.set(
        kind,
        of.map(({ outcome, n }) => ({ outcome, share: n / all })),
      )
  }
  return shares
}

/** Numbers the events of the period, each stay once, as enrolment would take it. @returns how many */
async function chooseEvents(trx: Trx, order: Order): Promise<number> {
  const kinds = [order.definition, order.compared].flatMap((one) => one?.entry.event ?? [])
  await sql`set local jit = off`.execute(trx)
  await sql`create temp table rehearsal_event (n int generated always as identity primary key, like timeline)
    on commit drop`.execute(trx)
  const { numAffectedRows } = await sql`
    insert into rehearsal_event (id, person_id, at, recorded_at, kind, source, actor_id, encounter_id, task_id, department_id, attending_staff_id, data)
    select distinct on (e.kind, e.encounter_id, case when e.encounter_id is null then e.person_id end) e.*
    from timeline e left join encounter n on n.id = e.encounter_id left join site s on s.id = n.site_id
    where e.kind = any(${kinds}::text[])
      -- A day wider, for the index; the exact local date is checked below.
      and e.at >= ${shiftDate(order.from_date, -1)}::timestamptz and e.at < ${shiftDate(order.to_date, 2)}::timestamptz
      and (e.at at time zone coalesce(s.time_zone, ${organisationZone}))::date between ${order.from_date}::date and ${order.to_date}::date
      and (n.id is null or n.status <> 'cancelled') and (e.kind <> 'encounter.discharged' or n.status = 'finished')
      and (${order.site_ids}::int[] is null or n.site_id = any(${order.site_ids}::int[]))
      and (${order.department_ids}::int[] is null or n.department_id = any(${order.department_ids}::int[]))
    order by e.kind, e.encounter_id, case when e.encounter_id is null then e.person_id end, e.id`.execute(trx)
  await sql`analyze rehearsal_event`.execute(trx)
  return Number(numAffectedRows ?? 0)
}

type EventRow = EntryRow & {
  id: number
  kind: string
  person_id: number
  encounter_id: number | null
  at: Date
  data: Record<string, unknown>
  sex: string
  times: Record<string, string | null> | null
  site_id: number
  department_id: number | null
  attending_staff_id: number | null
  time_zone: string
}

async function loadEvents(
  trx: Trx,
  definitions: readonly PathwayDefinition[],
  after: number,
  upTo: number,
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select e.id, e.kind, e.person_id, e.encounter_id, e.at, ${dataWithEncounter} as data, p.sex, s.times,
      ${entryColumns(definitions, sql`g.records`)}, place.id as site_id, d.id as department_id,
      coalesce(s.staff_id, f.last_attending_staff_id) as attending_staff_id, place.time_zone
    from rehearsal_event e ${joinPerson(sql`e.person_id`)}
    cross join lateral (select ${recordsOf(sql`p.id`)} as records) g
    left join encounter n on n.id = e.encounter_id
    ${joinSubject(sql`case when e.encounter_id is null then e.data -> 'subject' ->> 'kind' else 'encounter' end`, sql`coalesce(e.encounter_id, (e.data -> 'subject' ->> 'id')::bigint)`)}
    left join person_facts f on f.person_id = p.id ${joinPersonSite}
    left join department d on d.id = coalesce(s.department_id, f.last_department_id)
    join site place on place.id = coalesce(s.site_id, d.site_id, f.site_id, (select min(id) from site having count(*) = 1))
    where e.n > ${after} and e.n <= ${upTo}`.execute(trx)
  return rows
}

function replay(side: Side, row: EventRow): void {
  const { definition, counts } = side
  if (definition.entry.event !== row.kind) return
  const event = { ...row, encounterId: row.encounter_id }
  const occurrences = occurrencesOf(row.occurrences)
  const then = occurrences.filter(({ at }) => at.getTime() <= row.at.getTime())
  if (entryVerdict(definition, event, { ...row, occurrences: then }) !== 'enters') {
    counts.notEntered += 1
    return
  }
  counts.entered += 1
  const walk = simulate(enrolledOf(side, row), definition, {
    calendar: side.calendars(row.site_id),
    shares: side.shares,
    later: occurrences.filter(({ at }) => at.getTime() > row.at.getTime()),
  })
  counts.prevented += walk.prevented
  if (walk.stopped) counts.stopped += 1
  if (walk.blocked) counts.blocked += 1
  for (const task of walk.tasks) addTask(side, row, task)
  for (const { at } of walk.messages) workOn(side, row, at).messages += 1
}

function enrolledOf({ definition, variablesAt }: Side, row: EventRow): Enrolled {
  return {
    id: row.encounter_id ?? row.id,
    pathwayVersionId: 0,
    personId: row.person_id,
    groupId: null,
    // Texts are discarded, so they need no data of the person.
    name: '',
    language: null,
    sex: row.sex,
    birthDate: (row.person['person.birthDate'] as string | null | undefined) ?? null,
    person: row.person,
    subject: subjectOf({ encounterId: row.encounter_id, data: row.data }),
    facts: { ...row.subject, ...row.data },
    times: timesOf(row.times),
    subjectWords: null,
    place: { siteId: row.site_id, departmentId: row.department_id, attendingStaffId: row.attending_staff_id },
    siteName: '',
    departmentName: null,
    timeZone: row.time_zone,
    variant: null,
    enteredAt: row.at,
    stepKey: definition.start,
    waitKey: null,
    variables: variablesAt(row.site_id),
    outcomes: {},
    // Future answers and laboratory results are unknown.
    latestResponses: {},
    results: {},
  }
}

function workOn(side: Side, row: EventRow, at: Date): Work {
  const day = localDate(at, row.time_zone)
  const key = `${day} ${row.department_id ?? ''}`
  let work = side.work.get(key)
  if (!work) {
    const none = { calls: 0, visits: 0, questionnaires: 0, others: 0, messages: 0, minutes: 0 }
    side.work.set(key, (work = { day, departmentId: row.department_id, ...none }))
  }
  return work
}

function addTask(side: Side, row: EventRow, task: NewTask): void {
  const work = workOn(side, row, task.dueAt)
  const kind = side.forms.has(task.stepKey) ? 'questionnaires' : kindOf(task)
  const minutes = side.minutes[kind === 'calls' ? 'call' : kind === 'visits' ? 'visit' : 'other']
  work[kind] += 1
  work.minutes += minutes
  const who = side.assignees.get(task.assignee) ?? { tasks: 0, minutes: 0 }
  side.assignees.set(task.assignee, { tasks: who.tasks + 1, minutes: who.minutes + minutes })
}

function kindOf({ kind }: NewTask): 'calls' | 'visits' | 'others' {
  return kind === 'follow-up-call' ? 'calls' : kind === 'home-visit' ? 'visits' : 'others'
}

const rowsAtOnce = 10_000

async function writeResult(trx: Trx, id: number, sides: Side[], events: number): Promise<void> {
  const countsOf = (name: Side['name']): SideCounts | null => {
    const side = sides.find((one) => one.name === name)
    return (
      (side && {
        ...side.counts,
        assignees: [...side.assignees]
          .map(([assignee, work]) => ({ assignee, ...work }))
          .sort((one, other) => other.minutes - one.minutes),
      }) ??
      null
    )
  }
  const summary = { minutes: sides[0]?.minutes, draft: countsOf('draft'), current: countsOf('current') }
  const ended = await trx
    .updateTable('rehearsal')
    .set({
      status: 'finished',
      progress: 1,
      events,
      summary: JSON.stringify(summary),
      finished_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('status', 'in', ['waiting', 'running'])
    .executeTakeFirst()
  // Cancelled just before the end.
  if (ended.numUpdatedRows === 0n) return
  for (const side of sides) {
    const all = [...side.work.values()]
    for (let at = 0; at < all.length; at += rowsAtOnce) {
      const part = all.slice(at, at + rowsAtOnce)
      await sql`
        insert into rehearsal_day (rehearsal_id, side, day, department_id, calls, visits, questionnaires, others, messages, minutes)
        select ${id}, ${side.name}, * from unnest(${part.map((one) => one.day)}::date[], ${part.map((one) => one.departmentId)}::int[],
          ${part.map((one) => one.calls)}::int[], ${part.map((one) => one.visits)}::int[],
          ${part.map((one) => one.questionnaires)}::int[], ${part.map((one) => one.others)}::int[],
          ${part.map((one) => one.messages)}::int[], ${part.map((one) => one.minutes)}::real[])`.execute(trx)
    }
  }
}
