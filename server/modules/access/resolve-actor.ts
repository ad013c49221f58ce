import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type CompiledQuery, type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Role } from '../../../contract/access.ts'
import { accessOf, type Actor, type Grant, type Launch } from '../../platform/actor.ts'
import type { DB } from '../../platform/db-types.ts'
import { narrowAccess } from '../../platform/launch.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import type { SessionGuard } from '../../platform/session-guard.ts'
import { authSecret, sessionCookieName } from './auth.ts'
import { keyInForce } from './key-in-force.ts'
import { launchesAllowed, sessionAlive } from './session-limit.ts'
import { personOfRecord } from '../event/record.ts'

/** The caller, and what the screen must do first. */
export type Caller = { actor: Actor; mustChangePassword: boolean }

type Credentials = {
  cookie?: string
  authorization?: string
  address: string | null
  /** An event stream listens by itself: it is no sign of somebody at work, so it keeps no session alive. */
  listens?: boolean
}

export type ActorResolver = {
  /** One SQL statement; undefined when there is no valid session or key. */
  resolve: (request: Credentials) => Promise<Caller | undefined>
  /**
   * For reading requests: a session cached at most {@link rememberedMs} ago, with the guard by which the first statement checks that it is
   * still current. Undefined when not cached: then it must be resolved.
   */
  remembered: (request: Credentials) => (Caller & { guard: SessionGuard }) | undefined
  /** Removes a session that a guard found changed from the cache. */
  forget: (request: Credentials) => void
  /** Value of a cookie that better-auth signed, when the signature is right. */
  signedCookie: (cookieHeader: string | undefined, name: string) => string | undefined
  /** Resolves when no "last seen" write is under way. */
  settled: () => Promise<void>
}

/** Times of last use are written at most once a minute, beside the request. */
const touchAfterSeconds = 60
/** Half of it, so that the time of last use stays as fresh as without the cache. */
const rememberedMs = 30_000
const rememberedAtMost = 10_000

/** A session as a request names it: by the cookie or by the key of a workstation. */
type Named = { token: string; kind: 'cookie' | 'launch' }
type Remembered = { caller: Caller; print: string; at: number }

export function createResolver(services: Services): ActorResolver {
  const { db } = services
  const secret = authSecret(services)
  const cookieName = sessionCookieName(services)
  const touching = new Map<string, Promise<void>>()
  const memory = new Map<string, Remembered>()
  const held = { cookie: sessionHolds(db, 'cookie'), launch: sessionHolds(db, 'launch') }

  /** Never awaited by a request: a slow disk must not slow down reading. */
  function touch(key: string, write: () => Promise<unknown>): void {
    if (touching.has(key)) return
    const done = write()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the time of last use could not be written')
      })
      .then(() => void touching.delete(key))
    touching.set(key, done)
  }

  function signedCookie(header: string | undefined, name: string): string | undefined {
    const raw = header && cookieValue(header, name)
    if (!raw) return undefined
    const at = raw.lastIndexOf('.')
    if (at < 1) return undefined
    const value = raw.slice(0, at)
    // As text: decoding first would take several spellings of one signature.
    const given = Buffer.from(raw.slice(at + 1))
    const expected = Buffer.from(createHmac('sha256', secret).update(value).digest('base64'))
    return given.length === expected.length && timingSafeEqual(given, expected) ? value : undefined
  }

  return {
    signedCookie,
    settled: async () => {
      await Promise.all(touching.values())
    },
    async resolve({ cookie, authorization, address, listens = false }) {
      const key = authorization && /^Bearer (cl_[0-9A-Za-z]{40})$/.exec(authorization)?.[1]
      const use: Touch = listens ? () => undefined : touch
      if (key) return byKey(db, key, address, use)
      const named = sessionNamed(cookie, authorization)
      if (!named) return undefined
      memory.delete(named.token)
      const found = await bySession(db, named, address, use)
      if (!found) return undefined
      const { print, ...caller } = found
      // Not cached: until the password is changed almost everything is refused, without a statement that could carry the guard.
      if (caller.mustChangePassword) return caller
      // The first entry of the map is the oldest.
      if (memory.size >= rememberedAtMost) memory.delete(memory.keys().next().value ?? '')
      memory.set(named.token, { caller, print, at: performance.now() })
      return caller
    },
    remembered({ cookie, authorization, address }) {
      const named = sessionNamed(cookie, authorization)
      const known = named && memory.get(named.token)
      if (!known || performance.now() - known.at > rememberedMs) return undefined
      const { sql: condition, parameters } = held[named.kind]
      const values = parameters.map((value) =>
        value === tokenPlace ? named.token : value === printPlace ? known.print : value,
      )
      const { actor, mustChangePassword } = known.caller
      return { actor: { ...actor, address }, mustChangePassword, guard: { state: 'open', condition, values } }
    },
    forget({ cookie, authorization }) {
      const named = sessionNamed(cookie, authorization)
      if (named) memory.delete(named.token)
    },
  }

  function sessionNamed(cookie: string | undefined, authorization: string | undefined): Named | undefined {
    if (authorization !== undefined) {
      const launched = /^Bearer (cw_[\w-]{43})$/.exec(authorization)?.[1]
      return launched ? { token: launchSessionToken(launched), kind: 'launch' } : undefined
    }
    const token = signedCookie(cookie, cookieName)
    return token ? { token, kind: 'cookie' } : undefined
  }
}

