import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { type StatedAt, Statement } from '../../platform/statement.ts'
import { personOfRecord } from '../event/record.ts'
import {
  type DiagnosesChange,
  type DiagnosesStatement,
  joinDiagnoses,
  type ConditionInput,
  type KnownCondition,
  saveDiagnoses,
} from './diagnoses.ts'
import { keepReplacedFacts, stillRecordedAt } from './events.ts'

/** What a source states about one visit. Null: not stated. */
export type EncounterInput = DiagnosesStatement & {
  personId: number
  siteId: number
  visitNumber: string
  /** Under which the visit was kept before its authority was read. */
  formerVisitNumber?: string
  class: 'inpatient' | 'outpatient' | 'emergency' | 'home' | 'virtual' | null
  status: 'planned' | 'in-progress' | 'finished' | 'cancelled' | null
  departmentId: number | null
  attendingStaffId: number | null
  bed: string | null
  startsAt: Date | null
  endsAt: Date | null
  disposition: string | null
  source: string
  sourceTime: Date
  /** The statement cancels an earlier one (A11, A13). */
  undoes?: 'admission' | 'discharge' | null
  /** The source states the visit as it is now (FHIR), not that something happened: a visit in progress is not over, or not any more. */
  current?: boolean
}

type Row = {
  id: number
  person_id: number
  site_id: number
  visit_number: string
  department_id: number | null
  attending_staff_id: number | null
  class: string
  status: string
  bed: string | null
  starts_at: Date | null
  ends_at: Date | null
  disposition: string | null
  condition_text: string | null
  source: string
  source_time: Date
  said_at: StatedAt
  /** When an admission or a discharge was last cancelled. */
  undone_at: Date | null
}

export type Turn = 'registered' | 'admitted' | 'discharged' | 'discharge-cancelled' | 'cancelled' | 'updated'

export type UpsertedEncounter = Row & {
  created: boolean
  /** The person the visit already belonged to; null for a new visit. */
  ownerId: number | null
  /** What it became by this statement, each for the first time; an unannounced discharge is an admission too. */
  turned: Turn[]
  /** The statement gives it an end before its start. */
  doubted: boolean
  /** Whether its row has to be written, even if only the statement's time is newer. */
  changed: boolean
  /** Codes of all its conditions, also from earlier messages: pathways choose by them. */
  codes: string[]
  /** Whether its row records that it started or ended just now, see events.ts. */
  records_start: boolean
  records_end: boolean
}

type Settled = Omit<UpsertedEncounter, 'codes' | 'ownerId'> & { diagnoses: DiagnosesChange }

/** Creates or updates visits by (site, visit number), set-based; at most one input per visit in a call. */
export async function upsertEncounters(trx: Trx, inputs: EncounterInput[]): Promise<UpsertedEncounter[]> {
  if (inputs.length === 0) return []
  const wanted = inputs.flatMap(({ siteId, visitNumber, formerVisitNumber }) =>
    [visitNumber, formerVisitNumber].flatMap((number) => (number ? [{ siteId, number }] : [])),
  )
  const { rows } = await sql<Row & { known: KnownCondition[]; owner_id: number }>`
    select e.id, e.person_id, ${personOfRecord(sql`e.person_id`)} as owner_id, e.site_id, e.visit_number, e.department_id, e.attending_staff_id, e.class, e.status, e.bed, e.starts_at,
      e.ends_at, e.disposition, e.condition_text, e.source, e.source_time, e.said_at, e.undone_at,
      (select coalesce(jsonb_agg(to_jsonb(c) order by c.id), '[]') from condition c where c.encounter_id = e.id) as known
    from unnest(${wanted.map((one) => one.siteId)}::int[], ${wanted.map((one) => one.number)}::text[]) as w(site_id, visit_number)
    join encounter e using (site_id, visit_number) for update of e`.execute(trx)
  const known = new Map(rows.map((row) => [`${row.site_id}|${row.visit_number}`, row]))
  const rowOf = ({ siteId, visitNumber, formerVisitNumber, personId }: EncounterInput) => {
    const former = known.get(`${siteId}|${formerVisitNumber}`)
    return known.get(`${siteId}|${visitNumber}`) ?? (former?.person_id === personId ? former : undefined)
  }
  const results = inputs.map((input) => {
    const { known: conditions = [], owner_id: ownerId = null, ...before } = rowOf(input) ?? {}
    const settled = settle(input, 'id' in before ? before : undefined, conditions)
    const codes = [...new Set(settled.diagnoses.conditions.map((one) => one.code))].sort()
    return { ...settled, ownerId, codes }
  })
  await insert(
    trx,
    results.filter((one) => one.created),
  )
  await update(
    trx,
    results.filter((one) => !one.created && one.changed),
  )
  await saveDiagnoses(
    trx,
    results.map((one, at) => ({ ...one, source: inputs[at]?.source ?? one.source })),
  )
  return results.map(({ diagnoses: _, ...visit }): UpsertedEncounter => visit)
}

