import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

export type ConditionInput = { role: 'admission' | 'discharge' | 'other'; code: string; text: string }

/** What a source says of one visit. Null = the source does not say. */
export type EncounterInput = {
  personId: number
  siteId: number
  visitNumber: string
  class: 'inpatient' | 'outpatient' | 'emergency' | 'home' | 'virtual' | null
  status: 'planned' | 'in-progress' | 'finished' | 'cancelled' | null
  departmentId: number | null
  attendingStaffId: number | null
  bed: string | null
  startsAt: Date | null
  endsAt: Date | null
  disposition: string | null
  conditions: ConditionInput[]
  source: string
  sourceTime: Date
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
}

export type UpsertedEncounter = Row & {
  created: boolean
  /** Became an admission, a discharge or a registration by this statement, for the first time. */
  turned: 'registered' | 'admitted' | 'discharged' | 'cancelled' | 'updated' | null
  /** Codes of all its conditions: pathways choose by them, and an earlier message may have brought them. */
  codes: string[]
}

/** Creates or updates visits by (site, visit number), set-based; at most one input per visit in a call. */
export async function upsertEncounters(trx: Trx, inputs: EncounterInput[]): Promise<UpsertedEncounter[]> {
  if (inputs.length === 0) return []
  const { rows } = await sql<Row & { codes: string[] }>`
    select e.id, e.person_id, e.site_id, e.visit_number, e.department_id, e.attending_staff_id, e.class, e.status, e.bed, e.starts_at,
      e.ends_at, e.disposition, e.condition_text, e.source, e.source_time,
      array(select code from condition c where c.encounter_id = e.id) as codes
    from unnest(${inputs.map((one) => one.siteId)}::int[], ${inputs.map((one) => one.visitNumber)}::text[]) as w(site_id, visit_number)
    join encounter e using (site_id, visit_number) for update of e`.execute(trx)
  const known = new Map(rows.map((row) => [`${row.site_id}|${row.visit_number}`, row]))
  const results = inputs.map((input): UpsertedEncounter => {
    const { codes = [], ...before } = known.get(`${input.siteId}|${input.visitNumber}`) ?? {}
    const all = new Set([...codes, ...input.conditions.map((one) => one.code)])
    return { ...settle(input, 'id' in before ? before : undefined), codes: [...all].sort() }
  })
  await insert(
    trx,
    results.filter((one) => one.created),
  )
  await update(
    trx,
    results.filter((one) => !one.created && one.turned !== null),
  )
  await insertConditions(trx, results, inputs)
  return results
}

const rank: Record<string, number> = { planned: 0, 'in-progress': 1, finished: 2, cancelled: 3 }

function settle(input: EncounterInput, before: Row | undefined): Omit<UpsertedEncounter, 'codes'> {
  const newer = !before || input.sourceTime.getTime() >= before.source_time.getTime()
  const pick = <T>(said: T | null, was: T | null | undefined): T | null =>
    said !== null && (newer || was === null || was === undefined) ? said : (was ?? null)
  const said = input.status
  // An older message may complete a visit (late discharge) but never reopen it.
  const status =
    said !== null && (newer || (rank[said] ?? 0) > (rank[before.status] ?? 0))
      ? said
      : (before?.status ?? 'in-progress')
  const main = input.conditions.find((one) => one.role === 'discharge') ?? input.conditions[0]
  const after: Row = {
    id: before?.id ?? 0,
    person_id: before?.person_id ?? input.personId,
    site_id: input.siteId,
    visit_number: input.visitNumber,
    department_id: pick(input.departmentId, before?.department_id),
    attending_staff_id: pick(input.attendingStaffId, before?.attending_staff_id),
    class: pick<string>(input.class, before?.class) ?? 'outpatient',
    status,
    bed: pick(input.bed, before?.bed),
    starts_at: pick(input.startsAt, before?.starts_at),
    ends_at: pick(input.endsAt, before?.ends_at),
    disposition: pick(input.disposition, before?.disposition),
    condition_text: pick(main?.text ?? null, before?.condition_text),
    source: newer ? input.source : before.source,
    source_time: newer ? input.sourceTime : before.source_time,
  }
  return { ...after, created: !before, turned: turn(before, after) }
}

