import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { arrayLiteral } from './array-literal.ts'
import { dropAudit, flushAudit, openAudit } from './audit.ts'
import type { DB } from './db-types.ts'
import { AppError } from './errors.ts'
import { log } from './log.ts'
import { openGuard, runGuarded } from './session-guard.ts'

export type Db = Kysely<DB>
export type Trx = Transaction<DB>

// Our ids and counts stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)
// A birth date is a day, not an instant.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

const preparedLimit = 400

/** The driver's own `query` of each connection, for statements outside requests. */
const pastGuard = new WeakMap<pg.PoolClient, (query: pg.Query) => unknown>()

/**
 * Guards the first statement of a request whose session is remembered (session-guard.ts), and
 * gives every repeated statement a name, so that PostgreSQL parses and plans it once per connection.
 * Statements of many shapes (long IN lists) would fill the server's memory: only the first few hundred get one.
 */
function wrapQueries(pool: pg.Pool): void {
  const names = new Map<string, string>()
  const seen = new Map<string, number>()
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    const send = (text: string, values: unknown[], ...rest: unknown[]): unknown => {
      const name = statementName(text)
      return name ? query({ name, text, values }, ...rest) : query(text, values, ...rest)
    }
    const named = (...args: unknown[]): unknown => {
      const [text, given, ...rest] = args
      if (typeof text !== 'string' || !Array.isArray(given)) {
        if (openGuard()) throw new Error('a statement that cannot be guarded')
        return query(...args)
      }
      const values = given.map((value) => (Array.isArray(value) ? arrayLiteral(value) : (value as unknown)))
      const guard = openGuard()
      if (!guard) return send(text, values, ...rest)
      // Kysely takes promises; a callback would be answered before the session is.
      if (rest.length > 0) throw new Error('a guarded statement takes no callback')
      return runGuarded(guard, text, values, (guarded, all) => send(guarded, all) as Promise<unknown>)
    }
    pastGuard.set(client, query)
    Object.assign(client, { query: named })
  })

  function statementName(text: string): string | undefined {
    const known = names.get(text)
    if (known) return known
    if (names.size >= preparedLimit || text.length > 20_000) return undefined
    const count = (seen.get(text) ?? 0) + 1
    if (seen.size > 5000) seen.clear()
    seen.set(text, count)
    if (count < 3) return undefined
    const name = `s${names.size}`
    names.set(text, name)
    seen.delete(text)
    return name
  }
}

/** How long a plan may be kept, in milliseconds. */
const planAge = 10_000

/**
 * Limits the age of plans: PostgreSQL keeps the plan of a prepared statement forever, and one made for a small table scans it when it is
 * large.
 */
function replanStatements(pool: pg.Pool): void {
  const planned = new WeakMap<pg.PoolClient, number>()
  pool.on('acquire', (client) => {
    const now = Date.now()
    const since = planned.get(client)
    // After the clock was set back, plans count as old as well.
    if (since !== undefined && Math.abs(now - since) < planAge) return
    planned.set(client, now)
    // Sent before the connection's statement, bypassing its guard; if it fails, that statement fails as well.
    if (since !== undefined) pastGuard.get(client)?.(new pg.Query('discard plans', () => undefined))
  })
}

export type Database = { db: Db; pool: pg.Pool; url: string; close: () => Promise<void> }

/** Opens the one pool of this process. */
export function openDatabase(url: string, options: { max?: number } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 16,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    application_name: 'careloop',
  })
  // An idle connection that breaks (server restarted) is replaced by the pool on the next use.
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a database connection was lost')
  })
  // One that breaks while it is in use fails its query; without a listener the event would end the process as well.
  pool.on('connect', (client) => client.on('error', () => undefined))
  wrapQueries(pool)
  replanStatements(pool)
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return { db, pool, url, close: () => db.destroy() }
}

const triesAgainstDeadlock = 5

/**
 * Runs `work` in one transaction. Audit entries made inside are appended to a chain as the last statement, because the
 * lock of that chain is held until commit; when `work` throws, they vanish with everything else (unless the error `commits`). When the database ends it because of a
 * deadlock, nothing has happened and it runs again: a merge of two persons meets their tasks and messages in another order than the work on
 * those does. So `work` keeps nothing outside of the database.
 */
export async function transaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(db, work)
    } catch (error) {
      if (attempt === triesAgainstDeadlock || (error as { code?: unknown } | null)?.code !== '40P01')
        throw error
    }
  }
}

async function once<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  const done = await db.transaction().execute(async (trx) => {
    databases.set(trx, db)
    openAudit(trx)
    try {
      const outcome = await work(trx).then((result) => ({ result }), keptRefusal)
      await flushAudit(trx)
      return outcome
    } finally {
      dropAudit(trx)
    }
  })
  if ('refusal' in done) throw done.refusal
  return done.result
}

/** A refusal with `commits` is recorded in the transaction, which therefore commits. */
function keptRefusal(error: unknown): { refusal: AppError } {
  if (error instanceof AppError && error.commits) return { refusal: error }
  throw error
}

/** The database that each transaction belongs to. */
const databases = new WeakMap<Db, Db>()

/**
 * A cache of immutable data (published versions), one per open database, since ids differ between databases and after a restore.
 * @example const definitions = perDatabase(() => new Map<number, PathwayDefinition>())
 */
export function perDatabase<T>(make: () => T): (db: Db) => T {
  const kept = new WeakMap<Db, { value: T }>()
  return (db) => {
    const whole = databases.get(db) ?? db
    let one = kept.get(whole)
    if (!one) kept.set(whole, (one = { value: make() }))
    return one.value
  }
}

/** True for transient errors: connection lost, server restarting, serialization, deadlock. */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') {
    return (
      error instanceof Error &&
      /Connection terminated|timeout exceeded|ECONNREFUSED|ECONNRESET/.test(error.message)
    )
  }
  return /^(08|57P|40|53|ECONN|EPIPE|ETIMEDOUT)/.test(code)
}

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const { code, constraint: name } = (error ?? {}) as { code?: string; constraint?: string }
  return code === '23505' && (constraint === undefined || name === constraint)
}