const rank: Record<string, number> = { planned: 0, 'in-progress': 1, finished: 2, cancelled: 3 }

function settle(stated: EncounterInput, before: Row | undefined, known: KnownCondition[]): Settled {
  const input = withoutUndone(stated, before?.undone_at ?? null)
  const statement = new Statement(before, input.sourceTime)
  const diagnoses = joinDiagnoses(known, input, input.source, statement)
  const mainOf = (list: ConditionInput[]) => list.find((one) => one.role === 'discharge') ?? list[0]
  const main = mainOf(diagnoses.written)
  // A discharge diagnosis names the visit; which list of a role counts is already decided.
  const named =
    main && (main.role === 'discharge' || diagnoses.conditions.every((one) => one.role !== 'discharge'))
  const after: Row = {
    id: before?.id ?? 0,
    person_id: before?.person_id ?? input.personId,
    site_id: input.siteId,
    visit_number: before?.visit_number ?? input.visitNumber,
    department_id: statement.pick('department', input.departmentId, before?.department_id ?? null),
    attending_staff_id: statement.pick(
      'attending',
      input.attendingStaffId,
      before?.attending_staff_id ?? null,
    ),
    class: statement.pick<string>('class', input.class, before?.class ?? null) ?? 'outpatient',
    status: before?.status ?? input.status ?? 'in-progress',
    bed: statement.pick('bed', input.bed, before?.bed ?? null),
    starts_at: statement.pick('starts', input.startsAt, before?.starts_at ?? null),
    ends_at: statement.pick('ends', input.endsAt, before?.ends_at ?? null),
    disposition: statement.pick('disposition', input.disposition, before?.disposition ?? null),
    condition_text: (named && main.text) || (before?.condition_text ?? null),
    source: !before || input.sourceTime >= before.source_time ? input.source : before.source,
    undone_at: before?.undone_at ?? null,
    ...statement.times(),
  }
  if (before && leadsOn(before, after, input)) after.status = input.status ?? after.status
  // The diagnosis that names the visit may be the withdrawn one.
  if (diagnoses.removed.length > 0 && !diagnoses.conditions.some((one) => one.text === after.condition_text))
    after.condition_text = mainOf(diagnoses.conditions)?.text ?? null
  const undoes = input.undoes ?? (reopens(input, before) ? 'discharge' : null)
  if (undoes) undo(before, after, { undoes, sourceTime: input.sourceTime })
  // A discharge before the admission is not believed, and is once one of the two is corrected.
  const wasDoubted = before !== undefined && endsBeforeStart(before)
  if (after.status === 'finished' && endsBeforeStart(after)) after.status = 'in-progress'
  else if (after.status === 'in-progress' && after.ends_at && wasDoubted && !endsBeforeStart(after))
    after.status = 'finished'
  // A source that only repeats known values does not become the row's source.
  if (before && sameContent(before, after)) after.source = before.source
  const turned = turns(before, after)
  const kind = after.class === 'inpatient' ? 'admitted' : 'registered'
  return {
    ...after,
    created: !before,
    doubted: endsBeforeStart(after) && (stated.startsAt !== null || stated.endsAt !== null),
    turned,
    changed: !before || !same(before, after, rowFields(after)),
    records_start: !before && turned.includes(kind) && after.starts_at !== null,
    records_end: turned.includes('discharged') && after.ends_at !== null && after.source === input.source,
    diagnoses,
  }
}

