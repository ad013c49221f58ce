import { sql } from 'kysely'
import type { ImportKind, ImportMapping, ImportProblem, ImportStatus } from '../../../contract/import.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isTransient, isUniqueViolation, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { log } from '../../platform/log.ts'
import { applyAdt } from '../hl7/apply-adt.ts'
import type { AdtMessage } from '../hl7/map-adt.ts'
import { MappingError } from '../hl7/message.ts'
import { type Delimiter, type Encoding, readRows, type Row } from './file.ts'
import { readRow, type RowContext } from './row.ts'
import { encounterStates, keyText, knownIds, personStates, sameState, type State } from './state.ts'
import { undoBatch } from './undo.ts'

const batchRows = { checking: 2000, importing: 500 }
const mostErrors = 10_000

export type Running = {
  id: number
  kind: ImportKind
  site_id: number
  site_code: string
  time_zone: string
  encoding: Encoding
  delimiter: Delimiter
  columns: string[]
  mapping: ImportMapping
  status: ImportStatus
  done: number
  batches: number
  created_at: Date
}

/**
 * Goes on with one import that is being checked, imported or undone, by one batch: its effects and its progress are one commit, so that a
 * killed process, this one or another, goes on exactly where the last one stopped.
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
    if (id !== undefined) close(id)
    if (id === undefined || isTransient(error) || isUniqueViolation(error)) throw error
    // Bad bytes half-way through, a broken workbook: whoever uploaded it reads why; what was imported before stays and can be undone.
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
    select i.id, i.kind, i.site_id, s.code as site_code, s.time_zone, i.encoding, i.delimiter, i.columns, i.mapping, i.status, i.done,
      i.batches, i.created_at
    from import i join site s on s.id = i.site_id
    where i.status in ('checking', 'importing', 'undoing') order by i.id limit 1 for update of i skip locked`.execute(
    trx,
  )
  return rows[0]
}

type Reader = { at: number; rows: AsyncIterator<Row> }
/** Where this process stands in the files it reads; a process that did not read the last batch starts from the beginning and skips. */
const readers = new Map<number, Reader>()

function close(importId: number): void {
  void readers.get(importId)?.rows.return?.()
  readers.delete(importId)
}

async function take(db: Db, one: Running, count: number): Promise<Row[]> {
  let reader = readers.get(one.id)
  if (reader?.at !== one.done) {
    close(one.id)
    reader = { at: -1, rows: readRows(db, one.id, one.encoding, one.delimiter)[Symbol.asyncIterator]() }
    readers.set(one.id, reader)
  }
  const rows: Row[] = []
  while (rows.length < count) {
    const next = await reader.rows.next()
    if (next.done) break
    reader.at += 1
    // The first row names the columns and is number 0.
    if (reader.at > one.done) rows.push(next.value)
  }
  return rows
}

async function contextOf(trx: Trx, one: Running): Promise<RowContext> {
  const codes = async (table: 'department' | 'staff') => {
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
    at: one.created_at,
    departments: await codes('department'),
    staff: await codes('staff'),
  }
}

type Problem = {
  row: number
  field: string | null
  value: string | null
  problem: ImportProblem
  detail: string | null
}
type Good = { row: number; message: AdtMessage }

function interpret(rows: Row[], first: number, context: RowContext): { good: Good[]; problems: Problem[] } {
  const good: Good[] = []
  const problems: Problem[] = []
  for (const [at, cells] of rows.entries()) {
    // As a spreadsheet counts: the names of the columns are row 1.
    const row = first + at + 2
    const read = readRow(cells, context)
    if ('message' in read) good.push({ row, message: read.message })
    else problems.push(...read.errors.map((error) => ({ row, detail: null, ...error })))
  }
  return { good, problems }
}

const recordOf = ({ message }: Good) => keyText(message.person.identifiers[0] ?? { system: '', value: '' })

function idsOf(trx: Trx, one: Running, good: Good[]) {
  const identifiers = new Map(
    good.flatMap(({ message }) => message.person.identifiers).map((key) => [keyText(key), key]),
  )
  const visits = new Set(good.flatMap(({ message }) => message.visitNumber ?? []))
  return knownIds(trx, one.site_id, [...identifiers.values()], [...visits])
}

async function checkBatch(db: Db, trx: Trx, one: Running): Promise<number> {
  const rows = await take(db, one, batchRows.checking)
  const { good, problems } = interpret(rows, one.done, await contextOf(trx, one))
  await keepProblems(trx, one.id, problems)
  const known = await idsOf(trx, one, good)
  const isKnown = (each: Good) =>
    one.kind === 'persons'
      ? known.persons.has(recordOf(each))
      : known.encounters.has(each.message.visitNumber ?? '')
  const updated = good.filter(isKnown).length
  await advance(trx, one, rows.length, batchRows.checking, {
    created: good.length - updated,
    updated,
    unchanged: 0,
    failed: rows.length - good.length,
  })
  return Math.max(rows.length, 1)
}

