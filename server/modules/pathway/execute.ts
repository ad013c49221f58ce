import { sql } from 'kysely'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type CalendarRow, calendarRows, type Calendars, calendarsOf } from '../../platform/calendar.ts'
import { type Db, perDatabase, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { log } from '../../platform/log.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { queueMessages } from '../message/write.ts'
import { createTasks } from '../task/create.ts'
import { templatesNamed } from '../template/text.ts'
import { resultsOf, latestResponses, latestResponseOf, type LatestResponseRow } from './asked.ts'
import { advance, type Advance, type Enrolled, type StepContext } from './step.ts'
import { joinSubject, type Subject } from '../event/subject.ts'
import { partsOf } from '../../../contract/questionnaire-check.ts'
import { clinicalFactsObject, factsObject, joinPersonSite } from '../person/fact.ts'
import { lookUpsObject } from '../segment/rule.ts'
import { runActs } from './act.ts'
import { subjectColumn } from './columns.ts'

const batchSize = 500
const executor = systemActor('system:pathway', '随访路径')

type Row = {
  id: number
  pathway_version_id: number
  person_id: number | null
  /** The enrolled record; its tasks and messages are of the same. */
  record_id: number | null
  group_id: number | null
  name: string
  language: string | null
  sex: string | null
  birth_date: string | null
  person: Record<string, unknown> | null
  subject: Subject | null
  facts: Record<string, unknown> | null
  times: Record<string, string | null> | null
  words: string | null
  last_department_code: string | null
  site_id: number | null
  site_name: string | null
  time_zone: string | null
  department_id: number | null
  department_name: string | null
  attending_staff_id: number | null
  entered_at: Date
  variant: string | null
  step_key: string | null
  wait_key: string | null
  variables: Record<string, number>
  outcomes: Record<string, string> | null
  latest_responses: Record<string, LatestResponseRow> | null
  results: Record<string, { at: string; value: unknown; unit: string | null }> | null
  fence: number
}

/** Published versions never change, so each process caches them. */
const definitions = perDatabase(() => new Map<number, PathwayDefinition>())

/**
 * Executes the due steps of up to 500 enrolments in one transaction. The row locks are the lease: a killed process releases them, and its
 * partial work is rolled back. `enrollment_step`'s primary key makes a second execution of a step impossible.
 * @returns how many enrolments were advanced
 */
export async function executeDue(db: Db): Promise<number> {
  const outcome = await transaction(db, async (trx) => {
    const rows = await claim(trx)
    if (rows.length === 0) return { claimed: 0, messages: 0 }
    const context = await contextFor(trx, rows)
    await lookUp(trx, rows)
    const advances = rows.map((row) => ({ row, advance: tryAdvance(trx, row, context) }))
    const messages = await write(trx, advances)
    return { claimed: rows.length, messages }
  })
  if (outcome.messages > 0) wakeLoop('message')
  return outcome.claimed
}

async function claim(trx: Trx): Promise<Row[]> {
  const { rows } = await sql<Row>`
    with due as (
      select e.* from enrollment e where e.status = 'active' and not e.paused and e.due_at <= now()
        and e.pathway_id <> all(array(select w.id from pathway w where w.paused_at is not null))
      order by e.due_at, e.id limit ${batchSize} for update of e skip locked
    )
    select e.id, e.pathway_version_id, p.id as person_id, e.person_id as record_id, e.group_id, coalesce(p.name, gc.name) as name, p.language, p.sex, p.birth_date,
      ${subjectColumn}, s.facts, s.times, s.words, case when s.facts is null then ld.code end as last_department_code,
      case when jsonb_array_length(v.asks -> 'person') > 0 then
        case when v.definition ->> 'purpose' = 'clinical' then ${clinicalFactsObject()} else ${factsObject()} end end as person,
      place.id as site_id, place.name as site_name, place.time_zone, d.id as department_id, d.name as department_name,
      coalesce(s.staff_id, case when f.site_id = at.site_id then f.last_attending_staff_id end) as attending_staff_id, e.entered_at, e.variant, e.step_key, e.wait_key, e.variables, e.fence,
      (select jsonb_object_agg(t.step_key, t.outcome) from task t where t.enrollment_id = e.id and t.status = 'completed') as outcomes,
      ${latestResponses(trx, sql`e.id`, sql`v.asks`)} as latest_responses, ${resultsOf(sql`p.id`, sql`v.asks`)} as results
    from due e join pathway_version v on v.id = e.pathway_version_id
    left join person record on record.id = e.person_id left join person p on p.id = coalesce(record.survivor_id, record.id)
    left join group_customer gc on gc.id = e.group_id
    ${joinSubject(sql`e.subject_kind`, sql`e.subject_id`)}
    left join person_facts f on f.person_id = p.id ${joinPersonSite}
    left join department ld on ld.id = f.last_department_id
    cross join lateral (select coalesce(s.site_id, e.site_id, gc.site_id, f.site_id, (select min(id) from site having count(*) = 1)) as site_id) at
    left join site place on place.id = at.site_id
    left join department d on d.id = coalesce(s.department_id, f.last_department_id) and d.site_id = at.site_id`.execute(
    trx,
  )
  return rows
}

type Context = Omit<StepContext, 'calendar'> & { calendars: Calendars }

async function contextFor(trx: Trx, rows: Row[]): Promise<Context> {
  const missing = [...new Set(rows.map((row) => row.pathway_version_id))].filter(
    (id) => !definitions(trx).has(id),
  )
  if (missing.length > 0) {
    const versions = await sql<{ id: number; definition: PathwayDefinition }>`
      select id, definition from pathway_version where id = any(${missing}::int[])`.execute(trx)
    for (const version of versions.rows) definitions(trx).set(version.id, version.definition)
  }
  // One round trip for the data shared by the batch.
  const { rows: common } = await sql<{
    now: Date
    questionnaires: { code: string; version_id: number }[]
    days: CalendarRow[]
  }>`
    select clock_timestamp() as now,
      (select coalesce(jsonb_agg(q), '[]') from (
        select distinct on (q.code) q.code, v.id as version_id
        from questionnaire q join questionnaire_version v on v.questionnaire_id = q.id order by q.code, v.version desc) q) as questionnaires,
      (select coalesce(jsonb_agg(c), '[]') from (${calendarRows}) c) as days`.execute(trx)
  const [shared] = common
  return {
    now: shared?.now ?? new Date(),
    calendars: calendarsOf(shared?.days ?? []),
    questionnaires: new Map(shared?.questionnaires.map((row) => [row.code, row.version_id])),
    templates: await templatesNamed(
      trx,
      templatesIn(rows.map((row) => definitions(trx).get(row.pathway_version_id))),
    ),
  }
}

/** Codes of the templates that these pathways name. */
function templatesIn(all: (PathwayDefinition | undefined)[]): string[] {
  return [...new Set(all)].flatMap((one) =>
    (one?.steps ?? []).flatMap((step) => (step.kind === 'message' ? (step.template ?? []) : [])),
  )
}

/** What branches ask about events and households: one statement for each version that asks, and none for the others. */
async function lookUp(trx: Trx, rows: Row[]): Promise<void> {
  for (const [id, ofVersion] of Map.groupBy(rows, (row) => row.pathway_version_id)) {
    const branches = definitions(trx)
      .get(id)
      ?.steps.flatMap((step) => (step.kind === 'branch' ? [step.when] : []))
    if (!branches?.flatMap(partsOf).some((part) => 'events' in part || 'household' in part)) continue
    const { rows: found } = await sql<{ id: number; facts: Record<string, unknown> }>`
      select f.person_id as id, ${lookUpsObject(branches)} as facts from person_facts f
      where f.person_id = any(${ofVersion.map((row) => row.person_id)}::bigint[])`.execute(trx)
    const known = new Map(found.map((one) => [one.id, one.facts]))
    for (const row of ofVersion) row.person = { ...row.person, ...known.get(row.person_id ?? 0) }
  }
}

type Blocked = { blocked: string }

function tryAdvance(trx: Trx, row: Row, context: Context): Advance | Blocked {
  try {
    const definition = definitions(trx).get(row.pathway_version_id)
    if (!definition) throw new Error(`pathway version ${row.pathway_version_id} is missing`)
    const { calendars, ...rest } = context
    return advance(enrolledOf(trx, row), definition, { ...rest, calendar: calendars(row.site_id) })
  } catch (error) {
    // One failing step must not stop the other 499 enrolments; it is shown as blocked with the reason.
    if (!(error instanceof AppError))
      log.error({ err: error, enrollmentId: row.id }, 'a pathway step cannot be executed')
    return { blocked: (error as Error).message }
  }
}

/** @throws {AppError} invalid when the place is unknown */
function enrolledOf(trx: Trx, row: Row): Enrolled {
  const { site_id: siteId, site_name: siteName, time_zone: timeZone } = row
  if (siteId === null || siteName === null || timeZone === null)
    throw new AppError(
      'invalid',
      'No site is known for this person; enter a visit or start the pathway with a site.',
    )
  return {
    id: row.id,
    pathwayVersionId: row.pathway_version_id,
    personId: row.record_id,
    groupId: row.group_id,
    name: row.name,
    language: row.language,
    sex: row.sex,
    birthDate: row.birth_date,
    person: row.person ?? {},
    subject: row.subject,
    facts: row.facts ?? { departmentCode: row.last_department_code },
    times: timesOf(row.times),
    subjectWords: row.words,
    place: { siteId, departmentId: row.department_id, attendingStaffId: row.attending_staff_id },
    siteName,
    departmentName: row.department_name,
    timeZone,
    enteredAt: row.entered_at,
    variant: row.variant,
    stepKey: row.step_key,
    waitKey: row.wait_key,
    variables: row.variables,
    outcomes: row.outcomes ?? {},
    latestResponses: Object.fromEntries(
      Object.entries(row.latest_responses ?? {}).map(([code, one]) => [code, latestResponseOf(trx, one)]),
    ),
    results: Object.fromEntries(
      Object.entries(row.results ?? {}).map(([code, one]) => [code, { ...one, at: new Date(one.at) }]),
    ),
  }
}

export function timesOf(times: Record<string, string | null> | null): Record<string, Date | null> {
  return Object.fromEntries(
    Object.entries(times ?? {}).map(([name, at]) => [name, at === null ? null : new Date(at)]),
  )
}

type Advanced = { row: Row; advance: Advance | Blocked }

async function write(trx: Trx, all: Advanced[]): Promise<number> {
  const done = all.flatMap(({ row, advance: result }) => ('blocked' in result ? [] : [{ row, result }]))
  const steps = done.flatMap(({ row, result }) => result.steps.map((step) => ({ ...step, id: row.id })))
  const messages = done.flatMap(({ result }) => result.messages)
  await sql`
    with moved as (
      update enrollment e set status = n.status, step_key = n.step_key, wait_key = n.wait_key, waiting_for = n.waiting_for, due_at = n.due_at, stop_reason = n.stop_reason,
        fence = e.fence + 1, ended_at = case when n.status = 'completed' then now() end
      from unnest(
        ${all.map(({ row }) => row.id)}::bigint[], ${all.map(({ row }) => row.fence)}::int[],
        ${all.map(({ advance: one }) => ('blocked' in one ? 'blocked' : one.status))}::text[],
        ${all.map(({ row, advance: one }) => ('blocked' in one ? row.step_key : one.stepKey))}::text[],
        ${all.map(({ row, advance: one }) => ('blocked' in one ? row.wait_key : one.waitKey))}::text[],
        ${all.map(({ advance: one }) => ('blocked' in one ? null : one.waitingFor))}::text[],
        ${all.map(({ advance: one }) => ('blocked' in one ? null : one.dueAt))}::timestamptz[],
        ${all.map(({ advance: one }) => ('blocked' in one ? one.blocked : one.stopReason))}::text[]
      ) as n(id, fence, status, step_key, wait_key, waiting_for, due_at, stop_reason)
      where e.id = n.id and e.fence = n.fence
    )
    insert into enrollment_step (enrollment_id, step_key, result)
    select * from unnest(${steps.map((step) => step.id)}::bigint[], ${steps.map((step) => step.key)}::text[],
      ${steps.map((step) => step.result)}::text[])`.execute(trx)
  await queueMessages(trx, messages)
  await createTasks(
    trx,
    done.flatMap(({ result }) => result.tasks),
  )
  await runActs(
    trx,
    done.flatMap(({ result }) => result.acts),
  )
  const entries = done.map(({ row, result }) => ({
    action: 'pathway.execute',
    personId: row.person_id,
    subject: `enrollment:${row.id} ${result.steps.map((step) => step.key).join(',')}`.slice(0, 200),
  }))
  if (entries.length > 0) await audit(trx, executor, ...entries)
  return messages.length
}