/** A statement older than a cancellation does not affect the visit's status: the order of arrival must not matter. */
function withoutUndone(input: EncounterInput, undoneAt: Date | null): EncounterInput {
  if (input.undoes || !undoneAt || input.sourceTime > undoneAt) return input
  return { ...input, status: null, endsAt: null, disposition: null }
}

const reopens = ({ current, status }: EncounterInput, before: Row | undefined): boolean =>
  current === true && status === 'in-progress' && before?.status === 'finished'

/** Cancels an admission: the visit did not take place. Cancels a discharge, unless a newer one is known: the patient is still in. */
function undo(
  before: Row | undefined,
  after: Row,
  { undoes, sourceTime }: { undoes: 'admission' | 'discharge'; sourceTime: Date },
): void {
  after.undone_at = new Date(Math.max(sourceTime.getTime(), before?.undone_at?.getTime() ?? 0))
  if (undoes === 'admission' || !before || before.status !== 'finished') return
  const dischargedAt = before.said_at['ends'] ?? before.source_time.getTime()
  if (dischargedAt > sourceTime.getTime()) return
  after.status = 'in-progress'
  after.ends_at = null
  after.disposition = null
  after.said_at = Object.fromEntries(
    Object.entries(after.said_at).filter(([field]) => field !== 'ends' && field !== 'disposition'),
  )
}

/**
 * A visit's status only advances: some systems repeat A01 long after the discharge, and a late A01 must not readmit the patient. The
 * exception is an emergency visit, finished by our own conclusion, that turns out to be an admission.
 */
function leadsOn(before: Row, after: Row, { status, current, sourceTime }: EncounterInput): boolean {
  if (status === null) return false
  if ((rank[status] ?? 0) > (rank[before.status] ?? 0)) return true
  // Cancelled, then admitted after all; statements older than the cancellation do not get here.
  const takenBack = before.undone_at !== null || (current && sourceTime > before.source_time)
  if (before.status === 'cancelled' && takenBack && status !== 'planned' && status !== 'cancelled')
    return true
  return before.status === 'finished' && before.class !== 'inpatient' && after.class === 'inpatient'
}

/** The patient is, or was, really in a ward: not only announced, nor with a cancelled admission. */
const isIn = (row: Row) =>
  row.class === 'inpatient' && (row.status === 'in-progress' || row.status === 'finished')

const endsBeforeStart = ({ starts_at, ends_at }: Row) =>
  starts_at !== null && ends_at !== null && ends_at < starts_at

/**
 * Over since a known time: without one there is no discharge that anything could follow. One before the admission is none either, until
 * one of the two is corrected.
 */
const isOver = (row: Row) => row.status === 'finished' && row.ends_at !== null && !endsBeforeStart(row)

function turns(before: Row | undefined, after: Row): Turn[] {
  const made: Turn[] = []
  // Over, and nobody knows when it was: an event would need an invented time.
  if (!before && after.status === 'finished' && after.starts_at === null && after.ends_at === null)
    return ['updated']
  if (isIn(after) && !(before && isIn(before))) made.push('admitted')
  else if (!before && after.status !== 'cancelled') made.push('registered')
  if (isOver(after) && !(before && isOver(before))) made.push('discharged')
  const back = after.status === 'in-progress' && before?.status === 'finished'
  const doubted = before !== undefined && isOver(before) && endsBeforeStart(after)
  if ((back || doubted) && before.class === after.class) made.push('discharge-cancelled')
  if (after.status === 'cancelled' && before?.status !== 'cancelled') made.push('cancelled')
  if (made.length > 0 || !before) return made
  return sameContent(before, after) ? [] : ['updated']
}

const rowFields = (row: Row) => Object.keys(row) as (keyof Row)[]

const same = (before: Row, after: Row, fields: (keyof Row)[]) =>
  fields.every((field) => JSON.stringify(before[field]) === JSON.stringify(after[field]))

/** Whether a visit is unchanged apart from source and times. */
const sameContent = (before: Row, after: Row) =>
  same(
    before,
    after,
    rowFields(after).filter((field) => !['source', 'source_time', 'said_at'].includes(field)),
  )

