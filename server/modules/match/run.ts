import { setImmediate as breathe } from 'node:timers/promises'
import { sql } from 'kysely'
import type { MatchRun } from '../../../contract/match.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { enqueue, handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { readSettings } from '../setting/setting.ts'
import { linkSure } from './arrival.ts'
import { candidatePairs } from './block.ts'
import { compare, type Pattern } from './compare.ts'
import { matchInputs } from './input.ts'
import { estimate, randomPatterns } from './model.ts'
import { currentModel, type FoundPair, storePairs } from './pair.ts'
import { type MatchRecord, prepare } from './record.ts'
import { Tally } from './tally.ts'

const runAll = job<{ runId: number }>('match.run', { expireInSeconds: 7200, retryLimit: 2 })

export function matchJobs({ db }: Services): JobHandler[] {
  return [handle(runAll, ({ runId }) => runOrFail(db, runId))]
}

type Row = {
  id: number
  status: string
  progress: number
  persons: number
  compared: number
  found: number
  started_by_name: string
  created_at: Date
  finished_at: Date | null
}

function viewRun(row: Row): MatchRun {
  return {
    id: row.id,
    status: row.status as MatchRun['status'],
    progress: row.progress,
    persons: row.persons,
    compared: row.compared,
    found: row.found,
    startedByName: row.started_by_name,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

const columns = [
  'id',
  'status',
  'progress',
  'persons',
  'compared',
  'found',
  'started_by_name',
  'created_at',
  'finished_at',
] as const

export async function latestRun(db: Db, actor: Actor): Promise<MatchRun | null> {
  authorize(actor, 'person.merge')
  const row = await db
    .selectFrom('match_run')
    .select(columns)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? viewRun(row) : null
}

/** Only users who reach all persons may compare all. @throws {AppError} forbidden, already-exists */
export async function startRun(trx: Trx, actor: Actor): Promise<MatchRun> {
  if (!authorize(actor, 'person.merge').all) throw new AppError('forbidden')
  try {
    const row = await trx
      .insertInto('match_run')
      .values({ started_by_name: actor.name })
      .returning(columns)
      .executeTakeFirstOrThrow()
    await enqueue(trx, runAll, { runId: row.id })
    await audit(trx, actor, { action: 'match.run', subject: `run:${row.id}` })
    return viewRun(row)
  } catch (error) {
    if (isUniqueViolation(error, 'match_run_one'))
      throw new AppError('already-exists', 'A comparison is under way already.')
    throw error
  }
}

/** @throws {AppError} forbidden, not-found, already-closed */
export async function cancelRun(trx: Trx, actor: Actor, id: number): Promise<MatchRun> {
  if (!authorize(actor, 'person.merge').all) throw new AppError('forbidden')
  found(await trx.selectFrom('match_run').select('id').where('id', '=', id).executeTakeFirst())
  const row = await trx
    .updateTable('match_run')
    .set({ cancel: true })
    .where('id', '=', id)
    .where('status', 'in', ['waiting', 'running'])
    .returning(columns)
    .executeTakeFirst()
  if (!row) throw new AppError('already-closed', 'The comparison has ended already.')
  await audit(trx, actor, { action: 'match.cancel', subject: `run:${id}` })
  return viewRun(row)
}

/** A killed process leaves the row running, and the queue restarts it; an error ends it, so that a new one can be started. */
async function runOrFail(db: Db, id: number): Promise<void> {
  try {
    await runMatch(db, id)
  } catch (error) {
    await db
      .updateTable('match_run')
      .set({ status: 'failed', finished_at: sql`now()` })
      .where('id', '=', id)
      .where('status', 'in', ['waiting', 'running'])
      .execute()
    throw error
  }
}

/** Fewer persons than this are too few for an estimate. */
const leastPersons = 500
const randomPairs = 300_000

/**
 * Compares all persons with each other, estimates the model from the results and puts the likely pairs on the review list. Until the end
 * only its progress is written, so a cancelled or killed run leaves nothing; a killed one restarts.
 */
async function runMatch(db: Db, id: number): Promise<void> {
  // False after a cancellation.
  const report = async (progress: number, compared: number): Promise<boolean> => {
    const row = await db
      .updateTable('match_run')
      .set({ status: 'running', progress, compared })
      .where('id', '=', id)
      .where('status', 'in', ['waiting', 'running'])
      .returning('cancel')
      .executeTakeFirst()
    return row?.cancel === false
  }
  const end = (status: 'finished' | 'cancelled', found = 0) =>
    db
      .updateTable('match_run')
      .set({ status, found, finished_at: sql`now()`, ...(status === 'finished' && { progress: 1 }) })
      .where('id', '=', id)
      .where('status', 'in', ['waiting', 'running'])
      .execute()

  if (!(await report(0, 0))) {
    await end('cancelled')
    return
  }
  const records = await loadAll(db)
  await db.updateTable('match_run').set({ persons: records.length }).where('id', '=', id).execute()
  const before = await currentModel(db)
  const tally = new Tally(before)
  const steps = candidatePairs(records, (left, right) => {
    const [one, other] = [records[left], records[right]]
    if (one && other) tally.add(left, right, compare(one, other), one, other)
  })
  let reported = 0
  for (const progress of steps) {
    await breathe()
    if (progress - reported < 0.02) continue
    reported = progress
    if (!(await report(progress * 0.95, tally.compared))) {
      await end('cancelled')
      return
    }
  }
  const random = randomPatterns(records.length, randomPairs, (left, right) => {
    const [one, other] = [records[left], records[right]]
    return one && other ? compare(one, other) : 0
  })
  const all = (records.length * (records.length - 1)) / 2
  const estimated = records.length >= leastPersons ? estimate(tally.counts(), random, all) : undefined
  const model = estimated ?? before
  const { 'match.review-from': least } = await readSettings(db, ['match.review-from'])
  const pairs = [...tally.likely(model, least)]
  if (!(await report(0.96, tally.compared))) {
    await end('cancelled')
    return
  }
  if (model === estimated)
    await db
      .insertInto('match_model')
      .values({ parameters: JSON.stringify(model), persons: records.length, pairs: tally.compared })
      .execute()
  for (let at = 0; at < pairs.length; at += 1000) {
    const part = pairs.slice(at, at + 1000)
    await transaction(db, async (trx) => {
      const found = await withInputs(trx, records, part)
      await storePairs(trx, found)
      await linkSure(trx, found)
    })
  }
  await end('finished', pairs.length)
}

type Likely = { left: number; right: number; pattern: Pattern; probability: number; rule: string | null }

/** Rereads the persons of these pairs only. Pairs merged meanwhile are dropped. */
async function withInputs(trx: Trx, records: MatchRecord[], pairs: Likely[]): Promise<FoundPair[]> {
  const idOf = (at: number) => records[at]?.id ?? 0
  const ids = [...new Set(pairs.flatMap(({ left, right }) => [idOf(left), idOf(right)]))]
  const inputs = new Map(
    (await matchInputs(trx, sql`p.id = any(${ids}::bigint[])`)).map((one) => [one.id, one]),
  )
  return pairs.flatMap(({ left, right, ...judged }): FoundPair[] => {
    const [one, other] = [inputs.get(idOf(left)), inputs.get(idOf(right))]
    if (!one || !other) return []
    return [
      one.id < other.id ? { left: one, right: other, ...judged } : { left: other, right: one, ...judged },
    ]
  })
}

const pageSize = 20_000

async function loadAll(db: Db): Promise<MatchRecord[]> {
  const records: MatchRecord[] = []
  for (let after = 0; ;) {
    const page = await matchInputs(db, sql`p.id > ${after}`, pageSize)
    for (const input of page) records.push(prepare(input))
    const last = page.at(-1)
    if (!last || page.length < pageSize) return records
    after = last.id
  }
}
