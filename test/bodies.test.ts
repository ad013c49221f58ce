import { serve, type ServerType } from '@hono/node-server'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roles } from '../contract/access.ts'
import { chatTokenHeader, startChat } from '../contract/chat.ts'
import { largestAttachment } from '../contract/conversation.ts'
import { fhirBase } from '../contract/fhir.ts'
import { createMailbox } from '../contract/mailbox.ts'
import { type RouteContract, usualBody } from '../contract/route.ts'
import { authPaths } from '../server/modules/access/sign-in.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { dropUnread } from '../server/platform/unread.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { portalCookie } from './support/portal.ts'
import { sendBody as sendTo } from './support/send-body.ts'

let app: TestApp
let server: ServerType
let port: number
let admin: string
let robot: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  robot = await app.signInAs('integration')
  server = serve({ fetch: app.app.fetch, autoCleanupIncoming: false, port: 0, hostname: '127.0.0.1' })
  server.on('request', dropUnread)
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await app.close()
})

const sendBody = (
  target: Pick<Target, 'method' | 'path'>,
  bytes: number,
  headers: Record<string, string> = {},
  length?: number,
) => sendTo(port, target, bytes, headers, length)

type Target = { method: string; path: string; most: number; isPublic: boolean; hears?: number | undefined }

/** With what routes that take files and signed bodies ask for in the query. */
function addressOf(base: string, { path, query }: RouteContract, siteId = 1): string {
  const known: Record<string, string> = {
    name: 'x.txt',
    account: '1',
    kind: 'persons',
    siteId: String(siteId),
    fileName: 'x',
  }
  const asked = Object.entries(known).filter(([name]) => query && name in query.shape)
  return `${base}${path.replace(/\{\w+\}/g, '1')}?${new URLSearchParams(asked).toString()}`
}

/** Where who sends is known by a token or signature of their own before a byte is read: what a stranger hears there. */
const strangerHears: Readonly<Record<string, number>> = { '/chat/file': 410, '/mailboxes/{id}/mail': 404 }

/** Every address that may be sent a body. */
function targets(): Target[] {
  const below = (base: string, contracts: readonly RouteContract[]): Target[] =>
    contracts
      .filter((one) => one.method !== 'get')
      .map((one) => ({
        method: one.method.toUpperCase(),
        path: addressOf(base, one),
        most: one.largestBody ?? usualBody,
        isPublic: one.permission === 'public',
        hears: strangerHears[one.path],
      }))
  const auth = authPaths.map((path) => ({
    method: 'POST',
    path: `/api/auth${path}`,
    most: 16 * 1024,
    isPublic: true,
  }))
  const others = [
    '/',
    '/q/token',
    '/api/v1/no-such',
    `${fhirBase}/Patient/1/$no-such`,
    '/api/auth/no-such',
  ].map((path) => ({ method: 'POST', path, most: usualBody, isPublic: false }))
  return [
    ...below('/api/v1', implementedContracts(app.api)),
    ...below(fhirBase, implementedContracts(app.fhir)),
    ...auth,
    ...others,
  ]
}

const whole = 480 * 1024 * 1024

test('a stranger with an endless body is answered before much of it is sent, at every address', async () => {
  for (const target of targets()) {
    const { status, sent } = await sendBody(target, whole)
    const where = `${target.method} ${target.path}`
    const expected =
      target.hears !== undefined ? [target.hears] : target.isPublic ? [413, 401, 200, 403] : [401, 404, 405]
    expect([where, expected.includes(status) ? 'refused' : status]).toEqual([where, 'refused'])
    // Beyond the limit it is what fits into the buffers of the two kernels.
    expect([where, sent < 16 * 1024 * 1024 ? 'early' : sent]).toEqual([where, 'early'])
  }
}, 600_000)

test('who is signed in may send what the route takes and not more, whatever Content-Length says', async () => {
  const ends = '/api/auth/sign-out'
  for (const target of targets().filter(({ path }) => /^\/(api|fhir)/.test(path) && path !== ends)) {
    const where = `${target.method} ${target.path}`
    const caller = /^\/fhir|\/intake/.test(target.path) ? robot : admin
    const declared = await sendBody(target, 0, { cookie: caller }, target.most + 1)
    expect(`${where} ${declared.status}`).toMatch(/ 4\d\d$| 50[13]$| 2\d\d$/)
    if (target.most > 16 * 1024 * 1024) continue
    const chunked = await sendBody(target, target.most + 1024 * 1024, { cookie: caller })
    // Routes that the caller may not use say so, those that take no body do not look at it.
    const ok = chunked.status === 413 ? /At most \d+ .B can be sent/.test(chunked.text) : chunked.status < 500
    expect(`${where} ${chunked.status} ${ok}`).toMatch(/true$/)
  }
}, 600_000)

test('every route that reads a body answers 413 beyond its limit', async () => {
  const reading = [...implementedContracts(app.api)].filter((one) => one.body ?? one.consumes)
  const { id: siteId } = await app.db
    .insertInto('site')
    .values({ code: 'B1', name: 'B1' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const callers = [...(await Promise.all(roles.map((role) => app.signInAs(role)))), await portalCookie(app)]
  const { token } = (await app.request(undefined, startChat, { body: { siteId, text: '您好' } })).body
  const box = await app.request(admin, createMailbox, {
    body: { kind: 'webhook', siteId, name: '邮箱', address: 'box@hospital.example' },
  })
  expect(box.body.id).toBe(1)
  const own: Readonly<Record<string, { headers: Record<string, string>; most: number }>> = {
    '/chat/file': { headers: { [chatTokenHeader]: token }, most: largestAttachment },
    '/mailboxes/{id}/mail': { headers: { 'x-careloop-signature': 'v1=0' }, most: 25 * 1024 * 1024 },
  }
  expect(Object.keys(own)).toEqual(Object.keys(strangerHears))
  const never: string[] = []
  for (const contract of reading) {
    const path = addressOf('/api/v1', contract, siteId)
    const sender = own[contract.path]
    const most =
      sender?.most ?? (contract.permission === 'public' ? usualBody : (contract.largestBody ?? usualBody))
    const answers: number[] = []
    for (const caller of callers) {
      const answer = await sendBody(
        { method: contract.method.toUpperCase(), path },
        0,
        { cookie: caller, ...sender?.headers },
        most + 1,
      )
      answers.push(answer.status)
      if (answer.status === 413) break
    }
    if (!answers.includes(413)) never.push(`${contract.method} ${contract.path} ${answers.join()}`)
  }
  expect(never.join('\n')).toBe('')
}, 600_000)

test('many large bodies at once do not fill the memory: beyond the budget it is 503 with Retry-After', async () => {
  const target = { method: 'POST', path: fhirBase }
  const sizes = Array.from({ length: 6 }, () => 48 * 1024 * 1024)
  const answers = await Promise.all(sizes.map((size) => sendBody(target, size, { cookie: robot })))
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.every(({ retryAfter }) => retryAfter)).toBe(true)
  expect(answers.filter(({ status }) => status === 400).length).toBeGreaterThan(0)
  // The room is given back.
  expect((await sendBody(target, 48 * 1024 * 1024, { cookie: robot })).status).toBe(400)
}, 600_000)