/** New visits get their ids here. A visit that another transaction created meanwhile violates the key, and the caller retries. */
async function insert(trx: Trx, rows: UpsertedEncounter[]): Promise<void> {
  if (rows.length === 0) return
  const made = await sql<{ id: number; site_id: number; visit_number: string }>`
    insert into encounter (person_id, site_id, department_id, attending_staff_id, class, status, visit_number, bed, starts_at,
      ends_at, disposition, condition_text, source, source_time, said_at, undone_at, start_recorded_at, end_recorded_at)
    select person_id, site_id, department_id, attending_staff_id, class, status, visit_number, bed, starts_at, ends_at, disposition, condition_text,
      source, source_time, said_at, undone_at, case when records_start then now() end, case when records_end then now() end
    from unnest(
      ${rows.map((row) => row.person_id)}::bigint[], ${rows.map((row) => row.site_id)}::int[],
      ${rows.map((row) => row.department_id)}::int[], ${rows.map((row) => row.attending_staff_id)}::int[],
      ${rows.map((row) => row.class)}::text[], ${rows.map((row) => row.status)}::text[], ${rows.map((row) => row.visit_number)}::text[],
      ${rows.map((row) => row.bed)}::text[], ${rows.map((row) => row.starts_at)}::timestamptz[],
      ${rows.map((row) => row.ends_at)}::timestamptz[], ${rows.map((row) => row.disposition)}::text[],
      ${rows.map((row) => row.condition_text)}::text[], ${rows.map((row) => row.source)}::text[],
      ${rows.map((row) => row.source_time)}::timestamptz[], ${rows.map((row) => JSON.stringify(row.said_at))}::jsonb[],
      ${rows.map((row) => row.undone_at)}::timestamptz[], ${rows.map((row) => row.records_start)}::boolean[],
      ${rows.map((row) => row.records_end)}::boolean[]
    ) as n(person_id, site_id, department_id, attending_staff_id, class, status, visit_number, bed, starts_at, ends_at, disposition, condition_text,
      source, source_time, said_at, undone_at, records_start, records_end)
    returning id, site_id, visit_number`.execute(trx)
  const ids = new Map(made.rows.map((row) => [`${row.site_id}|${row.visit_number}`, row.id]))
  for (const row of rows) row.id = ids.get(`${row.site_id}|${row.visit_number}`) ?? 0
}

async function update(trx: Trx, rows: UpsertedEncounter[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    with n as (select * from unnest(
      ${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.department_id)}::int[],
      ${rows.map((row) => row.attending_staff_id)}::int[], ${rows.map((row) => row.class)}::text[],
      ${rows.map((row) => row.status)}::text[], ${rows.map((row) => row.bed)}::text[],
      ${rows.map((row) => row.starts_at)}::timestamptz[], ${rows.map((row) => row.ends_at)}::timestamptz[],
      ${rows.map((row) => row.disposition)}::text[], ${rows.map((row) => row.condition_text)}::text[],
      ${rows.map((row) => row.source)}::text[], ${rows.map((row) => row.source_time)}::timestamptz[],
      ${rows.map((row) => JSON.stringify(row.said_at))}::jsonb[], ${rows.map((row) => row.undone_at)}::timestamptz[],
      ${rows.map((row) => row.records_end)}::boolean[]
    ) as n(id, department_id, attending_staff_id, class, status, bed, starts_at, ends_at, disposition, condition_text, source, source_time, said_at,
      undone_at, records_end)), kept as (${keepReplacedFacts})
    update encounter e set department_id = n.department_id, attending_staff_id = n.attending_staff_id, class = n.class, status = n.status,
      bed = n.bed, starts_at = n.starts_at, ends_at = n.ends_at, disposition = n.disposition, condition_text = n.condition_text,
      source = n.source, source_time = n.source_time, said_at = n.said_at, undone_at = n.undone_at,
      start_recorded_at = ${stillRecordedAt('start')}, end_recorded_at = case when n.records_end then now() else ${stillRecordedAt('end')} end
    from n where e.id = n.id`.execute(trx)
}
