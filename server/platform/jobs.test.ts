import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { type Database, openDatabase, transaction } from './db.ts'
import type * as JobsModule from './jobs.ts'

// A copy of the module with jobs of its own: nobody else's are to be handled here, and these not elsewhere.
const alone = './jobs.ts?alone'
const { checkHandlers, enqueue, enqueueAll, handle, job, openJobs } = (await import(
  alone
)) as typeof JobsModule

const greet = job<{ name: string }>('test.greet', { retryLimit: 1 })
const later = job<{ name: string }>('test.later')

let files: TestDatabase
let database: Database
let jobs: JobsModule.Jobs
const greeted: string[] = []
const handlers = [
  handle(greet, async ({ name }) => {
    greeted.push(name)
    if (name === 'chain') await transaction(database.db, (trx) => enqueue(trx, later, { name: 'chained' }))
  }),
  handle(later, ({ name }) => Promise.resolve(void greeted.push(name))),
]

beforeAll(async () => {
  files = await createTestDatabase()
  database = openDatabase(files.url, { max: 4 })
  jobs = openJobs(files.url, database.db)
  await jobs.install()
})
afterAll(async () => {
  await jobs.stop()
  await database.close()
  await files.drop()
})

test('a job that is put in by a transaction runs when it commits, and never when it does not', async () => {
  greeted.length = 0
  await transaction(database.db, (trx) => enqueue(trx, greet, { name: 'kept' }))
  await expect(
    transaction(database.db, async (trx) => {
      await enqueue(trx, greet, { name: 'lost' })
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect(await jobs.drain(handlers)).toBe(1)
  expect(greeted).toEqual(['kept'])
})

test('draining runs what jobs put in, but not what lies in the future', async () => {
  greeted.length = 0
  await transaction(database.db, async (trx) => {
    await enqueueAll(trx, greet, [{ name: 'one' }, { name: 'chain' }])
    await enqueue(trx, later, { name: 'tomorrow' }, { startAfter: new Date(Date.now() + 86_400_000) })
  })
  expect(await jobs.drain(handlers)).toBe(3)
  expect(greeted.sort()).toEqual(['chain', 'chained', 'one'])
})

test('a worker runs jobs by itself, with the limits of their queue', async () => {
  const stored = await sql<{ retry_limit: number; keep_until: Date | null; policy: string }>`
    select retry_limit, keep_until, policy from pgboss.job where name = 'test.greet' limit 1`.execute(
    database.db,
  )
  expect(stored.rows[0]).toMatchObject({ retry_limit: 1, policy: 'standard' })
  const worker = openJobs(files.url, database.db)
  const done = new Promise<string>((resolve) => {
    void worker.work([
      handle(greet, ({ name }) => {
        resolve(name)
        return Promise.resolve()
      }),
      handle(later, () => Promise.resolve()),
    ])
  })
  await transaction(database.db, (trx) => enqueue(trx, greet, { name: 'by itself' }))
  expect(await done).toBe('by itself')
  await worker.stop()
})

test('boot fails on a missing handler and on a duplicate one', () => {
  expect(() => checkHandlers(handlers.slice(0, 1))).toThrow('test.later has no handler')
  expect(() => checkHandlers([...handlers, ...handlers])).toThrow('test.greet has several handlers')
  expect(() => job('test.greet')).toThrow('declared twice')
})
