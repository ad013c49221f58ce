import { sql } from 'kysely'
import { fromKysely, PgBoss } from 'pg-boss'
import type { Db, Trx } from './db.ts'
import { log } from './log.ts'

type JobOptions = {
  /** Five fields, in the time zone of the server's clock setting `UTC`; at most once a minute. */
  cron?: string
  retryLimit?: number
  /** How long one run may take before another process takes it over. */
  expireInSeconds?: number
}

/** A kind of background work; the phantom keeps the type of its data for `enqueue` and `handle`. */
export type Job<Data extends object> = JobOptions & { readonly name: string; readonly data?: Data }

export type JobHandler = { job: Job<object>; run: (data: unknown, signal: AbortSignal) => Promise<void> }

export type EnqueueOptions = {
  startAfter?: Date
  /** Only one waiting job per key. */
  singletonKey?: string
  priority?: number
}

const declared = new Map<string, Job<object>>()

/**
 * Declares a job, once, next to the code that handles it.
 * @example export const sendMail = job<{ messageId: number }>('message.send', { retryLimit: 5 })
 */
export function job<Data extends object = Record<string, never>>(
  name: string,
  options: JobOptions = {},
): Job<Data> {
  if (declared.has(name)) throw new Error(`The job ${name} is declared twice.`)
  const definition: Job<Data> = { ...options, name }
  declared.set(name, definition)
  return definition
}

/** Joins a job with its handler; the worker registers the result. */
export function handle<Data extends object>(
  definition: Job<Data>,
  run: (data: Data, signal: AbortSignal) => Promise<void>,
): JobHandler {
  return { job: definition, run: (data, signal) => run(data as Data, signal) }
}

/**
 * Enqueues work, in the same transaction as its cause. It writes pg-boss's table itself (one statement, no instance needed), because
 * operations know only their transaction; a test runs such jobs through pg-boss, so that an upgrade that changes the table is noticed.
 */
export async function enqueue<Data extends object>(
  trx: Trx,
  definition: Job<Data>,
  data: Data,
  options: EnqueueOptions = {},
): Promise<void> {
  await enqueueAll(trx, definition, [data], options)
}

/** The same for many at once, in one statement. */
export async function enqueueAll<Data extends object>(
  trx: Trx,
  definition: Job<Data>,
  all: Data[],
  options: EnqueueOptions = {},
): Promise<void> {
  if (all.length === 0) return
  const result = await sql<{ queues: number }>`
    with q as (select * from pgboss.queue where name = ${definition.name}),
    added as (
      insert into pgboss.job (name, data, priority, start_after, singleton_key, expire_seconds, deletion_seconds, keep_until,
        retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
      select q.name, d.value, ${options.priority ?? 0}, s.start_after, ${options.singletonKey ?? null}, q.expire_seconds,
        q.deletion_seconds, s.start_after + q.retention_seconds * interval '1 second', q.retry_limit, q.retry_delay,
        coalesce(q.retry_backoff, false), q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds
      from q, jsonb_array_elements(${JSON.stringify(all)}::jsonb) d,
        (select coalesce(${options.startAfter?.toISOString() ?? null}::timestamptz, now()) as start_after) s
      on conflict do nothing
    )
    select count(*)::int as queues from q`.execute(trx)
  if (result.rows[0]?.queues !== 1) throw new Error(`There is no queue ${definition.name}.`)
}

/** @throws {Error} naming every job that has no handler or more than one */
export function checkHandlers(handlers: JobHandler[]): void {
  const counts = new Map([...declared.keys()].map((name) => [name, 0]))
  for (const { job: one } of handlers) counts.set(one.name, (counts.get(one.name) ?? 0) + 1)
  const wrong = [...counts].filter(([, count]) => count !== 1)
  if (wrong.length === 0) return
  const sentences = wrong.map(
    ([name, count]) => `${name} has ${count === 0 ? 'no handler' : 'several handlers'}`,
  )
  throw new Error(`Every job needs exactly one handler: ${sentences.join(', ')}.`)
}

export type Jobs = {
  /** Installs pg-boss's tables and the queues of all declared jobs. */
  install: () => Promise<void>
  /** Runs jobs as they fall due. */
  work: (handlers: JobHandler[]) => Promise<void>
  /** For tests: runs everything due, again and again, until nothing is left. Returns how many ran. */
  drain: (handlers: JobHandler[]) => Promise<number>
  /** Stops taking jobs and waits for the running ones, at most `timeoutMs`. */
  stop: (timeoutMs?: number) => Promise<void>
}

/** One pg-boss per process; it starts no timers until `work`. */
export function openJobs(url: string, db: Db): Jobs {
  let boss: PgBoss | undefined
  let supervised = false

  async function start(supervise: boolean): Promise<PgBoss> {
    if (boss && (supervised || !supervise)) return boss
    await boss?.stop({ graceful: false })
    boss = new PgBoss({
      connectionString: url,
      schema: 'pgboss',
      max: 3,
      application_name: 'careloop jobs',
      supervise,
      schedule: supervise,
      // pg-boss's own warnings, which are not for operators.
      persistWarnings: false,
    })
    // A lost connection is an event here, and the next poll is the retry.
    boss.on('error', (error) => {
      log.warn({ err: error }, 'background jobs: the database did not answer')
    })
    boss.on('warning', () => {
      log.debug('background jobs are slow or queue up')
    })
    supervised = supervise
    await boss.start()
    return boss
  }

  async function install(): Promise<PgBoss> {
    const started = await start(false)
    const known = new Set((await started.getQueues()).map((queue) => queue.name))
    for (const one of declared.values()) {
      const options = {
        retryLimit: one.retryLimit ?? 3,
        retryDelay: 5,
        retryBackoff: true,
        retryDelayMax: 600,
      }
      const settings = { ...options, expireInSeconds: one.expireInSeconds ?? 900 }
      if (known.has(one.name)) await started.updateQueue(one.name, settings)
      else await started.createQueue(one.name, { ...settings, policy: 'standard' })
    }
    return started
  }

  return {
    install: async () => {
      await install()
    },

    async work(handlers) {
      checkHandlers(handlers)
      await install()
      const started = await start(true)
      for (const { job: one, run } of handlers) {
        await started.work(one.name, { batchSize: 1, pollingIntervalSeconds: 1 }, async (jobs) => {
          for (const { data, signal, id } of jobs) {
            try {
              await run(data, signal)
            } catch (error) {
              log.error({ err: error, job: one.name, id }, 'a background job failed; it is tried again')
              throw error
            }
          }
        })
        if (one.cron) await started.schedule(one.name, one.cron)
      }
      const scheduled = await started.getSchedules()
      for (const { name } of scheduled) if (!declared.get(name)?.cron) await started.unschedule(name)
    },

    async drain(handlers) {
      checkHandlers(handlers)
      const started = await start(false)
      const connection = { db: fromKysely(db) }
      let ran = 0
      for (let before = -1; before < ran;) {
        before = ran
        for (const { job: one, run } of handlers) {
          const jobs = await started.fetch(one.name, { batchSize: 100, ...connection })
          for (const { id, data } of jobs) {
            await run(data, new AbortController().signal)
            await started.complete(one.name, id, {}, connection)
            ran++
          }
        }
      }
      return ran
    },

    async stop(timeoutMs = 8000) {
      const stopping = boss
      boss = undefined
      await stopping?.stop({ graceful: true, timeout: timeoutMs })
    },
  }
}
