import { roles } from '../../contract/access.ts'
import { fhirBase } from '../../contract/fhir.ts'
import type { RouteContract } from '../../contract/route.ts'
import { authPaths } from '../../server/modules/access/sign-in.ts'
import { implementedContracts } from '../../server/platform/http.ts'
import { prng } from '../../sim/prng.ts'
import type { TestApp } from './app.ts'
import { fillSite, type FilledSite } from './filled-site.ts'
import { portalCookie } from './portal.ts'
import { sampleOf } from './sample.ts'

type Random = () => number
export type Fuzzed = {
  requests: number
  /** Answers by status. */
  statuses: Record<number, number>
  /** What was asked where the answer was a 500, or none. */
  failures: string[]
  /** Bytes of memory of the process after a fifth of the requests, and after all. */
  memory: [number, number]
}

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { all: value }
  return value
}

/** Keys of pages that nobody was given, of the right length and kinds now and then. */
function forgedCursor(random: Random): string {
  const parts = [
    'a\0',
    '\ud800',
    'x',
    null,
    '2026-02-30 00:00:00+00',
    '2026-11-18 00:00:00+00',
    0.5,
    1e22,
    2 ** 53,
    -1,
    1,
  ]
  const key = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, parts))
  return random() < 0.05 ? 'not base64 €' : Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Values that programs stumble over, wherever they fit or not. */
const hostile: readonly unknown[] = [
  ...['', ' ', '\0', 'a\0b', '\ud800', '\udfff一', '\u202e', '😀', 'null', 'undefined', 'NaN', '-0', '1e400'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    "' or 1=1 --",
    '%',
    '_',
    '\\',
    '%00',
    '../../etc/passwd',
    '{{link}}',
  ],
  ...[
    '2026-02-30',
    '0000-00-00',
    '9999-12-31',
    '-271821-04-20T00:00:00Z',
    '275760-09-13T00:00:00Z',
    '25:61',
    '2026-13',
  ],
  ...[
    '\r\nBcc: x@y.example',
    '=1+1',
    '<script>',
    '$&',
    '9'.repeat(30),
    'a'.repeat(10_000),
    '一'.repeat(5000),
  ],
  ...[-1, 0, 0.5, 1e15, 1e21, 2_147_483_647, 2_147_483_648, 9_007_199_254_740_992, -2_147_483_649],
  ...[null, true, false, [], {}, [[]], [null], { $ne: 1 }, { toString: 1 }, nested(40), nested(2000)],
]
const types = [
  'application/json',
  'text/plain',
  'application/xml',
  'multipart/form-data',
  '',
  'application/json; charset=utf-16',
  'a/b',
]

/** Replaces a few values, at any depth, and adds or takes away a name. */
function spoiled(value: unknown, random: Random, chance: number): unknown {
  if (random() < chance) return pick(random, hostile)
  if (Array.isArray(value)) {
    const all = value.map((one) => spoiled(one, random, chance))
    return random() < chance ? Array.from({ length: 300 }, () => all[0] ?? null) : all
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, one]): [string, unknown][] =>
    random() < chance / 2 ? [] : [[name, spoiled(one, random, chance)]],
  )
  if (random() < chance) entries.push([word(pick(random, hostile)).slice(0, 50), pick(random, hostile)])
  return Object.fromEntries(entries)
}

/** As a query takes it: texts, several of one name. */
function asQuery(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return { [word(value).slice(0, 40) || 'x']: 1 }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      typeof one === 'object' ? JSON.stringify(one).slice(0, 2000) : one,
    ]),
  )
}

const word = (value: unknown) => (typeof value === 'string' ? value : text(value))

function text(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}

/**
 * Sends requests with spoiled parameters, queries, bodies and types to every route, as every role and as nobody. Nothing that a caller sends
 * may be answered as a mistake of ours.
 */
