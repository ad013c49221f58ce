import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Actor } from '../../platform/actor.ts'
import { audit, type AuditEntry } from '../../platform/audit.ts'
import { transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { receiveText, releaseBody } from '../../platform/body.ts'
import type { ApiContext, ApiEnvironment } from '../../platform/http.ts'
import { notify } from '../../platform/live.ts'
import type { Services } from '../../platform/services.ts'
import { addressHeader, type Auth, challengeCookieName } from './auth.ts'
import { assertGoodPassword } from './password.ts'
import type { ActorResolver } from './resolve-actor.ts'
import { beginAttempt, codesOf, succeed } from './throttle.ts'

/** Bytes; strangers may call most of these routes. */
const largestBody = 16 * 1024
const password = z.string().min(1).max(128)
const code = z.string().trim().min(4).max(40)
const bodies = {
  signIn: z.object({ username: z.string().trim().min(1).max(64), password }),
  code: z.object({ code }),
  changePassword: z.object({ currentPassword: password, newPassword: z.string().min(1).max(200) }),
  password: z.object({ password }),
}

/** The whole list of what can be reached below `/api/auth`; a test compares it with the mounted routes. */
export const authPaths = [
  '/sign-in/username',
  '/sign-out',
  '/change-password',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
  '/two-factor/generate-backup-codes',
] as const

/** Sign-in, sign-out, password and second factor. Answers carry no token: it travels in the cookie alone. */
export function createAuthRoutes(
  services: Services,
  auth: Auth,
  resolver: ActorResolver,
): Hono<ApiEnvironment> {
  const { db } = services
  const routes = new Hono<ApiEnvironment>()

  routes.post('/sign-in/username', async (c) => {
    const body = await read(c, bodies.signIn)
    const address = c.get('address')
    const who = await userByName(services, body.username)
    const stranger = actorFor(who, address)
    const { username } = body
    const answer = await guess(c, stranger, passwordOf(username), 'sign-in', () =>
      auth.api.signInUsername({
        body: { username, password: body.password },
        headers: headersFor(c, { withSession: false }),
        asResponse: true,
      }),
    )
    const { twoFactorRedirect } = (await answer.json()) as { twoFactorRedirect?: boolean }
    takeCookies(c, answer)
    if (twoFactorRedirect) return c.json({ twoFactorRedirect: true })
    await signedIn(services, c, stranger)
    return c.json({})
  })

  for (const kind of ['totp', 'backup-code'] as const) {
    routes.post(`/two-factor/verify-${kind}`, async (c) => {
      const body = await read(c, bodies.code)
      // With a session this confirms a new second factor; without one it is the second half of a sign-in.
      const caller = c.get('actor')
      const challenge = resolver.signedCookie(c.req.header('cookie'), challengeCookieName(services))
      const who = caller ?? actorFor(await userOfChallenge(services, challenge), c.get('address'))
      const headers = headersFor(c, { withSession: caller !== undefined })
      const answer = await guess(c, who, codeOf(who), 'sign-in.second-factor', async () => {
        if (who.userId && !(await burnCode(services, who.userId, body.code)))
          return new AppError('wrong-code')
        return kind === 'totp'
          ? auth.api.verifyTOTP({ body, headers, asResponse: true })
          : auth.api.verifyBackupCode({ body, headers, asResponse: true })
      })
      takeCookies(c, answer)
      if (caller) await audit(db, caller, { action: 'second-factor.enable' })
      else await signedIn(services, c, who)
      return c.json({})
    })
  }

  routes.post('/sign-out', async (c) => {
    const actor = c.get('actor')
    const answer = await auth.api.signOut({ headers: headersFor(c), asResponse: true })
    takeCookies(c, answer)
    if (actor?.userId) {
      const userId = actor.userId
      await transaction(db, async (trx) => {
        await notify(trx, 'session-ended', { userId })
        await audit(trx, actor, { action: 'sign-out' })
      })
    }
    return c.json({})
  })

  routes.post('/change-password', async (c) => {
    const actor = sessionActor(c)
    const body = await read(c, bodies.changePassword)
    const user = await db
      .selectFrom('app_user')
      .select(['username'])
      .where('id', '=', actor.userId)
      .executeTakeFirstOrThrow()
    await assertGoodPassword(db, body.newPassword, user.username ?? '', 'newPassword')
    if (body.newPassword === body.currentPassword) {
      const message = 'Choose a password that differs from the present one.'
      throw new AppError('invalid', message, [{ path: 'newPassword', message }])
    }
    const answer = await guess(c, actor, passwordOf(user.username ?? actor.userId), 'password.change', () =>
      auth.api.changePassword({
        body: { ...body, revokeOtherSessions: true },
        headers: headersFor(c),
        asResponse: true,
      }),
    )
    await transaction(db, async (trx) => {
      await trx
        .updateTable('app_user')
        .set({ must_change_password: false, updated_at: sql<Date>`now()` })
        .where('id', '=', actor.userId)
        .execute()
      await notify(trx, 'session-ended', { userId: actor.userId })
      await audit(trx, actor, { action: 'password.change' })
    })
    takeCookies(c, answer)
    return c.json({})
  })

  type Ask = (given: { body: { password: string }; headers: Headers; asResponse: true }) => Promise<Response>
  /** A change of the second factor: asks for the password again, and answers what the caller has to keep. */
  const protectedAct = (path: string, action: string, ask: Ask) =>
    routes.post(path, async (c) => {
      const actor = sessionActor(c)
      const body = await read(c, bodies.password)
      const { username } = await db
        .selectFrom('app_user')
        .select('username')
        .where('id', '=', actor.userId)
        .executeTakeFirstOrThrow()
      const answer = await guess(c, actor, passwordOf(username ?? actor.userId), action, () =>
        ask({ body, headers: headersFor(c), asResponse: true }),
      )
      await audit(db, actor, { action })
      takeCookies(c, answer)
      const { totpURI, backupCodes } = (await answer.json()) as { totpURI?: string; backupCodes?: string[] }
      return c.json({ totpURI, backupCodes })
    })
  protectedAct('/two-factor/enable', 'second-factor.begin', ({ body, ...rest }) =>
    auth.api.enableTwoFactor({ body: { ...body, method: 'totp' }, ...rest }),
  )
  protectedAct('/two-factor/disable', 'second-factor.disable', (given) => auth.api.disableTwoFactor(given))
  protectedAct('/two-factor/generate-backup-codes', 'second-factor.backup-codes', (given) =>
    auth.api.generateBackupCodes(given),
  )

  /**
   * Every check of a password or code, with a session or without: counted before it is made, locked after five failures, audited. A stolen
   * session must not find the password.
   * @throws {AppError} too-many-requests, and what the check refuses
   */
  async function guess(
    c: ApiContext,
    who: Actor,
    { key, refusal }: Secret,
    action: string,
    check: () => Promise<Response | AppError>,
  ): Promise<Response> {
    const attempt = await beginAttempt(db, key, who.address)
    if (!attempt.allowed) {
      await audit(db, who, { action, outcome: 'refused', reason: 'locked' })
      c.header('Retry-After', String(attempt.retryAfterSeconds))
      throw new AppError('too-many-requests')
    }
    const answer = await check()
    if (!(answer instanceof AppError) && answer.ok) {
      await succeed(db, key, who.address)
      return answer
    }
    const failure = answer instanceof AppError ? answer : await failureOf(answer, refusal)
    const entries: AuditEntry[] = [{ action, outcome: 'failed', reason: failure.id }]
    if (attempt.locks)
      entries.push({ action: 'sign-in.lock', outcome: 'allowed', reason: 'too many failures' })
    await audit(db, who, ...entries)
    throw failure
  }

  return routes
}

async function read<S extends z.ZodType>(c: ApiContext, schema: S): Promise<z.output<S>> {
  await receiveText(c, largestBody).finally(() => releaseBody(c))
  const json: unknown = await c.req.json().catch(() => {
    throw new AppError('malformed-request', 'The body is not valid JSON.')
  })
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  throw new AppError('invalid', undefined, fields)
}

type SessionActor = Actor & { userId: string; sessionId: string }

function sessionActor(c: ApiContext): SessionActor {
  const actor = c.get('actor')
  if (!actor?.userId || !actor.sessionId) throw new AppError('not-signed-in')
  return actor as SessionActor
}

/**
 * The headers better-auth sees. A session cookie that we do not accept any more (idle, suspended) is kept from it, because it only
 * knows the absolute end.
 */
function headersFor(c: ApiContext, options: { withSession: boolean } = { withSession: true }): Headers {
  const headers = new Headers()
  const cookie = c.req.header('cookie')
  const accepted = options.withSession && c.get('actor') !== undefined
  if (cookie) {
    const kept = accepted ? cookie : withoutCookie(cookie, 'careloop.session')
    if (kept) headers.set('cookie', kept)
  }
  const agent = c.req.header('user-agent')
  if (agent) headers.set('user-agent', agent.slice(0, 300))
  headers.set(addressHeader, c.get('address') ?? '0.0.0.0')
  return headers
}

function withoutCookie(header: string, name: string): string {
  const isNamed = (part: string) => [name, `__Host-${name}`].includes(part.split('=')[0]?.trim() ?? '')
  return header
    .split(';')
    .filter((part) => !isNamed(part))
    .join(';')
    .trim()
}

function takeCookies(c: ApiContext, answer: Response): void {
  for (const cookie of answer.headers.getSetCookie()) c.header('Set-Cookie', cookie, { append: true })
}

/** What is guessed at. Codes are counted apart: whoever knows the password would otherwise reset their count by signing in. */
type Secret = { key: string; refusal: 'wrong-credentials' | 'wrong-code' }
const passwordOf = (username: string): Secret => ({ key: username, refusal: 'wrong-credentials' })
const codeOf = (who: Actor): Secret => ({
  key: codesOf(who.userId ?? who.address ?? 'unknown'),
  refusal: 'wrong-code',
})

async function failureOf(answer: Response, usual: 'wrong-credentials' | 'wrong-code'): Promise<AppError> {
  const { code: reason } = (await answer.json().catch(() => ({}))) as { code?: string }
  if (answer.status >= 500) throw new Error(`better-auth answered ${answer.status} ${reason ?? ''}`)
  if (reason === 'SUSPENDED') return new AppError('suspended')
  if (answer.status === 429 || reason?.startsWith('TOO_MANY_ATTEMPTS'))
    return new AppError('too-many-requests')
  return new AppError(usual)
}

type KnownUser = { id: string; name: string }

async function userByName(services: Services, username: string): Promise<KnownUser | undefined> {
  return services.db
    .selectFrom('app_user')
    .select(['id', 'name'])
    .where('username', '=', username.toLowerCase())
    .executeTakeFirst()
}

async function userOfChallenge(
  services: Services,
  challenge: string | undefined,
): Promise<KnownUser | undefined> {
  if (!challenge) return undefined
  return services.db
    .selectFrom('app_verification')
    .innerJoin('app_user', 'app_user.id', 'app_verification.value')
    .select(['app_user.id', 'app_user.name'])
    .where('app_verification.identifier', '=', challenge)
    .where('app_verification.expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
}

/** Somebody who is not signed in yet. An unknown name is not written to the audit: people type passwords into that field. */
function actorFor(user: KnownUser | undefined, address: string | null): Actor {
  return {
    kind: 'staff',
    id: user ? `user:${user.id}` : 'unknown',
    name: user?.name ?? 'unknown',
    userId: user?.id ?? null,
    sessionId: null,
    staffId: null,
    grants: [],
    access: {},
    address,
  }
}

/** A code is taken out of play before it is checked, so that two requests cannot both use it. */
async function burnCode(services: Services, userId: string, given: string): Promise<boolean> {
  const hash = createHash('sha256').update(`${userId}\n${given}`).digest()
  const burnt = await services.db
    .insertInto('used_code')
    .values({ hash })
    .onConflict((conflict) =>
      conflict
        .column('hash')
        .doUpdateSet({ used_at: sql<Date>`now()` })
        .where('used_code.used_at', '<', sql<Date>`now() - interval '5 minutes'`),
    )
    .returning('hash')
    .executeTakeFirst()
  return burnt !== undefined
}

/** Ends the session that this browser had before (a new one is made at every sign-in) and writes the audit. */
async function signedIn(services: Services, c: ApiContext, who: Actor): Promise<void> {
  const previous = c.get('actor')?.sessionId
  await transaction(services.db, async (trx) => {
    if (previous) await trx.deleteFrom('app_session').where('id', '=', previous).execute()
    await trx
      .updateTable('app_user')
      .set({ last_sign_in_at: sql<Date>`now()` })
      .where('id', '=', who.userId)
      .execute()
    await audit(trx, who, { action: 'sign-in' })
  })
}
