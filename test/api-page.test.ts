import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roles } from '../contract/access.ts'
import type { RouteContract } from '../contract/route.ts'
import { roleRules } from '../server/platform/actor.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { receive } from './support/hl7.ts'

type Operation = {
  'x-permission': string
  responses: Record<string, { $ref?: string }>
  parameters?: { name: string; in: string; example?: unknown }[]
  requestBody?: { content: Record<string, { example?: unknown }> }
}
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>; responses: Record<string, { description: string }> }
}

let app: TestApp
let text: string
let operations: (Operation & { method: string; path: string })[]
beforeAll(async () => {
  app = await createTestApp()
  const answer = await app.app.request('/api/v1/openapi.json')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json')
  text = await answer.text()
  operations = Object.entries((JSON.parse(text) as Document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  )
})
afterAll(() => app.close())

test('the API reference names every route with its permission, and every shape that it refers to', () => {
  const documented = operations.map((one) => `${one.method} ${one.path} ${one['x-permission']}`)
  const declared = implementedContracts(app.api).map((one) => `${one.method} ${one.path} ${one.permission}`)
  expect(documented.sort()).toEqual(declared.sort())
  const { components } = JSON.parse(text) as Document
  const named = [...text.matchAll(/"#\/components\/(schemas|responses)\/(\w+)"/g)]
  expect(named.filter(([, kind, name]) => !(String(name) in components[kind as 'schemas']))).toEqual([])
})

test('the API reference is valid OpenAPI 3.1, and the same text each time', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>)
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(await (await app.app.request('/api/v1/openapi.json')).text()).toBe(text)
})

test('each route documents its error answers, by status with the ids that may stand there', () => {
  const { responses } = (JSON.parse(text) as Document).components
  for (const { method, path, responses: answers, ...operation } of operations) {
    const statuses = Object.keys(answers).filter((status) => Number(status) >= 400)
    expect([method, path, statuses.includes('401')]).toEqual([
      method,
      path,
      operation['x-permission'] !== 'public',
    ])
    expect(statuses).toEqual(expect.arrayContaining(['400', '403', '500', '503']))
    for (const status of statuses) expect(answers[status]?.$ref).toBe(`#/components/responses/${status}`)
  }
  expect(responses['404']?.description).toContain('`not-found`: ')
  for (const [status, { description }] of Object.entries(responses))
    expect([status, description]).toEqual([status, expect.stringMatching(/^`[a-z-]+`: /)])
})

test('every example of the reference is answered with success when it is sent as it stands', async () => {
  await receive(app, { mrn: 'R1' })
  const shown = operations.filter(
    (one) =>
      one.parameters?.some((parameter) => parameter.example !== undefined) ||
      one.requestBody?.content['application/json']?.example,
  )
  const declared = implementedContracts(app.api).filter((one) => one.example)
  expect(shown.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    declared.map(({ method, path }) => `${method} ${path}`).sort(),
  )
  expect(shown.length).toBeGreaterThan(12)
  for (const operation of shown) {
    const given = (place: string) =>
      Object.fromEntries(
        (operation.parameters ?? []).flatMap((one) =>
          one.in === place && one.example !== undefined ? [[one.name, one.example]] : [],
        ),
      )
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => given('path')[name] as string)
    const body = operation.requestBody?.content['application/json']?.example
    const answer = await app.send(await callerWith(operation), operation.method, `/api/v1${path}`, {
      query: given('query'),
      ...(body !== undefined && { body }),
    })
    const said = answer.ok ? '' : await answer.text()
    expect([operation.method, operation.path, answer.ok, said]).toEqual([
      operation.method,
      operation.path,
      true,
      '',
    ])
  }
})

async function callerWith(operation: Operation): Promise<string> {
  const permission = operation['x-permission'] as RouteContract['permission']
  const role = roles.find((one) => permission in roleRules[one])
  return app.signInAs(role ?? 'administrator')
}
