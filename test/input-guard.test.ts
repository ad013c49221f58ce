import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fhirBase } from '../contract/fhir.ts'
import { listPersons } from '../contract/person.ts'
import type { RouteContract } from '../contract/route.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { portalCookie } from './support/portal.ts'

let app: TestApp
let admin: string
let nurse: string
let patient: string
let contracts: RouteContract[]

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  nurse = await app.signInAs('nurse')
  patient = await portalCookie(app)
  contracts = [...implementedContracts(app.api)]
})
afterAll(() => app.close())

/** Staff are nobody at the portal. */
const callersOf = ({ permission }: RouteContract) => (permission === 'portal' ? [patient] : [admin, nurse])

const addressOf = (contract: RouteContract, value: string) =>
  `/api/v1${contract.path.replace(/\{\w+\}/g, encodeURIComponent(value))}`

async function statusOf(caller: string, contract: RouteContract, path: string, query = {}, body?: unknown) {
  const answer = await app.send(caller, contract.method, path, {
    query,
    ...(contract.method !== 'get' && { body: body ?? {} }),
  })
  await answer.body?.cancel()
  return answer.status
}

test('an unknown parameter is refused on every route that the caller may use', async () => {
  for (const contract of contracts)
    for (const caller of callersOf(contract)) {
      const path = addressOf(contract, '1')
      const answer = await app.send(caller, contract.method, path, {
        query: { no_such_thing: '1' },
        ...(contract.method !== 'get' && { body: {} }),
      })
      const where = `${contract.method} ${contract.path}`
      const text = await answer.text()
      if (answer.status === 403) continue
      expect([where, answer.status]).toEqual([where, 400])
      expect(text).toContain('no_such_thing')
    }
})

test('the answer names the nearest parameter that there is', async () => {
  const ask = async (query: object) =>
    (await app.request(nurse, listPersons, { query: query as Record<string, unknown> })).error
  expect(await ask({ serach: 'x' })).toMatchObject({
    id: 'unknown-parameter',
    fields: [{ path: 'serach', message: expect.stringContaining('did you mean search?') as string }],
  })
})

test('a parameter that may name a person is taken in no address, only in the body of a search', async () => {
  const personal = contracts.filter((one) => one.method === 'get' && one.personal)
  expect(personal.length).toBeGreaterThan(4)
  for (const contract of personal)
    for (const name of contract.personal ?? []) {
      const answer = await app.send(admin, 'get', addressOf(contract, '1'), { query: { [name]: '王小明' } })
      // Who may not ask is not told how.
      if (answer.status === 403) continue
      expect([contract.path, name, answer.status]).toEqual([contract.path, name, 400])
      expect(await answer.text()).toContain(`by POST to ${contract.path}/search`)
    }
})

test('a search refuses what it does not know in its body, as lists do in their address', async () => {
  const searches = contracts.filter((one) => one.method === 'post' && one.path.endsWith('/search'))
  expect(searches.length).toBeGreaterThan(4)
  for (const contract of searches) {
    const answer = await app.send(admin, 'post', addressOf(contract, '1'), { body: { no_such_thing: '1' } })
    const text = await answer.text()
    if (answer.status === 403) continue
    expect([contract.path, answer.status, text.includes('no_such_thing')]).toEqual([contract.path, 422, true])
  }
})

test('a NUL character in the address is refused on every route, and never an error of ours', async () => {
  const below = [
    ...contracts.map((one) => addressOf(one, 'a\0b')),
    ...contracts.map((one) => `${addressOf(one, '1')}?x=a%00`),
    ...[...implementedContracts(app.fhir)].map((one) => `${fhirBase}${one.path.replace(/\{\w+\}/g, 'a%00')}`),
    `${fhirBase}/Patient?name=a%00b`,
    '/q/a%00b',
    '/assets/a%00b',
  ].filter((path) => path.includes('%00'))
  for (const path of below) {
    const answer = await app.send(nurse, 'get', path)
    expect([path, answer.status]).toEqual([path, 400])
  }
})

test('NUL characters and half surrogate pairs in a body are refused on every route, wherever they stand', async () => {
  const writing = contracts.filter((one) => one.body)
  for (const contract of writing)
    for (const body of [
      { note: 'a\0b' },
      { answers: [{ 'k\0': 1 }] },
      { name: 'x\ud800' },
      { name: '\udc00x' },
    ])
      for (const caller of callersOf(contract)) {
        const status = await statusOf(caller, contract, addressOf(contract, '1'), {}, body)
        // Nothing is read of who may not send it.
        if (status !== 403) expect([contract.path, status]).toEqual([contract.path, 400])
      }
  const signIn = await app.send(undefined, 'post', '/api/auth/sign-in/username', {
    body: { username: 'a\0', password: 'b' },
  })
  expect(signIn.status).toBe(400)
  // The same signs as text, and whole pairs, are fine.
  const fine = await app.send(undefined, 'post', '/api/auth/sign-in/username', {
    body: { username: 'a\\u0000', password: 'b\u{1f600}\\ud800' },
  })
  expect(fine.status).toBe(401)
})

test('ids that no table can hold are nowhere an error of ours, in paths, parameters and bodies', async () => {
  for (const contract of contracts) {
    for (const value of ['2147483648', '9007199254740991', '9007199254740993', '1e30', '-1', 'x']) {
      const where = `${contract.method} ${contract.path} ${value}`
      if (contract.path.includes('{'))
        expect([where, (await statusOf(admin, contract, addressOf(contract, value))) < 500]).toEqual([
          where,
          true,
        ])
    }
    for (const name of Object.keys(contract.query?.shape ?? {}))
      for (const value of ['2147483648', '9007199254740993']) {
        const where = `${contract.method} ${contract.path}?${name}=${value}`
        const status = await statusOf(admin, contract, addressOf(contract, '1'), { [name]: value })
        expect([where, status < 500]).toEqual([where, true])
      }
  }
  for (const contract of contracts.filter((one) => one.body))
    for (const value of [2_147_483_648, 9_007_199_254_740_992]) {
      const where = `${contract.method} ${contract.path} ${value}`
      const body = filled(
        z.toJSONSchema(contract.body as z.ZodType, { unrepresentable: 'any', io: 'input' }),
        value,
      )
      for (const caller of [admin, nurse])
        expect([where, (await statusOf(caller, contract, addressOf(contract, '1'), {}, body)) < 500]).toEqual(
          [where, true],
        )
    }
})

type Schema = z.core.JSONSchema.BaseSchema

/** Something of a schema in which every whole number is `value`. */
function filled(schema: Schema, value: number): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const [choice] = schema.anyOf ?? schema.oneOf ?? []
  if (choice) return filled(choice, value)
  switch (schema.type) {
    case 'integer':
    case 'number':
      return value
    case 'boolean':
      return true
    case 'array':
      return [filled((schema.items ?? {}) as Schema, value)]
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [
          name,
          filled(inner as Schema, value),
        ]),
      )
    default:
      if (schema.format === 'date') return '2026-11-20'
      return schema.format === 'date-time' ? '2026-11-20T08:00:00Z' : '1'
  }
}