function turn(before: Row | undefined, after: Row): UpsertedEncounter['turned'] {
  if (after.status === 'finished' && before?.status !== 'finished') return 'discharged'
  if (after.status === 'cancelled' && before?.status !== 'cancelled') return 'cancelled'
  if (!before) return after.class === 'inpatient' ? 'admitted' : 'registered'
  if (after.class === 'inpatient' && before.class !== 'inpatient') return 'admitted'
  const same = (Object.keys(after) as (keyof Row)[]).every(
    (field) => String(before[field]) === String(after[field]),
  )
  return same ? null : 'updated'
}

/** New visits get their ids here. A visit that another transaction made meanwhile violates the key, and the caller starts over. */
async function insert(trx: Trx, rows: UpsertedEncounter[]): Promise<void> {
  if (rows.length === 0) return
  const made = await sql<{ id: number; site_id: number; visit_number: string }>`
    insert into encounter (person_id, site_id, department_id, attending_staff_id, class, status, visit_number, bed, starts_at,
      ends_at, disposition, condition_text, source, source_time)
    select * from unnest(
      ${rows.map((row) => row.person_id)}::bigint[], ${rows.map((row) => row.site_id)}::int[],
      ${rows.map((row) => row.department_id)}::int[], ${rows.map((row) => row.attending_staff_id)}::int[],
      ${rows.map((row) => row.class)}::text[], ${rows.map((row) => row.status)}::text[], ${rows.map((row) => row.visit_number)}::text[],
      ${rows.map((row) => row.bed)}::text[], ${rows.map((row) => row.starts_at)}::timestamptz[],
      ${rows.map((row) => row.ends_at)}::timestamptz[], ${rows.map((row) => row.disposition)}::text[],
      ${rows.map((row) => row.condition_text)}::text[], ${rows.map((row) => row.source)}::text[],
      ${rows.map((row) => row.source_time)}::timestamptz[])
    returning id, site_id, visit_number`.execute(trx)
  const ids = new Map(made.rows.map((row) => [`${row.site_id}|${row.visit_number}`, row.id]))
  for (const row of rows) row.id = ids.get(`${row.site_id}|${row.visit_number}`) ?? 0
}

async function update(trx: Trx, rows: UpsertedEncounter[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update encounter e set department_id = n.department_id, attending_staff_id = n.attending_staff_id, class = n.class, status = n.status,
      bed = n.bed, starts_at = n.starts_at, ends_at = n.ends_at, disposition = n.disposition, condition_text = n.condition_text,
      source = n.source, source_time = n.source_time
    from unnest(
      ${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.department_id)}::int[],
      ${rows.map((row) => row.attending_staff_id)}::int[], ${rows.map((row) => row.class)}::text[],
      ${rows.map((row) => row.status)}::text[], ${rows.map((row) => row.bed)}::text[],
      ${rows.map((row) => row.starts_at)}::timestamptz[], ${rows.map((row) => row.ends_at)}::timestamptz[],
      ${rows.map((row) => row.disposition)}::text[], ${rows.map((row) => row.condition_text)}::text[],
      ${rows.map((row) => row.source)}::text[], ${rows.map((row) => row.source_time)}::timestamptz[]
    ) as n(id, department_id, attending_staff_id, class, status, bed, starts_at, ends_at, disposition, condition_text, source, source_time)
    where e.id = n.id`.execute(trx)
}

async function insertConditions(
  trx: Trx,
  results: UpsertedEncounter[],
  inputs: EncounterInput[],
): Promise<void> {
  const rows = results.flatMap((encounter, at) =>
    (inputs[at]?.conditions ?? []).map((one) => ({ ...one, encounter, source: inputs[at]?.source ?? '' })),
  )
  if (rows.length === 0) return
  await sql`
    insert into condition (person_id, encounter_id, role, code, text, source)
    select * from unnest(
      ${rows.map((row) => row.encounter.person_id)}::bigint[], ${rows.map((row) => row.encounter.id)}::bigint[],
      ${rows.map((row) => row.role)}::text[], ${rows.map((row) => row.code)}::text[], ${rows.map((row) => row.text)}::text[],
      ${rows.map((row) => row.source)}::text[])
    on conflict do nothing`.execute(trx)
}