type Counts = { created: number; updated: number; unchanged: number; failed: number }

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
  if (ended) close(one.id)
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
  const rows = await take(db, one, batchRows.importing)
  const { good, problems } = interpret(rows, one.done, await contextOf(trx, one))
  const counts = { created: 0, updated: 0, unchanged: 0, failed: rows.length - good.length }
  if (good.length > 0) {
    const before = await statesOf(trx, one, good)
    const applied = await apply(trx, one, good)
    problems.push(...applied.problems)
    counts.failed += applied.problems.length
    await keepEffects(trx, one, applied.good, before, counts)
  }
  await keepProblems(trx, one.id, problems)
  await advance(trx, one, rows.length, batchRows.importing, counts)
  return Math.max(rows.length, 1)
}

/** The batch as a whole; when the database or a rule refuses it, row by row, so that one bad row does not keep 499 out. */
async function apply(trx: Trx, one: Running, good: Good[]): Promise<{ good: Good[]; problems: Problem[] }> {
  const actor = systemActor(`feed:import/${one.id}`, `import:${one.id}`)
  const attempt = async (rows: Good[]) => {
    await sql`savepoint import_rows`.execute(trx)
    try {
      await applyAdt(
        trx,
        actor,
        rows.map(({ message }) => message),
      )
      await sql`release savepoint import_rows`.execute(trx)
      return undefined
    } catch (error) {
      await sql`rollback to savepoint import_rows`.execute(trx)
      return error
    }
  }
  const failure = await attempt(good)
  if (failure === undefined) return { good, problems: [] }
  // Somebody else made the same person or visit just now: with the whole batch once more, he will be found.
  if (isTransient(failure) || isUniqueViolation(failure)) throw failure as Error
  const problems: Problem[] = []
  const applied: Good[] = []
  for (const each of good) {
    const error = await attempt([each])
    if (error === undefined) applied.push(each)
    else if (isTransient(error)) throw error as Error
    else {
      const detail = error instanceof MappingError ? error.message : null
      if (!detail)
        log.error({ err: error, importId: one.id, row: each.row }, 'a row of an import was refused')
      problems.push({ row: each.row, field: null, value: null, problem: 'refused', detail })
    }
  }
  return { good: applied, problems }
}

type States = {
  persons: Map<number, State>
  encounters: Map<number, State>
  known: Awaited<ReturnType<typeof knownIds>>
}

async function statesOf(trx: Trx, one: Running, good: Good[]): Promise<States> {
  const known = await idsOf(trx, one, good)
  return {
    known,
    persons: await personStates(trx, [...new Set(known.persons.values())]),
    encounters: await encounterStates(trx, [...known.encounters.values()]),
  }
}

async function keepEffects(
  trx: Trx,
  one: Running,
  good: Good[],
  before: States,
  counts: Counts,
): Promise<void> {
  const after = await statesOf(trx, one, good)
  const effects = (['persons', 'encounters'] as const).flatMap((subject) =>
    [...after[subject]].flatMap(([id, state]) => {
      const earlier = before[subject].get(id)
      return sameState(earlier, state)
        ? []
        : [
            {
              subject: subject === 'persons' ? 'person' : 'encounter',
              id,
              before: earlier ?? null,
              after: state,
            },
          ]
    }),
  )
  const of = one.kind === 'persons' ? 'persons' : 'encounters'
  for (const each of good) {
    const id = after.known[of].get(of === 'persons' ? recordOf(each) : (each.message.visitNumber ?? ''))
    if (id === undefined) continue
    if (!before[of].has(id)) {
      counts.created += 1
      // The second row about somebody new is an update, or nothing at all.
      before[of].set(id, after[of].get(id) ?? {})
    } else if (sameState(before[of].get(id), after[of].get(id))) counts.unchanged += 1
    else counts.updated += 1
  }
  if (effects.length === 0) return
  await sql`
    insert into import_effect (import_id, batch, target, target_id, before, after)
    select ${one.id}, ${one.batches}, t.* from unnest(
      ${effects.map((each) => each.subject)}::text[], ${effects.map((each) => each.id)}::bigint[],
      ${effects.map((each) => each.before && JSON.stringify(each.before))}::jsonb[],
      ${effects.map((each) => JSON.stringify(each.after))}::jsonb[]) as t`.execute(trx)
  await audit(trx, systemActor(`feed:import/${one.id}`, `import:${one.id}`), {
    action: 'import.apply',
    subject: `import:${one.id} rows:${good.length}`,
  })
}
