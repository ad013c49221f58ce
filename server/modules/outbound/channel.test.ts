import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOutboundChannel, testOutboundChannel } from '../../../contract/outbound.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'

let app: TestApp
let admin: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

const settings = {
  name: 'HIS',
  host: '127.0.0.1',
  port: 2575,
  receivingApplication: 'HIS',
  receivingFacility: 'NH',
  assigningAuthority: 'NH',
  kinds: ['ADT^A31'],
}

test.each([
  ['169.254.169.254', /never go to/],
  ['::ffff:169.254.169.254', /never go to/],
  ['0.0.0.0', /never go to/],
  ['no-such-host.invalid', /not known/],
])('a connection to %s is refused', async (host, problem) => {
  const { body } = await app.request(admin, testOutboundChannel, { body: { host, port: 80 } })
  expect(body.open).toBe(false)
  expect(body.problem).toMatch(problem)
})

test('a channel with a certificate that is none, or with the name of another one, is refused with the field', async () => {
  const bad = await app.request(admin, createOutboundChannel, {
    body: { ...settings, name: 'TLS', tls: true, tlsCa: 'not a certificate' },
  })
  expect(bad.error?.fields?.[0]?.path).toBe('tlsCa')
  const first = await app.request(admin, createOutboundChannel, { body: settings })
  expect(first.status).toBe(201)
  const taken = await app.request(admin, createOutboundChannel, { body: settings })
  expect(taken.error).toMatchObject({ id: 'already-exists', fields: [{ path: 'name' }] })
})
