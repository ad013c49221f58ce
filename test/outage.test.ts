import { createServer, connect, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fhirBase } from '../contract/fhir.ts'
import type { RouteContract } from '../contract/route.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { createTestDatabase } from './support/database.ts'
import { portalCookie } from './support/portal.ts'

let app: TestApp
let line: Line

type Line = { port: number; cut: () => void; mend: () => void; close: () => Promise<void> }

/** A line to the database that can be cut. */
async function lineTo(host: string, port: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let cut = false
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
  const server: Server = createServer((near) => {
    if (cut) {
      near.destroy()
      return
    }
    const far = connect(target)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined).on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      cut = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      cut = false
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

beforeAll(async () => {
  const database = await createTestDatabase()
  const url = new URL(database.url)
  line = await lineTo(decodeURIComponent(url.hostname), Number(url.port || 5432))
  url.host = `127.0.0.1:${line.port}`
  app = await createTestApp({ databasePool: 3 }, { ...database, url: url.href })
})
afterAll(async () => {
  await app.close()
  await line.close()
})

test('while the database does not answer, every route says 503 and when to try again, and is well afterwards', async () => {
  const callers = [await app.signInAs('administrator'), await app.signInAs('integration'), undefined]
  const patients = [await portalCookie(app), undefined]
  line.cut()
  const routes: { contract: RouteContract; base: string }[] = [
    ...implementedContracts(app.api).map((contract) => ({ contract, base: '/api/v1' })),
    ...implementedContracts(app.fhir).map((contract) => ({ contract, base: fhirBase })),
  ].filter(({ contract }) => contract.path !== '/live')
  const seen = new Set<number>()
  for (const { contract, base } of routes)
    // Staff are nobody at the portal, database or not.
    for (const caller of /^\/portal(\/|$)/.test(contract.path) ? patients : callers) {
      const address = `${base}${contract.path.replace(/\{(type)\}/, 'Patient').replaceAll(/\{\w+\}/g, '1')}`
      const answer = await app.send(caller, contract.method, address, {
        ...(contract.method !== 'get' && { body: {} }),
      })
      await answer.body?.cancel()
      seen.add(answer.status)
      // Who is signed in is not known without the database.
      const where = [contract.method, address, caller === undefined]
      if (caller !== undefined) expect([...where, answer.status]).toEqual([...where, 503])
      if (answer.status === 503) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      expect([...where, answer.status === 500]).toEqual([...where, false])
    }
  expect(seen.has(503)).toBe(true)
  line.mend()
  expect((await app.send(callers[0], 'get', '/api/v1/me')).status).toBe(200)
})
