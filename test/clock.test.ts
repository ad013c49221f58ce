import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { glob, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../server/platform/db.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { clockEnvironment, clockOffset, usualNow } from './support/clock.ts'
import { createTestDatabase } from './support/database.ts'

// The day is an input of every test: one instant for Node, its threads and children, PostgreSQL and Chromium (test/browser/clock.test.ts).
let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

/** Within a few seconds, which is less than any distance that matters. */
const close = (at: unknown) => Math.abs(new Date(at as string).getTime() - Date.now()) < 5000

test('the tests run on the day they were given, whatever day it is outside', () => {
  const wanted = process.env.CARELOOP_TEST_NOW ?? usualNow
  const since = wanted === 'machine' ? 0 : Date.now() - Date.parse(wanted)
  expect(since).toBeGreaterThanOrEqual(0)
  expect(since).toBeLessThan(3 * 3_600_000)
})

test('a date is a date in all ways it can be made', () => {
  expect(new Date()).toBeInstanceOf(Date)
  expect(structuredClone(new Date())).toBeInstanceOf(Date)
  expect(new Date(0).constructor).toBe(Date)
  expect(new Date(2026, 0, 31).getDate()).toBe(31)
  expect(Date.parse(Date())).toBeCloseTo(Date.now(), -4)
  expect(new (class extends Date {})(5).getTime()).toBe(5)
})

test('PostgreSQL, its column defaults and the jobs have the same clock', async () => {
  const { rows } = await sql<Record<string, Date>>`
    select now() as a, transaction_timestamp() as b, statement_timestamp() as c, clock_timestamp() as d, pgboss.job_now() as e`.execute(
    app.db,
  )
  expect(Object.values(rows[0] ?? {}).every(close)).toBe(true)
  const site = await app.db
    .insertInto('site')
    .values({ code: 'CLOCK', name: 'Clock' })
    .returning('created_at')
    .executeTakeFirstOrThrow()
  expect(close(site.created_at)).toBe(true)
  const empty = await createTestDatabase({ empty: true })
  const database = openDatabase(empty.url, { max: 1 })
  const told = await sql<{ at: Date }>`select now() as at`.execute(database.db)
  await database.close()
  await empty.drop()
  expect(close(told.rows[0]?.at)).toBe(true)
})

test('no statement asks for the time in words that cannot be replaced', async () => {
  const found: string[] = []
  for await (const file of glob('server/**/*.ts', { exclude: ['**/*.test.ts'] })) {
    const text = await readFile(file, 'utf8')
    if (
      /\b(current_(date|time|timestamp)|localtime(stamp)?)\b|'(now|today|tomorrow|yesterday)'::/i.test(text)
    )
      found.push(file)
  }
  expect(found).toEqual([])
})

test('threads and programs that are started have the same clock', async () => {
  const code = `import { parentPort } from 'node:worker_threads'; parentPort.postMessage(Date.now())`
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
  const [told] = (await once(thread, 'message')) as [number]
  expect(close(told)).toBe(true)
  const script = ['--print', 'Date.now()']
  const { stdout } = await promisify(execFile)(process.execPath, script, { env: clockEnvironment() })
  expect(close(Number(stdout))).toBe(true)
  expect(clockOffset()).toBe(Number(process.env['CARELOOP_TEST_CLOCK_OFFSET']))
})
