import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { getCurrentUser, listUsers, resetUserPassword, updateUser } from '../../../contract/access.ts'
import { authPaths } from './sign-in.ts'
import { cookiesOf, createTestApp, goodPassword, type TestApp } from '../../../test/support/app.ts'

let app: TestApp
let admin: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
// All tests come from one address, which would be locked, too.
beforeEach(() => sql`delete from sign_in_throttle where key like 'address:%'`.execute(app.db))
afterAll(() => app.close())

const post = (
  caller: string | undefined,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) => app.send(caller, 'post', `/api/auth${path}`, { body, headers })

async function errorOf(answer: Response) {
  const { error } = (await answer.json()) as { error?: { id: string; fields?: { path: string }[] } }
  return error
}

test('five wrong passwords lock the account for a while, also against the right one', async () => {
  await app.createUser('locked', 'nurse')
  for (let attempt = 0; attempt < 5; attempt++)
    expect(
      (await post(undefined, '/sign-in/username', { username: 'locked', password: 'wrong one' })).status,
    ).toBe(401)
  const answer = await post(undefined, '/sign-in/username', { username: 'LOCKED', password: goodPassword })
  expect(answer.status).toBe(429)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
  expect((await errorOf(answer))?.id).toBe('too-many-requests')
  await letTimePass('account:locked')
  expect(
    (await post(undefined, '/sign-in/username', { username: 'locked', password: 'wrong one' })).status,
  ).toBe(401)
  const longer = await post(undefined, '/sign-in/username', { username: 'locked', password: goodPassword })
  expect(Number(longer.headers.get('retry-after'))).toBeGreaterThan(110)
  await letTimePass('account:locked')
  expect(
    (await post(undefined, '/sign-in/username', { username: 'locked', password: goodPassword })).status,
  ).toBe(200)
  const actions = await app.db
    .selectFrom('audit_event')
    .select('action')
    .where('action', '=', 'sign-in.lock')
    .execute()
  expect(actions).toHaveLength(2)
})

test('twenty guesses at the same moment are not more than five', async () => {
  await app.createUser('hammered', 'nurse')
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      post(undefined, '/sign-in/username', { username: 'hammered', password: 'a guess' }),
    ),
  )
  expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5)
  expect(answers.filter((answer) => answer.status === 429)).toHaveLength(15)
})

test.each(authPaths.filter((path) => path !== '/sign-out'))(
  'within a session, too, %s can be guessed at five times, and then not even rightly',
  async (path) => {
    const username = `guessed${path.replaceAll('/', '.')}`
    const id = await app.createUser(username, 'nurse')
    const cookie = await app.signIn(username)
    const guess = (secret: string, code: string) =>
      post(cookie, path, {
        username,
        password: secret,
        currentPassword: secret,
        newPassword: 'Drei-Giraffen-11',
        code,
      })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => guess('wrong one', String(100_000 + at))),
    )
    const statuses = answers.map((answer) => answer.status)
    expect(statuses.filter((status) => status === 429)).toHaveLength(7)
    expect(statuses.filter((status) => status < 400)).toEqual([])
    const right = await guess(goodPassword, '000000')
    expect([right.status, Number(right.headers.get('retry-after')) > 50]).toEqual([429, true])
    const { rows } = await sql`
      select distinct outcome from audit_event
      where actor_id = ${`user:${id}`} and outcome <> 'allowed' order by 1`.execute(app.db)
    expect(rows).toEqual([{ outcome: 'failed' }, { outcome: 'refused' }])
  },
)

