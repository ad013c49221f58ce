import { afterAll, beforeAll, expect, test } from 'vitest'
import { getCurrentUser, listSessions, listUsers, revokeSession } from '../../../contract/access.ts'
import { createTestApp, goodPassword, type TestApp } from '../../../test/support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

test('somebody signs in, is known, signs out and is a stranger again', async () => {
  await app.createUser('zhang.wei', 'nurse')
  const cookie = await app.signIn('Zhang.Wei')
  const me = await app.request(cookie, getCurrentUser)
  expect(me.body).toMatchObject({ username: 'zhang.wei', mustChangePassword: false })
  expect(me.body.permissions).toMatchObject({ 'pathway.read': 'all', 'person.read': 'own' })
  expect((await app.send(cookie, 'post', '/api/auth/sign-out', { body: {} })).status).toBe(200)
  expect((await app.request(cookie, getCurrentUser)).error?.id).toBe('not-signed-in')
})

test('the answer to a sign-in carries no token, and the cookie cannot be read by scripts', async () => {
  await app.createUser('li.na', 'nurse')
  const answer = await app.send(undefined, 'post', '/api/auth/sign-in/username', {
    body: { username: 'li.na', password: goodPassword },
  })
  expect(await answer.json()).toEqual({})
  const [cookie] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/^careloop\.session=/)
  expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
})

test('a wrong password and an unknown name get the same answer', async () => {
  await app.createUser('wang.fang', 'nurse')
  const answers = await Promise.all(
    ['wang.fang', 'nobody'].map(async (username) => {
      const answer = await app.send(undefined, 'post', '/api/auth/sign-in/username', {
        body: { username, password: 'not the password' },
      })
      const body: unknown = await answer.json()
      return { status: answer.status, body }
    }),
  )
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]?.status).toBe(401)
})

test('a forged or cut cookie signs nobody in', async () => {
  await app.createUser('liu.yang', 'nurse')
  const cookie = await app.signIn('liu.yang')
  for (const forged of [
    cookie.slice(0, -6),
    cookie.replace(/=(.)/, (_, first: string) => (first === 'X' ? '=Y' : '=X')),
    'careloop.session=x.y',
    'careloop.session=%',
  ])
    expect((await app.request(forged, getCurrentUser)).status).toBe(401)
})

test('sessions are listed, and one of them can be ended', async () => {
  await app.createUser('chen.jie', 'nurse')
  const first = await app.signIn('chen.jie')
  const second = await app.signIn('chen.jie')
  const { body } = await app.request(second, listSessions)
  expect(body.items).toHaveLength(2)
  const other = body.items.find((session) => !session.current)
  expect((await app.request(second, revokeSession, { params: { id: other?.id } })).status).toBe(204)
  expect((await app.request(first, getCurrentUser)).status).toBe(401)
  expect((await app.request(second, getCurrentUser)).status).toBe(200)
})

test('nobody can end a session of somebody else', async () => {
  const victim = await app.signInAs('nurse')
  const attacker = await app.signInAs('nurse')
  const { body } = await app.request(victim, listSessions)
  const answer = await app.request(attacker, revokeSession, { params: { id: body.items[0]?.id } })
  expect(answer.status).toBe(404)
  expect((await app.request(victim, getCurrentUser)).status).toBe(200)
})

test('a nurse may not list users, and the refusal is in the audit', async () => {
  const cookie = await app.signInAs('nurse')
  expect((await app.request(cookie, listUsers)).error?.id).toBe('forbidden')
  const refused = await app.db
    .selectFrom('audit_event')
    .select(['action', 'outcome', 'subject', 'address'])
    .where('outcome', '=', 'refused')
    .where('action', '=', 'user.read')
    .execute()
  expect(refused).toEqual([
    { action: 'user.read', outcome: 'refused', subject: 'GET /api/v1/users', address: '192.0.2.7' },
  ])
})
