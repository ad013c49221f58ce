import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'

type Limit = {
  free: number
  firstBlockSeconds: number
  longestBlockSeconds: number
  forgetAfterSeconds: number
}

/** After five failures an account is locked for a minute, doubling with each further failure, up to a quarter of an hour. */
const accountLimit: Limit = {
  free: 5,
  firstBlockSeconds: 60,
  longestBlockSeconds: 900,
  forgetAfterSeconds: 3600,
}
/** A whole ward may share one address, so it may fail more often before it is locked. */
const addressLimit: Limit = {
  free: 50,
  firstBlockSeconds: 60,
  longestBlockSeconds: 900,
  forgetAfterSeconds: 900,
}

export type Attempt = { allowed: true; locks: boolean } | { allowed: false; retryAfterSeconds: number }

/**
 * Counts a try *before* the password is checked, in one statement, so that a hundred parallel guesses count as a hundred. {@link succeed}
 * reverts it. `locks`: this failure, if it is one, locks the account.
 */
export async function beginAttempt(db: Db, account: string, address: string | null): Promise<Attempt> {
  const byAddress = await count(db, addressKey(address), addressLimit)
  if (!byAddress.allowed) return byAddress
  return count(db, accountKey(account), accountLimit)
}

/**
 * Counts a call with an unknown one-time token. It has a separate counter, so that it locks nobody out of signing in.
 * @returns whether it may be answered
 */
export async function countStranger(db: Db, address: string | null): Promise<boolean> {
  return (await count(db, `link:${address ?? 'unknown'}`, addressLimit)).allowed
}

/** Counts the use of a signed link to contact wishes, which lives for months. @returns whether it may be answered */
export async function countPreference(db: Db, link: string): Promise<boolean> {
  return (await count(db, `preference:${link}`, addressLimit)).allowed
}

/**
 * Counts a use within the current hour, day or other span; for what many may do, and nobody without end.
 * @returns how many there were in this span, this one included
 */
export async function countUse(db: Db, name: string, seconds: number): Promise<number> {
  const key = `use:${name}:${seconds}:${Math.floor(Date.now() / 1000 / seconds)}`
  const { rows } = await sql<{ failures: number }>`
    insert into sign_in_throttle as t (key, failures) values (${key}, 1)
    on conflict (key) do update set failures = t.failures + 1, last_failure_at = now() returning failures`.execute(
    db,
  )
  return rows[0]?.failures ?? 1
}

async function count(db: Db, key: string, limit: Limit): Promise<Attempt> {
  const { rows } = await sql<{ failures: number }>`
    insert into sign_in_throttle as t (key, failures) values (${key}, 1)
    on conflict (key) do update set
      failures = case when t.last_failure_at < now() - make_interval(secs => ${limit.forgetAfterSeconds}) then 1
        else t.failures + 1 end,
      last_failure_at = now(),
      blocked_until = case when t.last_failure_at >= now() - make_interval(secs => ${limit.forgetAfterSeconds})
        and t.failures + 1 >= ${limit.free} then now() + make_interval(secs => least(${limit.longestBlockSeconds}::float8,
          ${limit.firstBlockSeconds}::float8 * power(2, least(t.failures + 1 - ${limit.free}, 20)))) end
    where t.blocked_until is null or t.blocked_until <= now()
    returning failures`.execute(db)
  const failures = rows[0]?.failures
  if (failures !== undefined) return { allowed: true, locks: failures >= limit.free }
  const blocked = await sql<{ seconds: number }>`
    select greatest(1, ceil(extract(epoch from blocked_until - now())))::int as seconds
    from sign_in_throttle where key = ${key}`.execute(db)
  return { allowed: false, retryAfterSeconds: blocked.rows[0]?.seconds ?? 1 }
}

/** The password was right: resets the account's counter and reverts the address's try. */
export async function succeed(db: Db, account: string, address: string | null): Promise<void> {
  await sql`
    with account as (delete from sign_in_throttle where key = ${accountKey(account)})
    update sign_in_throttle set failures = greatest(failures - 1, 0),
      blocked_until = case when failures - 1 < ${addressLimit.free} then null else blocked_until end
    where key = ${addressKey(address)}`.execute(db)
}

/** An administrator who gives a new password also opens the account again, for passwords and codes. */
export async function unlock(db: Db, username: string, userId: string): Promise<void> {
  const keys = [accountKey(username), accountKey(codesOf(userId))]
  await sql`delete from sign_in_throttle where key = any(${keys})`.execute(db)
}

/** The account under which wrong codes of a second factor are counted; no user name holds a blank. */
export function codesOf(userId: string): string {
  return `code of ${userId}`
}

/** Deletes expired rows; run by a job. */
export async function sweepThrottle(db: Db): Promise<void> {
  await sql`delete from sign_in_throttle where last_failure_at < now() - interval '1 day'`.execute(db)
  await sql`delete from used_code where used_at < now() - interval '10 minutes'`.execute(db)
}

function accountKey(account: string): string {
  return `account:${account.trim().toLowerCase().slice(0, 100)}`
}

function addressKey(address: string | null): string {
  return `address:${address ?? 'unknown'}`
}