test('who knows the password does not get more guesses at the code by signing in again', async () => {
  await app.createUser('halfway', 'nurse')
  const cookie = await app.signIn('halfway')
  const begun = await post(cookie, '/two-factor/enable', { password: goodPassword })
  const { totpURI } = (await begun.json()) as { totpURI: string }
  const secret = new URL(totpURI).searchParams.get('secret') ?? ''
  expect((await post(cookie, '/two-factor/verify-totp', { code: totp(secret, -1) })).status).toBe(200)
  const statuses: number[] = []
  for (let round = 0; round < 4; round++) {
    const challenge = cookiesOf(
      await post(undefined, '/sign-in/username', { username: 'halfway', password: goodPassword }),
    )
    for (let at = 0; at < 2; at++)
      statuses.push(
        (await post(challenge, '/two-factor/verify-totp', { code: `00000${round * 2 + at}` })).status,
      )
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
})

test('an administrator who gives a new password opens the account, and it has to be changed first', async () => {
  const id = await app.createUser('forgetful', 'nurse')
  for (let attempt = 0; attempt < 5; attempt++)
    await post(undefined, '/sign-in/username', { username: 'forgetful', password: 'wrong one' })
  const { body } = await app.request(admin, resetUserPassword, { params: { id } })
  const cookie = await app.signIn('forgetful', body.oneTimePassword)
  expect((await app.request(cookie, getCurrentUser)).body.mustChangePassword).toBe(true)
  expect((await app.request(cookie, listUsers)).error?.id).toBe('password-change-required')
  const changed = await post(cookie, '/change-password', {
    currentPassword: body.oneTimePassword,
    newPassword: 'Drei-Giraffen-11',
  })
  expect(changed.status).toBe(200)
  const fresh = cookiesOf(changed)
  expect((await app.request(fresh, getCurrentUser)).body.mustChangePassword).toBe(false)
  expect((await app.request(cookie, getCurrentUser)).status).toBe(401)
})

test.each([
  ['short1!', 'at least 8'],
  ['password123', 'too common'],
  ['woaini1314', 'too common'],
  ['QWER1234', 'too common'],
  ['99999999999', 'too common'],
  ['careloop2026', 'name of the site'],
  ['my-picky-pass', 'user name'],
])('the password %s is refused', async (newPassword, sentence) => {
  if (!(await app.db.selectFrom('app_user').where('username', '=', 'picky').select('id').executeTakeFirst()))
    await app.createUser('picky', 'nurse')
  const cookie = await app.signIn('picky')
  const answer = await post(cookie, '/change-password', { currentPassword: goodPassword, newPassword })
  expect(answer.status).toBe(422)
  const { error } = (await answer.json()) as { error: { message: string; fields: { path: string }[] } }
  expect(error.message).toContain(sentence)
  expect(error.fields[0]?.path).toBe('newPassword')
})

test('a long phrase without digits or capitals is a good password', async () => {
  const cookie = await app.signInAs('nurse')
  const answer = await post(cookie, '/change-password', {
    currentPassword: goodPassword,
    newPassword: '春眠不觉晓 处处闻啼鸟',
  })
  expect(answer.status).toBe(200)
})

test('a second factor is switched on, asked for, and each code works once', async () => {
  await app.createUser('careful', 'nurse')
  const cookie = await app.signIn('careful')
  const begun = await post(cookie, '/two-factor/enable', { password: goodPassword })
  const { totpURI, backupCodes } = (await begun.json()) as { totpURI: string; backupCodes: string[] }
  const secret = new URL(totpURI).searchParams.get('secret') ?? ''
  const confirmed = await post(cookie, '/two-factor/verify-totp', { code: totp(secret, -1) })
  expect(confirmed.status).toBe(200)
  expect((await app.request(cookiesOf(confirmed), getCurrentUser)).body.twoFactorEnabled).toBe(true)

  const challenge = async () => {
    const answer = await post(undefined, '/sign-in/username', { username: 'careful', password: goodPassword })
    expect(await answer.json()).toEqual({ twoFactorRedirect: true })
    const challenged = cookiesOf(answer)
    expect((await app.request(challenged, getCurrentUser)).status).toBe(401)
    return challenged
  }
  expect((await post(await challenge(), '/two-factor/verify-totp', { code: '000000' })).status).toBe(401)
  const code = totp(secret)
  const entered = await post(await challenge(), '/two-factor/verify-totp', { code })
  expect(entered.status).toBe(200)
  expect((await app.request(cookiesOf(entered), getCurrentUser)).body.username).toBe('careful')
  const again = await post(await challenge(), '/two-factor/verify-totp', { code })
  expect((await errorOf(again))?.id).toBe('wrong-code')

  const backup = backupCodes[0]
  expect((await post(await challenge(), '/two-factor/verify-backup-code', { code: backup })).status).toBe(200)
  expect((await post(await challenge(), '/two-factor/verify-backup-code', { code: backup })).status).toBe(401)
})

test('suspension works on the next request, and a suspended user cannot sign in', async () => {
  const id = await app.createUser('leaver', 'nurse')
  const cookie = await app.signIn('leaver')
  expect((await app.request(cookie, getCurrentUser)).status).toBe(200)
  expect((await app.request(admin, updateUser, { params: { id }, body: { suspended: true } })).status).toBe(
    200,
  )
  expect((await app.request(cookie, getCurrentUser)).status).toBe(401)
  const answer = await post(undefined, '/sign-in/username', { username: 'leaver', password: goodPassword })
  expect((await errorOf(answer))?.id).toBe('suspended')
})

test('a change of roles works on the next request of the same session', async () => {
  const id = await app.createUser('climber', 'nurse')
  const cookie = await app.signIn('climber')
  expect((await app.request(cookie, listUsers)).status).toBe(403)
  await app.request(admin, updateUser, {
    params: { id },
    body: { grants: [{ role: 'auditor', siteId: null, departmentId: null }] },
  })
  expect((await app.request(cookie, listUsers)).status).toBe(200)
})

test('a session ends after half an hour without a request, and twelve hours after sign-in', async () => {
  const idle = await app.signInAs('nurse')
  const old = await app.signInAs('nurse')
  const age = (cookie: string, column: string, by: string) =>
    sql`update app_session set ${sql.ref(column)} = ${sql.ref(column)} - ${by}::interval
      where token = ${decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0]}`.execute(app.db)
  await age(idle, 'last_seen_at', '31 minutes')
  await age(old, 'created_at', '12 hours')
  expect((await app.request(idle, getCurrentUser)).status).toBe(401)
  expect((await app.request(old, getCurrentUser)).status).toBe(401)
  // better-auth knows only the absolute end, so it must not be asked with an idle session.
  const body = { currentPassword: goodPassword, newPassword: 'Drei-Giraffen-11' }
  expect((await post(idle, '/change-password', body)).status).toBe(401)
})

test('a write that another site makes with the cookie is refused', async () => {
  const headers: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
  ]
  for (const one of headers) {
    const answer = await app.send(admin, 'post', '/api/v1/users', { body: {}, headers: one })
    expect((await errorOf(answer))?.id).toBe('cross-site')
  }
  const same = await app.send(admin, 'post', '/api/v1/users', {
    body: {},
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  expect(same.status).toBe(422)
})

test('nothing of better-auth can be reached but what we list', async () => {
  for (const path of [
    '/get-session',
    '/list-sessions',
    '/sign-up/email',
    '/update-user',
    '/delete-user',
    '/ok',
  ]) {
    for (const method of ['get', 'post'])
      expect(
        (await app.send(admin, method, `/api/auth${path}`, method === 'post' ? { body: {} } : {})).status,
      ).toBe(404)
  }
})

test('pages and answers carry the headers that keep other sites out', async () => {
  const answer = await app.send(admin, 'get', '/api/v1/me')
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';")
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('strict-transport-security')).toBeNull()
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
})

async function letTimePass(key: string): Promise<void> {
  await sql`update sign_in_throttle set blocked_until = now() where key = ${key}`.execute(app.db)
}

/** RFC 6238, as an authenticator app does it. */
function totp(base32: string, steps = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...base32.replace(/=+$/, '')]
    .map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