type Touch = (key: string, write: () => Promise<unknown>) => void

/**
 * The session with this token, when it is valid and its user not suspended. The two kinds are never interchangeable: a key from a link is
 * no cookie, and a cookie opens no workstation session. `print` covers everything that an actor depends on.
 */
function sessionQuery({ token, kind }: Named): RawBuilder<unknown> {
  const launched = kind === 'launch'
  return sql`
    select found.*, json_build_array(session_id, id, name, staff_id, must_change_password, grants, launch)::text as print
    from (
      select app_session.id as session_id, u.id, u.name, u.staff_id, u.must_change_password,
        coalesce((select json_agg(json_build_object('role', g.role, 'siteId', g.site_id, 'departmentId', g.department_id) order by g.id)
          from role_grant g where g.user_id = u.id), '[]'::json) as grants,
        (select json_build_object('id', l.id, 'personId', ${personOfRecord(sql`l.person_id`)}, 'taskId', l.task_id) from launch l where l.id = app_session.launch_id) as launch
      from app_session join app_user u on u.id = app_session.user_id
      where app_session.token = ${token} and (app_session.launch_id is not null) = ${launched} and not u.suspended and ${sessionAlive}
        and ${launched ? launchesAllowed : sql<SqlBool>`true`}
    ) as found`
}

const [tokenPlace, printPlace] = ['\0token', '\0print']

/** Condition: the session is unchanged; compiled once, because every reading request sends it. */
function sessionHolds(db: Kysely<DB>, kind: Named['kind']): CompiledQuery {
  return sql`(select print from (${sessionQuery({ token: tokenPlace, kind })}) as now) = ${printPlace}`.compile(
    db,
  )
}

async function bySession(
  db: Kysely<DB>,
  named: Named,
  address: string | null,
  touch: Touch,
): Promise<(Caller & { print: string }) | undefined> {
  const { rows } = await sql<{
    session_id: string
    stale: boolean
    print: string
    id: string
    name: string
    staff_id: number | null
    must_change_password: boolean
    grants: Grant[]
    launch: Launch | null
  }>`
    select session.*, s.last_seen_at < now() - make_interval(secs => ${touchAfterSeconds}) as stale
    from (${sessionQuery(named)}) as session join app_session s on s.id = session.session_id`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  if (row.stale)
    touch(row.session_id, () =>
      db
        .updateTable('app_session')
        .set({ last_seen_at: sql<Date>`now()` })
        .where('id', '=', row.session_id)
        .execute(),
    )
  const access = accessOf(row.grants, row.staff_id)
  const actor: Actor = {
    kind: 'staff',
    id: `user:${row.id}`,
    name: row.name,
    userId: row.id,
    sessionId: row.session_id,
    staffId: row.staff_id,
    grants: row.grants,
    access: row.launch ? narrowAccess(access, row.grants, row.launch) : access,
    address,
    ...(row.launch && { launch: row.launch }),
  }
  // Only sign-ins by password require changing it first.
  return { actor, mustChangePassword: row.must_change_password && !row.launch, print: row.print }
}

async function byKey(db: Kysely<DB>, key: string, address: string | null, touch: Touch) {
  const row = await db
    .selectFrom('api_key')
    .select(['id', 'name', 'role', 'site_id'])
    .select(
      sql<boolean>`coalesce(last_used_at < now() - make_interval(secs => ${touchAfterSeconds}), true)`.as(
        'stale',
      ),
    )
    .where('hash', '=', hashKey(key))
    .where(keyInForce('api_key'))
    .executeTakeFirst()
  if (!row) return undefined
  if (row.stale)
    touch(`key:${row.id}`, () =>
      db
        .updateTable('api_key')
        .set({ last_used_at: sql<Date>`now()` })
        .where('id', '=', row.id)
        .execute(),
    )
  const grants: Grant[] = [{ role: row.role as Role, siteId: row.site_id, departmentId: null }]
  const actor: Actor = {
    kind: 'key',
    id: `key:${row.id}`,
    name: row.name,
    userId: null,
    sessionId: null,
    staffId: null,
    grants,
    access: accessOf(grants, null),
    address,
  }
  return { actor, mustChangePassword: false }
}

/** Stored form of a workstation session's key in `app_session`; no signed cookie can carry it. */
export function launchSessionToken(key: string): string {
  return `launch:${hashKey(key).toString('hex')}`
}

export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function cookieValue(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at < 0 || part.slice(0, at).trim() !== name) continue
    try {
      return decodeURIComponent(part.slice(at + 1).trim())
    } catch {
      return undefined
    }
  }
  return undefined
}
