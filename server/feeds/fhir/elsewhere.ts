import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { setImmediate as breathe } from 'node:timers/promises'
import { runAside } from '../../platform/aside.ts'
import type { ApiContext } from '../../platform/http.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { Services } from '../../platform/services.ts'

/** Bytes that are parsed, checked and written in a few hundredths of a second. */
const smallBody = 128 * 1024
const pieceBytes = 1024 * 1024
const bundleMs = 10 * 60_000

/** What the thread (`server/fhir-thread.ts`) is given: a request whose caller is known and allowed, its unpacked body follows. */
export type FhirRequest = {
  config: Services['config']
  secret: string
  databaseUrl: string
  actor: ReturnType<typeof actorOf>
  address: string | null
  method: string
  url: string
  headers: Record<string, string>
}
export type FhirAnswer = { status: number; headers: [string, string][]; body: Uint8Array<ArrayBuffer> }

const actorOf = (c: ApiContext) => c.get('actor')

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes)
    await breathe()
  }
}

/** Has a large body handled in a thread; undefined: it is small enough for this one. */
export async function handOver(
  c: ApiContext,
  { config, secret, database }: Pick<Services, 'config' | 'secret' | 'database'>,
  bytes: Uint8Array,
): Promise<Response | undefined> {
  if (bytes.length <= smallBody) return undefined
  const { 'content-encoding': _, 'content-length': __, 'transfer-encoding': ___, ...headers } = c.req.header()
  const request: FhirRequest = {
    config,
    secret,
    databaseUrl: database.url,
    actor: actorOf(c),
    address: c.get('address'),
    method: c.req.method,
    url: c.req.url,
    headers,
  }
  const file = new URL('../../fhir-thread.ts', import.meta.url)
  const answer = await runAside<FhirAnswer>(file, request, { timeoutMs: bundleMs, input: inPieces(bytes) })
  wakeLoop('pathway')
  return c.body(answer.body, answer.status as ContentfulStatusCode, Object.fromEntries(answer.headers))
}
