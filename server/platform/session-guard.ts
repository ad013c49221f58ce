import { AsyncLocalStorage } from 'node:async_hooks'
import { CompiledQuery, type Kysely } from 'kysely'
import type { DB } from './db-types.ts'
import { AppError } from './errors.ts'

/**
 * A request that reads may go ahead with what a session was seconds ago, without asking for it first: its first statement asks along. The database
 * compares the session with what is remembered before it reads anything (`session_must_hold`), and refuses the statement when
 * anything about it changed. So a suspension or another role takes effect on the next request, as if the session had been asked for first.
 */
export type SessionGuard = {
  state: 'open' | 'holds' | 'broken'
  /** SQL of one boolean, with parameters from $1 on: whether the session still is what is remembered. */
  condition: string
  values: unknown[]
}

type Run = (text: string, values: unknown[]) => Promise<unknown>

/** Raised by `session_must_hold`. */
const sessionChanged = 'CL001'

const guards = new AsyncLocalStorage<SessionGuard>()

/** Runs a request under its guard; whatever it reads, through whichever handle, is guarded until the session was found to hold. */
export function underGuard<T>(guard: SessionGuard, work: () => Promise<T>): Promise<T> {
  return guards.run(guard, work)
}

/** The guard of the present request as long as its session has not been confirmed. */
export function openGuard(): SessionGuard | undefined {
  const guard = guards.getStore()
  return guard?.state === 'holds' ? undefined : guard
}

/**
 * Sees to it that the session of the present request is confirmed: before anything is written beside the request, and before it is answered.
 * @throws {AppError} not-signed-in when the session changed; the request is then made again from its beginning
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
/** What cannot stand in a subquery, or changes something. A word too many costs a round trip, nothing else. */
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

/** The condition stands in a scalar subquery: PostgreSQL answers it first, and reads nothing of the statement when it raises. */
function wrapped(condition: string, text: string, count: number): string {
  const moved = condition.replaceAll(/\$(\d+)/g, (_, number: string) => `$${Number(number) + count}`)
  return `select guarded.* from (${text}\n) as guarded where (select session_must_hold(${moved}))`
}
