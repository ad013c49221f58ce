import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, goodPassword, type TestApp } from './support/app.ts'

const site = { host: 'care.example', origin: 'https://care.example' }
let app: TestApp

beforeAll(async () => {
  app = await createTestApp({ publicUrl: site.origin, trustedProxies: 1 })
  await app.createUser('behind', 'nurse')
})
afterAll(() => app.close())

const signIn = (forwarded: string) =>
  app.send(undefined, 'post', '/api/auth/sign-in/username', {
    body: { username: 'behind', password: goodPassword },
    headers: { ...site, 'x-forwarded-for': forwarded, 'x-forwarded-proto': 'https' },
  })
const lastAddress = async () =>
  (await sql<{ address: string }>`select address from audit_event order by seq desc limit 1`.execute(app.db))
    .rows[0]?.address

test('behind https the cookie is bound to the host and to https, and browsers are told to stay there', async () => {
  const answer = await signIn('203.0.113.5')
  expect(answer.status).toBe(200)
  const cookies = answer.headers.getSetCookie().filter((cookie) => !/Max-Age=0/i.test(cookie))
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__Host-/)
    for (const part of ['Secure', 'HttpOnly', 'Path=/', 'SameSite'])
      expect([part, cookie.includes(part)]).toEqual([part, true])
  }
  expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/)
})

test('of the addresses that a request claims to come from only that of the trusted proxy counts', async () => {
  await signIn('198.51.100.66, 203.0.113.5')
  expect(await lastAddress()).toBe('203.0.113.5')
  await signIn('203.0.113.9')
  expect(await lastAddress()).toBe('203.0.113.9')
})

test('without a trusted proxy nobody says where he comes from', async () => {
  const plain = await createTestApp()
  await plain.createUser('straight', 'nurse')
  await plain.send(undefined, 'post', '/api/auth/sign-in/username', {
    body: { username: 'straight', password: goodPassword },
    headers: { 'x-forwarded-for': '203.0.113.5' },
  })
  const { rows } = await sql<{
    address: string
  }>`select distinct address from audit_event where action = 'sign-in'`.execute(plain.db)
  expect(rows.map((row) => row.address)).toEqual(['192.0.2.7'])
  await plain.close()
})
