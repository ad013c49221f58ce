import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roles } from '../contract/access.ts'
import { fhirBase } from '../contract/fhir.ts'
import type { RouteContract } from '../contract/route.ts'
import { authPaths } from '../server/modules/access/sign-in.ts'
import { roleRules } from '../server/platform/actor.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { createTestApp, type TestApp } from './support/app.ts'

let app: TestApp
/** Every contract with its whole path. */
let contracts: RouteContract[]
const cookies = new Map<string, string>()
const page = path.resolve(import.meta.dirname, '../docs/operations/permissions.md')

beforeAll(async () => {
  app = await createTestApp()
  const below = (base: string, api: TestApp['api']) =>
    implementedContracts(api).map((one): RouteContract => ({
      ...one,
      path: `${base}${one.path}`.replace(/\/$/, ''),
    }))
  contracts = [...below('/api/v1', app.api), ...below(fhirBase, app.fhir)].sort(
    (one, other) => one.path.localeCompare(other.path) || one.method.localeCompare(other.method),
  )
  for (const role of roles) cookies.set(role, await app.signInAs(role))
})
afterAll(() => app.close())

/** Everything that is mounted without a contract, and why it may be. */
const withoutContract = new Set([
  'GET /healthz',
  'GET /readyz',
  // A mail provider's click (RFC 8058) by the signed link in the path; its GET is the page.
  'POST /p/:token',
  ...authPaths.map((one) => `POST /api/auth${one}`),
  // The description of the API names no data.
  'GET /api/v1/openapi.json',
  'GET /api/v1/docs',
  'GET /api/v1/docs/page.js',
  // Answers every other path below /api with 404.
  'ALL /api/*',
  'ALL /fhir/*',
])

test('every mounted route has a contract with a permission, or is on the short list of exceptions', () => {
  const declared = new Set(
    contracts.map((contract) => `${contract.method.toUpperCase()} ${honoPath(contract)}`),
  )
  // Middleware is mounted for all methods below a path; a handler that answers there would be on the list.
  const mounted = new Set(
    app.app.routes
      .filter((route) => !(route.method === 'ALL' && route.path.endsWith('*') && route.handler.length >= 2))
      .map((route) => `${route.method} ${route.path}`),
  )
  const undeclared = [...mounted].filter((one) => !declared.has(one) && !withoutContract.has(one))
  expect(undeclared).toEqual([])
  const missing = [...declared, ...withoutContract].filter((one) => !mounted.has(one))
  expect(missing).toEqual([])
})

test('no two contracts share a method and path', () => {
  const keys = contracts.map((contract) => `${contract.method} ${contract.path}`)
  expect(new Set(keys).size).toBe(keys.length)
})

test('without sign-in every route but the public ones answers 401', async () => {
  for (const contract of contracts) {
    const status = await call(undefined, contract)
    if (contract.permission === 'public') expect([contract.path, status]).not.toEqual([contract.path, 401])
    else expect([contract.method, contract.path, status]).toEqual([contract.method, contract.path, 401])
  }
})

test.each(roles)('%s reaches exactly the routes that its permissions name', async (role) => {
  for (const contract of contracts) {
    const status = await call(cookies.get(role), contract)
    const where = `${contract.method} ${contract.path} (${contract.permission})`
    // Staff are nobody at the portal of patients.
    if (contract.permission === 'portal') expect([where, status]).toEqual([where, 401])
    else if (allowed(role, contract)) {
      expect([where, status]).not.toEqual([where, 401])
      expect([where, status]).not.toEqual([where, 403])
      expect([where, status < 500]).toEqual([where, true])
    } else expect([where, status]).toEqual([where, 403])
  }
})

test('the matrix in the documentation is the one that holds (UPDATE_DOCS=1 writes it)', async () => {
  const fresh = renderMatrix()
  if (process.env.UPDATE_DOCS) await writeFile(page, fresh)
  expect(await readFile(page, 'utf8')).toBe(fresh)
})

function allowed(role: (typeof roles)[number], { permission }: RouteContract): boolean {
  if (permission === 'portal') return false
  return permission === 'public' || permission === 'signed-in' || roleRules[role][permission] !== undefined
}

function honoPath(contract: RouteContract): string {
  return contract.path.replace(/\{(\w+)\}/g, ':$1')
}

/** Identifiers that lead nowhere: enough to see whether the door opens, without changing anything. */
async function call(caller: string | undefined, contract: RouteContract): Promise<number> {
  const url = contract.path.replace(/\{\w+\}/g, '999999999')
  const answer = await app.send(caller, contract.method, url, {
    ...(contract.method !== 'get' && { body: {} }),
  })
  // A stream would stay open for ever.
  await answer.body?.cancel()
  return answer.status
}

function renderMatrix(): string {
  const head = ['Route', 'Permission', ...roles]
  const rows = contracts.map((contract) => [
    `\`${contract.method.toUpperCase()} ${contract.path.replace(/^\/api\/v1/, '')}\``,
    contract.permission,
    ...roles.map((role) => {
      if (!allowed(role, contract)) return ''
      return contract.permission === 'public' ||
        contract.permission === 'signed-in' ||
        contract.permission === 'portal'
        ? 'yes'
        : (roleRules[role][contract.permission] ?? '')
    }),
  ])
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [
    '# Who may call what',
    '',
    'Generated from the mounted routes and the role rules by `test/route-role-matrix.test.ts`; a test compares it. A cell says how far',
    'the permission reaches: own patients, departments, sites or all. Empty means refused. Paths are below `/api/v1`, except those of FHIR.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
  ].join('\n')
}
