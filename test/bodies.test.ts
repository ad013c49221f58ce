import { serve, type ServerType } from '@hono/node-server'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roles } from '../contract/access.ts'
import { fhirBase } from '../contract/fhir.ts'
import { type RouteContract, usualBody } from '../contract/route.ts'
import { authPaths } from '../server/modules/access/sign-in.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { dropUnread } from '../server/platform/unread.ts'
import { createTestApp, type TestApp } from './support/app.ts'
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

type Target = { method: string; path: string; most: number; isPublic: boolean }

/** Every address that may be sent a body. */
function targets(): Target[] {
  const below = (base: string, contracts: readonly RouteContract[]): Target[] =>
    contracts
      .filter((one) => one.method !== 'get')
      .map((one) => ({
        method: one.method.toUpperCase(),
        path: `${base}${one.path.replace(/\{\w+\}/g, '1')}`,
        most: one.largestBody ?? usualBody,
        isPublic: one.permission === 'public',
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
    const expected = target.isPublic ? [413, 401, 200, 403] : [401, 404, 405]
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
  const callers = await Promise.all(roles.map((role) => app.signInAs(role)))
  const never: string[] = []
  for (const contract of reading) {
    const path = `/api/v1${contract.path.replace(/\{\w+\}/g, '1')}?${contract.consumes && contract.path.startsWith('/imports') ? `kind=persons&siteId=${siteId}&fileName=x` : ''}`
    const most = contract.permission === 'public' ? usualBody : (contract.largestBody ?? usualBody)
    const answers: number[] = []
    for (const caller of callers) {
      const answer = await sendBody(
        { method: contract.method.toUpperCase(), path },
        0,
        { cookie: caller },
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
