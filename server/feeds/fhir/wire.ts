import type { MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gzip } from 'node:zlib'
import { usualBody } from '../../../contract/route.ts'
import { readSettings } from '../../modules/setting/setting.ts'
import { bodyBytes, takeRoom } from '../../platform/body.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { ApiContext, ApiEnvironment } from '../../platform/http.ts'
import { FhirError } from './outcome.ts'

// What goes over the wire: formats, compression and origins.

const json = 'application/fhir+json; charset=utf-8'
const worthPacking = 2048

const pack = promisify(gzip)

/** An answer in JSON, packed if the caller takes that, indented with `_pretty=true`. */
export async function answer(
  c: ApiContext,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  const indent = /[?&]_pretty=true(&|$)/.test(c.req.url) ? 2 : undefined
  const text = body === undefined ? null : JSON.stringify(body, undefined, indent)
  const all = {
    'content-type': json,
    'cache-control': 'no-store',
    vary: 'Accept, Accept-Encoding, Origin',
    ...headers,
  }
  if (text === null || text.length < worthPacking || !takesGzip(c.req.header('accept-encoding')))
    return c.body(text as string, status as ContentfulStatusCode, all)
  const packed = await pack(text, { level: 1 })
  return c.body(new Uint8Array(packed), status as ContentfulStatusCode, {
    ...all,
    'content-encoding': 'gzip',
  })
}

const takesGzip = (accepted = '') => /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted)

const isJson = (type: string) =>
  /^(application\/(fhir\+)?json|text\/json|application\/\*|\*\/\*|\*)$/i.test(type)

/** @throws {FhirError} 406 for XML, Turtle and other versions of FHIR */
export function checkFormat(c: ApiContext): void {
  const asked = new URL(c.req.url).searchParams.get('_format')
  const accepted = asked ?? c.req.header('accept') ?? ''
  if (accepted.trim() === '') return
  const fits = accepted.split(',').some((one) => {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim())
    const others = parameters.some(
      (part) => /^q=0(\.0*)?$/i.test(part) || /^fhirversion=(?!4\.0)/i.test(part),
    )
    // In an address + is a blank.
    return (
      !others &&
      (isJson(type.replace('fhir json', 'fhir+json')) || (asked !== null && type.toLowerCase() === 'json'))
    )
  })
  if (!fits)
    throw new FhirError(406, {
      code: 'not-supported',
      diagnostics: `Only JSON of FHIR 4.0 is answered (application/fhir+json), not ${accepted.slice(0, 100)}.`,
    })
}

/** The body, unpacked. @throws {FhirError} 415 for other formats, character sets and encodings; 413 if it unpacks to too much */
export async function bytesOfBody(c: ApiContext, mediaType: RegExp, expected: string): Promise<Uint8Array> {
  const type = c.req.header('content-type') ?? ''
  const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8'
  const encoding = (c.req.header('content-encoding') ?? 'identity').trim().toLowerCase()
  const refuse = (diagnostics: string) => new FhirError(415, { code: 'not-supported', diagnostics })
  if (type !== '' && !mediaType.test(type)) throw refuse(`Only ${expected} is understood here.`)
  if (!/^utf-?8$/i.test(charset)) throw refuse('FHIR is written in UTF-8.')
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw refuse('Bodies may be packed with gzip, and not otherwise.')
  const most = c.get('contract')?.largestBody ?? usualBody
  const bytes = await bodyBytes(c, most)
  return encoding === 'gzip' ? unpacked(c, bytes, most) : bytes
}

/** @throws {FhirError} 400 */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FhirError(400, { code: 'structure', diagnostics: 'The body is not UTF-8.' })
  }
}

/** A body may not become larger by unpacking than it may be unpacked. */
async function unpacked(c: ApiContext, bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of Readable.from([bytes]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > most)
        throw new FhirError(413, {
          code: 'too-long',
          diagnostics: `The body unpacks to more than ${most} bytes.`,
        })
      takeRoom(c, piece.length)
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  } catch (error) {
    if (error instanceof FhirError || error instanceof AppError) throw error
    throw new FhirError(400, {
      code: 'structure',
      diagnostics: 'The body is not gzip, as Content-Encoding says.',
    })
  }
}

/** Origins whose pages may call FHIR with a key or token; none unless an administrator entered them. */
export async function corsOrigins(db: Db): Promise<string[]> {
  const { 'fhir.cors-origins': text } = await readSettings(db, ['fhir.cors-origins'])
  return text.split(/[\s;,]+/).filter(Boolean)
}

/** Cross-origin requests by the setting. No cookies: pages elsewhere need a key of their own. */
export function allowOrigins(): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const origin = c.req.header('origin')
    const allowed = origin !== undefined && (await corsOrigins(c.get('db'))).includes(origin)
    if (allowed) {
      c.header('Access-Control-Allow-Origin', origin)
      c.header('Access-Control-Expose-Headers', 'ETag, Location, Last-Modified')
      c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    }
    if (c.req.method !== 'OPTIONS') return next()
    if (allowed) {
      c.header('Access-Control-Allow-Methods', 'GET, POST, PUT')
      c.header(
        'Access-Control-Allow-Headers',
        'Authorization, Accept, Content-Type, Content-Encoding, If-Match, If-None-Exist, Prefer',
      )
      c.header('Access-Control-Max-Age', '600')
    }
    return c.body(null, 204)
  }
}
