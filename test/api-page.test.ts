import { afterAll, beforeAll, expect, test } from 'vitest'
import { implementedContracts } from '../server/platform/http.ts'
import { createTestApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

test('the API reference names every route with its permission, and every shape that it refers to', async () => {
  const answer = await app.app.request('/api/v1/openapi.json')
  expect(answer.status).toBe(200)
  const text = await answer.text()
  const { paths, components } = JSON.parse(text) as {
    paths: Record<string, Record<string, { 'x-permission': string }>>
    components: { schemas: Record<string, unknown> }
  }
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, one]) => `${method} ${path} ${one['x-permission']}`),
  )
  const declared = implementedContracts(app.api).map((one) => `${one.method} ${one.path} ${one.permission}`)
  expect(documented.sort()).toEqual(declared.sort())
  const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(named.filter((name) => !(String(name) in components.schemas))).toEqual([])
})