export async function fuzz(
  app: TestApp,
  { requests, seed }: { requests: number; seed: number },
): Promise<Fuzzed> {
  const random = prng(seed)
  const site = await fillSite(app, 'FUZZ', { mark: '测', digits: '33333' })
  const everywhere = ['administrator', 'service-centre', 'integration'] as const
  const places = [
    ...roles.map((role) => ({ role, place: role === 'auditor' ? {} : { site: site.site } })),
    ...everywhere.map((role) => ({ role, place: {} })),
  ]
  const enter = ({ role, place }: (typeof places)[number]) => app.signInAs(role, place)
  const cookies = await Promise.all(places.map(enter))
  let patient = await portalCookie(app)
  const routes: { contract: RouteContract; base: string }[] = [
    ...implementedContracts(app.api).map((contract) => ({ contract, base: '/api/v1' })),
    ...implementedContracts(app.fhir).map((contract) => ({ contract, base: fhirBase })),
    ...authPaths.map((path) => ({
      contract: { method: 'post', path, permission: 'public', summary: '' } satisfies RouteContract,
      base: '/api/auth',
    })),
  ].filter(({ contract }) => contract.path !== '/live')
  const result: Fuzzed = { requests, statuses: {}, failures: [], memory: [0, 0] }
  for (let at = 0; at < requests; at += 1) {
    const { contract, base } =
      at < routes.length ? (routes[at] ?? pick(random, routes)) : pick(random, routes)
    const asked = request(contract, site, random)
    // One in so many asks without having signed in.
    const who = Math.floor(random() * (places.length + 1))
    const address = `${base}${asked.path}`
    const atPortal = contract.permission === 'portal'
    const cookie = atPortal ? patient : cookies[who]
    const status = await answered(app, cookie, contract.method, address, asked, random)
    result.statuses[status] = (result.statuses[status] ?? 0) + 1
    const place = places[who]
    // Signed out, suspended or with another password by what was asked before.
    if (status === 401 && atPortal) patient = await portalCookie(app)
    else if (status === 401 && place) cookies[who] = await enter(place)
    if (status === 500)
      result.failures.push(
        `${contract.method} ${address} ${text(asked.query).slice(0, 300)} ${asked.type} ${asked.body?.slice(0, 600)}`,
      )
    if (at === Math.floor(requests / 5)) result.memory[0] = memory()
  }
  result.memory[1] = memory()
  return result
}

function memory(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().rss
}

type Asked = { path: string; query: Record<string, unknown>; body: string | undefined; type: string }

function request(contract: RouteContract, site: FilledSite, random: Random): Asked {
  const chance = pick(random, [0, 0.02, 0.1, 0.4])
  const noun = Object.keys(site.rows).find((one) => contract.path.startsWith(`/${one}`)) ?? ''
  const params: Record<string, unknown> = {
    type: 'Patient',
    key: 'a'.repeat(32),
    version: 1,
    year: 2026,
    ...site.rows[noun],
  }
  const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = random() < chance ? pick(random, hostile) : (params[name] ?? 1)
    return encodeURIComponent(word(value).slice(0, 300).toWellFormed()) || '0'
  })
  const known = {
    siteId: site.site,
    personId: site.persons[0],
    taskId: site.rows.tasks?.id,
    staffId: site.staff,
    departmentId: site.department,
    ...(random() < 0.3 && { cursor: forgedCursor(random) }),
  }
  const every = random() < 0.5
  const query = contract.query ? spoiled(sampleOf(contract.query, known, every), random, chance) : {}
  const sample = contract.body
    ? sampleOf(contract.body, known, every)
    : { resourceType: 'Patient', id: '1', name: [{ text: '测' }] }
  const body = contract.method === 'get' ? undefined : text(spoiled(sample, random, chance))
  return {
    path,
    query: asQuery(query),
    body: body !== undefined && random() < chance / 4 ? body.slice(0, Math.floor(body.length / 2)) : body,
    type: random() < chance / 2 ? pick(random, types) : base(contract),
  }
}

const base = (contract: RouteContract) =>
  contract.consumes ?? (contract.path.startsWith('/{type}') ? 'application/fhir+json' : 'application/json')

async function answered(
  app: TestApp,
  caller: string | undefined,
  method: string,
  address: string,
  asked: Asked,
  random: Random,
): Promise<number> {
  try {
    const answer = await app.send(caller, method, address, {
      query: asked.query,
      ...(asked.body !== undefined && { body: asked.body }),
      // From many places, or a lock-out would be all there is to see.
      headers: {
        'content-type': asked.type,
        'x-forwarded-for': `10.9.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}`,
      },
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 500
  }
}
