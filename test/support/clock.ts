import { sql } from 'kysely'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Db } from '../../server/platform/db.ts'

/**
 * The day is an input of the tests, like their data: unless CARELOOP_TEST_NOW says otherwise they all begin at this instant, a working-day
 * morning in Asia/Shanghai in the middle of a month whose calendar is known. From there time runs as it does everywhere.
 */
export const usualNow = '2026-11-18T10:00:00+08:00'

const preload = `--import=${pathToFileURL(path.resolve(import.meta.dirname, 'shift-date.ts')).href}`

/** Carries the distance from the machine's clock to all processes and threads of a run. */
const variable = 'CARELOOP_TEST_CLOCK_OFFSET'

/** How far the clock of the tests is ahead of the machine's, ms; 0 where nobody set it. */
export function clockOffset(): number {
  return Number(process.env[variable] ?? 0)
}

/**
 * Sets the clock of a run, for this process and all that it starts. CARELOOP_TEST_NOW: an instant (ISO 8601), or `machine` for the machine's.
 * @throws {Error} for anything else
 */
export async function setClock(): Promise<void> {
  if (process.env[variable] === undefined) {
    const wanted = process.env.CARELOOP_TEST_NOW ?? usualNow
    const offset = wanted === 'machine' ? 0 : Math.round(Date.parse(wanted) - Date.now())
    if (Number.isNaN(offset))
      throw new Error(`CARELOOP_TEST_NOW: "${wanted}" is neither an instant nor "machine"`)
    process.env[variable] = String(offset)
    process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, preload].filter(Boolean).join(' ')
  }
  await import('./shift-date.ts')
}

/** Lets something happen at another instant: in this thread, in what it starts meanwhile and in databases that are made meanwhile. */
export async function at<T>(instant: string, work: () => Promise<T>): Promise<T> {
  const { testClock } = await import('./shift-date.ts')
  const before = testClock.ahead
  const set = (ahead: number) => {
    testClock.ahead = ahead
    process.env[variable] = String(ahead)
  }
  set(before + Date.parse(instant) - Date.now())
  try {
    return await work()
  } finally {
    set(before)
  }
}

/** What another process needs in its environment to have the same clock, and to start as quickly. */
export function clockEnvironment(): Record<string, string> {
  const { NODE_COMPILE_CACHE, [variable]: offset } = process.env
  return {
    ...(offset !== undefined && { NODE_OPTIONS: preload, [variable]: offset }),
    ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
  }
}

const functions: [name: string, volatility: string][] = [
  ['now', 'stable'],
  ['transaction_timestamp', 'stable'],
  ['statement_timestamp', 'stable'],
  ['clock_timestamp', 'volatile'],
]

/**
 * Statements that give a database the clock of the tests: functions that are found before those of PostgreSQL. They are needed before the tables
 * are made, so that column defaults mean them as well. The words without brackets (`current_date`, …) cannot be replaced and are not used.
 * A copy of the database has the functions of its template, but needs the search path again.
 */
export function clockFunctions(): string {
  const made = functions.map(
    ([name, volatility]) => `
      create or replace function test_clock.${name}() returns timestamptz language sql ${volatility} parallel safe
        as $$ select pg_catalog.${name}() + interval '${clockOffset() / 1000} seconds' $$;`,
  )
  return `create schema if not exists test_clock; grant usage on schema test_clock to public; ${made.join('')}`
}

export function clockSearchPath(database: string): string {
  return `alter database ${database} set search_path = public, test_clock, pg_catalog`
}

/** pg-boss asks the time in a function of its own, which it makes for this purpose. */
export const clockOfJobs = `
  create or replace function pgboss.job_now() returns timestamptz language sql stable as $$ select test_clock.now() $$`

/** The same in a database that is there: its clock is set to the middle of a year and back. */
export async function inYear(db: Db, year: number, work: () => Promise<void>): Promise<void> {
  const set = async () => {
    for (const statement of clockFunctions().split(';'))
      if (statement.trim()) await sql.raw(statement).execute(db)
  }
  await at(`${year}-07-01T10:00:00Z`, async () => {
    await set()
    await work()
  })
  await set()
}
