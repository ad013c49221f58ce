import { rm } from 'node:fs/promises'
import type { z } from 'zod'
import type { Role } from '../../contract/access.ts'
import { sentAs } from '../../contract/personal.ts'
import type { RouteContract } from '../../contract/route.ts'
import { type App, createApp, type Mount } from '../../server/app.ts'
import { createUserAs } from '../../server/modules/access/user.ts'
import { accessOf, type Actor, systemActor } from '../../server/platform/actor.ts'
import { type Config, readConfig } from '../../server/platform/config.ts'
import { type Db, transaction } from '../../server/platform/db.ts'
import { log } from '../../server/platform/log.ts'
import { type OpenServices, openServices } from '../../server/services.ts'
import { drainLoops } from '../../server/loops.ts'
import { allHandlers } from '../../server/worker.ts'
import { asApplication, createTestDatabase, type TestDatabase } from './database.ts'
import { scratchDir } from './scratch.ts'

const origin = 'http://careloop.test'
export const goodPassword = 'Vier-Elefanten-7'
export const testActor = systemActor('system:test', 'Test')

/** A cookie from `signIn`, an API key (`cl_…`), the key of a workstation session (`cw_…`), or undefined for a stranger. */
export type Caller = string | undefined
export type Place = { site?: number | null; department?: number | null; staff?: number | null }

type Answer<R extends RouteContract> = {
  status: number
  headers: Headers
  /** The answer of the contract when the status says so. */
  body: R extends { response: infer S extends z.ZodType } ? z.output<S> : undefined
  /** The error otherwise. */
  error: { id: string; message: string; fields?: { path: string; message: string }[] } | undefined
}

type Send<R extends RouteContract> = {
  params?: R extends { params: infer S extends z.ZodType } ? Record<keyof z.input<S>, unknown> : never
  query?: Record<string, unknown>
  body?: unknown
  headers?: Record<string, string>
}

export type TestApp = App & {
  db: Db
  services: OpenServices
  /** Calls one route in this process; answers are checked against their contract. */
  request: <const R extends RouteContract>(caller: Caller, contract: R, input?: Send<R>) => Promise<Answer<R>>
  /** The same without a contract: paths below `/api/auth`, static files. */
  send: (
    caller: Caller,
    method: string,
    path: string,
    input?: Omit<Send<RouteContract>, 'params'>,
  ) => Promise<Response>
  /** Creates a user with one role. */
  createUser: (username: string, role: Role, place?: Place) => Promise<string>
  /** Signs in by name and password and returns the cookie. */
  signIn: (username: string, password?: string) => Promise<string>
  /** A new user of that role, signed in. */
  signInAs: (role: Role, place?: Place) => Promise<string>
  /** An actor for calling operations directly, without a user. */
  actorFor: (role: Role, place?: Place) => Actor
  /** Applies, executes, sends and runs everything that is due until nothing is left. */
  processAll: () => Promise<number>
  close: () => Promise<void>
}

/**
 * The whole application, on a database of its own, where it is the plain role of an installation, unless one is named, where it is who the
 * address says: usually the owner, who makes tables or changes the audit for a test. Call `close` in `afterAll`; it drops the database.
 */
export async function createTestApp(
  overrides: Partial<Config> = {},
  database?: TestDatabase,
  more: Mount[] = [],
): Promise<TestApp> {
  log.level = 'error'
  const named = database
  database ??= await createTestDatabase()
  const url = named ? named.url : asApplication(database.url)
  const dataDir = await scratchDir('app')
  const config: Config = {
    ...readConfig({}),
    dataDir,
    databaseUrl: url,
    databasePool: 6,
    secret: 'a secret that only the tests know, 32+',
    ...overrides,
  }
  const services = await openServices(config, url)
  await services.jobs.install()
  const app = createApp(services, { checkAnswers: true, more })
  let users = 0

  const send: TestApp['send'] = async (caller, method, url, { query, body, headers } = {}) => {
    const search = new URLSearchParams()
    for (const [key, value] of Object.entries(query ?? {}))
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined && one !== null) search.append(key, String(one))
    return app.app.request(
      `${origin}${url}${search.size > 0 ? `?${search.toString()}` : ''}`,
      {
        method: method.toUpperCase(),
        headers: {
          host: new URL(origin).host,
          origin,
          'content-type': 'application/json',
          ...(caller &&
            (/^c[lw]_/.test(caller) ? { authorization: `Bearer ${caller}` } : { cookie: caller })),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
      { incoming: { socket: { remoteAddress: '192.0.2.7' } } },
    )
  }

  const createUser: TestApp['createUser'] = async (username, role, place = {}) => {
    const created = await transaction(services.db, (trx) =>
      createUserAs(trx, testActor, {
        username,
        name: username,
        password: goodPassword,
        staffId: place.staff ?? null,
        grants: [{ role, siteId: place.site ?? null, departmentId: place.department ?? null }],
      }),
    )
    return created.id
  }

  const signIn: TestApp['signIn'] = async (username, password = goodPassword) => {
    const answer = await send(undefined, 'post', '/api/auth/sign-in/username', {
      body: { username, password },
    })
    if (!answer.ok) throw new Error(`sign-in of ${username}: ${answer.status} ${await answer.text()}`)
    return cookiesOf(answer)
  }

  return {
    ...app,
    db: services.db,
    services,
    send,
    createUser,
    signIn,
    async request(caller, contract, { params, headers, ...input } = {}) {
      const { method, path: address, ...sent } = sentAs(contract, input)
      const url = address.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String((params as Record<string, unknown> | undefined)?.[name])),
      )
      const answer = await send(caller, method, `/api/v1${url}`, { ...sent, ...(headers && { headers }) })
      const isJson = answer.headers.get('content-type')?.includes('json') ?? false
      const json: unknown = isJson ? await answer.json() : undefined
      return {
        status: answer.status,
        headers: answer.headers,
        body: (answer.ok ? json : undefined) as never,
        error: answer.ok ? undefined : (json as { error: never }).error,
      }
    },
    async signInAs(role, place) {
      const username = `${role}-${++users}`
      await createUser(username, role, place)
      return signIn(username)
    },
    actorFor(role, { site = null, department = null, staff = null } = {}) {
      const grants = [{ role, siteId: site, departmentId: department }]
      return {
        ...testActor,
        id: `user:test-${role}`,
        name: role,
        userId: null,
        staffId: staff,
        grants,
        access: accessOf(grants, staff),
        address: '192.0.2.7',
      }
    },
    processAll: async () => (await drainLoops(services)) + (await services.jobs.drain(allHandlers(services))),
    async close() {
      await app.settled()
      await services.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** What a browser would send back after this answer. */
export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .filter((cookie) => !/Max-Age=0/i.test(cookie))
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ')
}
