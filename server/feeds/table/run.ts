import { sql } from 'kysely'
import type {
  ImportField,
  ImportKind,
  ImportMapping,
  ImportProblem,
  ImportStatus,
} from '../../../contract/import.ts'
import { findGroups, findMembers } from '../../modules/group/upsert.ts'
import { countryAt } from '../../modules/setting/country.ts'
import { type Db, isTransient, isUniqueViolation, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { log } from '../../platform/log.ts'
import { type Batch, closeFile, takeRows } from './ahead.ts'
import { applyRows, type Good, idsOf, recordOf, sourceOf } from './apply.ts'
import type { RowContext } from './cells.ts'
import { rowsOfOthers } from './other-person.ts'
import { factStates } from './facts.ts'
import type { Delimiter, Encoding } from './file.ts'
import { memberKey } from './row-group.ts'
import { readRow } from './row.ts'
import { keyText } from './state.ts'
import { undoBatch } from './undo.ts'
import type { DateOrder, DateOrders } from './when.ts'

const batchRows = { checking: 2000, importing: 1000 }
const mostErrors = 10_000

export type Running = {
  id: number
  kind: ImportKind
  site_id: number
  site_code: string
  time_zone: string
  country: string
  encoding: Encoding
  delimiter: Delimiter
  header_row: number
  date_order: DateOrder | null
  date_orders: Partial<Record<number, DateOrders>>
  columns: string[]
  mapping: ImportMapping
  status: ImportStatus
  done: number
  batches: number
  created_at: Date
}

/**
 * Processes the next batch of one import that is being checked, imported or undone. Effects and progress are one commit, so that after a
 * crash any process continues exactly where the last one stopped.
 * @returns how many rows were handled
 */
export async function importDue(db: Db): Promise<number> {
  const claimed: { id?: number } = {}
  try {
    return await transaction(db, async (trx) => {
      const one = await claim(trx)
      if (!one) return 0
      claimed.id = one.id
      if (one.status === 'undoing') return undoBatch(trx, one)
      return one.status === 'checking' ? checkBatch(db, trx, one) : runBatch(db, trx, one)
    })
  } catch (error) {
    const { id } = claimed
    if (id !== undefined) closeFile(db, id)
    if (id === undefined || isTransient(error) || isUniqueViolation(error)) throw error
    // Invalid bytes or a broken workbook: the reason is shown to the uploader; rows imported before stay and can be undone.
    const reason =
      error instanceof AppError ? error.message : 'Something went wrong on our side. It has been logged.'
    if (!(error instanceof AppError)) log.error({ err: error, importId: id }, 'an import failed')
    await sql`update import set status = 'failed', reason = ${reason}, finished_at = now() where id = ${id}`.execute(
      db,
    )
    return 1
  }
}

async function claim(trx: Trx): Promise<Running | undefined> {
  const { rows } = await sql<Running>`
    select i.id, i.kind, i.site_id, s.code as site_code, s.time_zone, ${countryAt(sql`s.id`)} as country,
      i.encoding, i.delimiter, i.header_row,
      i.date_order, i.date_orders, i.columns, i.mapping, i.status, i.done,
      i.batches, i.created_at
    from import i join site s on s.id = i.site_id
    where i.status in ('checking', 'importing', 'undoing') order by i.id limit 1 for update of i skip locked`.execute(
    trx,
  )
  return rows[0]
}

async function contextOf(trx: Trx, one: Running): Promise<RowContext> {
  const codes = async (table: 'department' | 'staff') => {
    // Only visits use the site's codes of wards and doctors.
    if (one.kind !== 'encounters') return new Map<string, string>()
    const rows = await trx
      .selectFrom(table)
      .select(['code', 'name'])
      .where('site_id', '=', one.site_id)
      .execute()
    return new Map(rows.map((row) => [row.name, row.code]))
  }
  return {
    kind: one.kind,
    mapping: one.mapping,
    columns: one.columns.length,
    source: `import:${one.id}`,
    siteCode: one.site_code,
    timeZone: one.time_zone,
    country: one.country,
    dateOrder: one.date_order,
    dateOrders: one.date_orders,
    at: one.created_at,
    departments: await codes('department'),
    staff: await codes('staff'),
  }
}

export type Problem = {
  row: number
  field: string | null
  value: string | null
  problem: ImportProblem
  detail: string | null
}

/** The next rows of the file; rows of persons do not depend on earlier batches, so they are interpreted ahead. */
async function take(db: Db, trx: Trx, one: Running): Promise<Batch> {
  const context = one.kind === 'persons' ? await contextOf(trx, one) : undefined
  return takeRows(db, one, one.status === 'checking' ? batchRows.checking : batchRows.importing, context)
}

async function interpret(
  trx: Trx,
  one: Running,
  { rows, stated }: Batch,
): Promise<{ good: Good[]; problems: Problem[] }> {
  const context = stated ? undefined : await contextOf(trx, one)
  const all = stated ?? rows.map((cells) => readRow(cells, context as RowContext))
  const good: Good[] = []
  const problems: Problem[] = []
  for (const [at, read] of all.entries()) {
    const row = rows[at]?.number ?? 0
    if ('stated' in read) good.push({ row, stated: read.stated, groupId: null })
    else problems.push(...read.errors.map((error) => ({ row, detail: null, ...error })))
  }
  const refused = await placeRows(trx, one, good)
  return { good: good.filter((each) => !refused.has(each)), problems: [...problems, ...refused.values()] }
}

/** Checks against the database: the row's group customer, and whether its number is already known. */
async function placeRows(trx: Trx, one: Running, good: Good[]): Promise<Map<Good, Problem>> {
  const refused = new Map<Good, Problem>()
  const refuse = (each: Good, field: ImportField, value: string, problem: ImportProblem) =>
    refused.set(each, { row: each.row, field, value, problem, detail: null })
  if (one.kind === 'group-members') {
    const names = good.map((each) => each.stated.member?.groupName ?? '')
    const groups = await findGroups(trx, one.site_id, names)
    for (const [at, each] of good.entries()) {
      const [name = '', { message, member }] = [names[at], each.stated]
      each.groupId = groups.get(name) ?? null
      if (each.groupId === null || !message || !member) refuse(each, 'groupName', name, 'unknown-group')
      else message.person.identifiers.push(memberKey(each.groupId, message.person, member))
    }
  }
  if (one.kind === 'persons') {
    const others = await rowsOfOthers(trx, sourceOf(one), statementsOf(good))
    for (const [at, each] of good.entries())
      if (others.has(at)) refuse(each, 'recordNumber', recordNumberOf(each), 'another-person')
  }
  if (one.kind === 'charges') {
    const states = await factStates(trx, one.site_id, sourceOf(one), statementsOf(good))
    for (const [at, each] of good.entries())
      if (states[at] === 'twice')
        refuse(each, 'chargeNumber', each.stated.message?.facts[0]?.data.orderNumber ?? '', 'number-twice')
  }
  return refused
}

const recordNumberOf = ({ stated }: Good) =>
  stated.message?.person.identifiers.find((one) => one.ofSite)?.value ?? ''

const statementsOf = (good: Good[]) => good.map(({ stated }) => stated)

async function checkBatch(db: Db, trx: Trx, one: Running): Promise<number> {
  const batch = await take(db, trx, one)
  const { rows } = batch
  const { good, problems } = await interpret(trx, one, batch)
  await keepProblems(trx, one.id, problems)
  const counts = await foresee(trx, one, good)
  counts.failed = rows.length - good.length
  await advance(trx, one, rows.length, batchRows.checking, counts)
  return Math.max(rows.length, 1)
}

/** Predicts the effect of importing these rows. */
async function foresee(trx: Trx, one: Running, good: Good[]): Promise<Counts> {
  const counts: Counts = { created: 0, updated: 0, unchanged: 0, failed: 0 }
  if (one.kind === 'charges' || one.kind === 'appointments') {
    for (const state of await factStates(trx, one.site_id, sourceOf(one), statementsOf(good)))
      counts[state === 'new' ? 'created' : state === 'same' ? 'unchanged' : 'updated'] += 1
    return counts
  }
  const known = await knownRows(trx, one, good)
  counts.updated = good.filter((each) => known(each)).length
  counts.created = good.length - counts.updated
  return counts
}

async function knownRows(trx: Trx, one: Running, good: Good[]): Promise<(each: Good) => boolean> {
  if (one.kind === 'groups') {
    const nameOf = ({ stated: { group } }: Good) => group?.code ?? group?.name ?? ''
    const groups = await findGroups(trx, one.site_id, good.map(nameOf))
    return (each) => groups.has(nameOf(each))
  }
  const known = await idsOf(trx, one, good)
  if (one.kind === 'encounters')
    return ({ stated }) => known.encounters.has(stated.message?.visitNumber ?? '')
  if (one.kind !== 'group-members') return (each) => known.persons.has(recordOf(each))
  const personOf = ({ stated }: Good) =>
    stated.message?.person.identifiers
      .map((key) => known.persons.get(keyText(key)))
      .find((id) => id !== undefined)
  const members = await findMembers(
    trx,
    good.flatMap((each) => ({ groupId: each.groupId ?? 0, personId: personOf(each) ?? 0 })),
  )
  return (each) => members.has(`${each.groupId}|${personOf(each)}`)
}

export type Counts = { created: number; updated: number; unchanged: number; failed: number }

async function advance(trx: Trx, one: Running, read: number, wanted: number, counts: Counts): Promise<void> {
  const ended = read < wanted
  const checking = one.status === 'checking'
  await sql`
    update import set done = done + ${read}, batches = batches + 1, created = created + ${counts.created}, updated = updated + ${counts.updated},
      unchanged = unchanged + ${counts.unchanged}, failed = failed + ${counts.failed},
      rows = case when ${ended} then done + ${read} else rows end,
      status = case when ${ended} then ${checking ? 'checked' : 'imported'} else status end,
      finished_at = case when ${ended} then now() end
    where id = ${one.id}`.execute(trx)
  if (ended) closeFile(trx, one.id)
}

async function keepProblems(trx: Trx, importId: number, problems: Problem[]): Promise<void> {
  if (problems.length === 0) return
  await sql`
    insert into import_error (import_id, row, field, value, problem, detail)
    select ${importId}, t.* from unnest(
      ${problems.map((one) => one.row)}::int[], ${problems.map((one) => one.field)}::text[], ${problems.map((one) => one.value)}::text[],
      ${problems.map((one) => one.problem)}::text[], ${problems.map((one) => one.detail)}::text[]) as t
    where (select count(*) from import_error where import_id = ${importId}) < ${mostErrors}`.execute(trx)
}

async function runBatch(db: Db, trx: Trx, one: Running): Promise<number> {
  const batch = await take(db, trx, one)
  const { rows } = batch
  // Nothing is reported before the last batch: a crash loses batches together with their progress, and they are repeated.
  if (rows.length === batchRows.importing) await sql`set local synchronous_commit = off`.execute(trx)
  const { good, problems } = await interpret(trx, one, batch)
  const counts = { created: 0, updated: 0, unchanged: 0, failed: rows.length - good.length }
  if (good.length > 0) problems.push(...(await applyRows(trx, one, good, counts)))
  await keepProblems(trx, one.id, problems)
  await advance(trx, one, rows.length, batchRows.importing, counts)
  return Math.max(rows.length, 1)
}
