import { AsyncLocalStorage } from 'node:async_hooks'
import { CompiledQuery, type Kysely } from 'kysely'
import type { DB } from './db-types.ts'
import { AppError } from './errors.ts'

/**
 * A reading request may start with a cached session instead of loading it first: its first statement includes the check. The database
 * compares the session with the cached one before it reads anything (`session_must_hold`), and refuses the statement when they differ. So
 * a suspension or a changed role takes effect on the next request, as if the session had been loaded first.
 */
export type SessionGuard = {
  state: 'open' | 'holds' | 'broken'
  /** SQL of one boolean, with parameters from $1 on: whether the session still equals the cached one. */
  condition: string
  values: unknown[]
}

type Run = (text: string, values: unknown[]) => Promise<unknown>

/** Raised by `session_must_hold`. */
const sessionChanged = 'CL001'

const guards = new AsyncLocalStorage<SessionGuard>()

/** Runs a request under its guard; all its reads, on any handle, are guarded until the session is confirmed. */
export function underGuard<T>(guard: SessionGuard, work: () => Promise<T>): Promise<T> {
  return guards.run(guard, work)
}

/** The guard of the present request as long as its session has not been confirmed. */
export function openGuard(): SessionGuard | undefined {
  const guard = guards.getStore()
  return guard?.state === 'holds' ? undefined : guard
}

/**
 * Confirms the session of the current request, if not done yet: before writes outside the request, and before the response.
 * @throws {AppError} not-signed-in when the session changed; the request is then repeated from the start
 */
export async function confirmSession(db: Kysely<DB>): Promise<void> {
  if (openGuard()) await db.executeQuery(CompiledQuery.raw('select 1', []))
}

/** Sends a statement of a request whose session is not confirmed yet. */
export async function runGuarded(
  guard: SessionGuard,
  text: string,
  values: unknown[],
  run: Run,
): Promise<unknown> {
  if (transactionWord.test(text)) return run(text, values)
  if (guard.state === 'broken') throw new AppError('not-signed-in')
  if (readsOnly(text))
    return judge(guard, run(wrapped(guard.condition, text, values.length), [...values, ...guard.values]))
  await judge(guard, run(`select session_must_hold(${guard.condition})`, guard.values))
  return run(text, values)
}

async function judge(guard: SessionGuard, sent: Promise<unknown>): Promise<unknown> {
  try {
    const result = await sent
    guard.state = 'holds'
    return result
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== sessionChanged) throw error
    guard.state = 'broken'
    throw new AppError('not-signed-in')
  }
}

const transactionWord = /^\s*(begin|start|commit|rollback|savepoint|release)\b/i
/** Statements that write or cannot be a subquery. A false match only costs a round trip. */
const notReading = /\b(insert|update|delete|merge|into|nextval|pg_notify|set_config)\b/i
const reading = new Map<string, boolean>()

function readsOnly(text: string): boolean {
  let known = reading.get(text)
  if (known === undefined) {
    known = /^\s*(select|with)\b/i.test(text) && !notReading.test(text)
    if (reading.size < 2000) reading.set(text, known)
  }
  return known
}

/** The condition is a scalar subquery: PostgreSQL evaluates it first, and reads nothing of the statement when it raises. */
function wrapped(condition: string, text: string, count: number): string {
  const moved = condition.replaceAll(/\$(\d+)/g, (_, number: string) => `$${Number(number) + count}`)
  return `select guarded.* from (${text}\n) as guarded where (select session_must_hold(${moved}))`
}
