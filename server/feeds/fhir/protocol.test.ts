import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fhirBase } from '../../../contract/fhir.ts'
import { updateSetting } from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  admit,
  bundleOf,
  fhir,
  integrationKey,
  type Json,
  observation,
  patient,
} from '../../../test/support/fhir.ts'

// What FHIR asks of HTTP: honoured, or refused in words.

let app: TestApp
let key: string
let one: Awaited<ReturnType<typeof admit>>

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
  one = await admit(app, key, 'PROTOCOL')
})
afterAll(() => app.close())

/** A request with a body of bytes, as no client of ours sends it. */
async function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Uint8Array | string,
) {
  return app.app.request(`${fhirBase}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/fhir+json', ...headers },
    ...(body !== undefined && { body: body as string }),
  })
}
const status = async (answer: Promise<Response>) => (await answer).status

test('JSON of FHIR 4.0 is answered; who wants something else only gets 406', async () => {
  const path = `/Patient/${one.person}`
  const accepts: [string, number][] = [
    ['*/*', 200],
    ['application/json', 200],
    ['application/fhir+json; fhirVersion=4.0', 200],
    ['application/fhir+xml, application/fhir+json;q=0.1', 200],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 200],
    ['application/fhir+xml', 406],
    ['application/fhir+json;q=0', 406],
    ['application/fhir+json; fhirVersion=3.0', 406],
    ['text/turtle', 406],
  ]
  for (const [accept, expected] of accepts)
    expect([accept, await status(raw('GET', path, { accept }))]).toEqual([accept, expected])
  for (const [format, expected] of [
    ['json', 200],
    ['application/fhir+json', 200],
    ['application/fhir%2Bjson', 200],
    ['xml', 406],
  ] as const)
    expect([format, await status(raw('GET', `${path}?_format=${format}`, { accept: 'text/html' }))]).toEqual([
      format,
      expected,
    ])
  const pretty = await (await raw('GET', `${path}?_pretty=true`, {})).text()
  expect(pretty.split('\n').length).toBeGreaterThan(10)
})

test('bodies may be packed with gzip, answers are where that is taken, and nothing else is guessed', async () => {
  const body = JSON.stringify(observation(`Patient/${one.person}`))
  const packed = gzipSync(body)
  expect(await status(raw('POST', '/Observation', { 'content-encoding': 'gzip' }, packed))).toBe(201)
  expect(await status(raw('POST', '/Observation', { 'content-encoding': 'gzip' }, body))).toBe(400)
  expect(await status(raw('POST', '/Observation', { 'content-encoding': 'br' }, packed))).toBe(415)
  expect(
    await status(raw('POST', '/Observation', { 'content-type': 'application/json; charset=gbk' }, body)),
  ).toBe(415)
  expect(await status(raw('POST', '/Observation', { 'content-type': 'text/plain' }, body))).toBe(415)
  expect(await status(raw('POST', '/Observation', {}, new Uint8Array([0x7b, 0xb2, 0xe2])))).toBe(400)
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, 32))
  expect(await status(raw('POST', '/Observation', { 'content-encoding': 'gzip' }, bomb))).toBe(413)
  const answer = await raw('GET', `/Patient/${one.person}/$everything`, { 'accept-encoding': 'br, gzip' })
  expect(answer.headers.get('content-encoding')).toBe('gzip')
  const bundle = JSON.parse(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString()) as Json
  expect(bundle.entry.length).toBeGreaterThan(2)
  const plain = await raw('GET', `/Patient/${one.person}/$everything`, { 'accept-encoding': 'gzip;q=0' })
  expect(plain.headers.get('content-encoding')).toBeNull()
})

test('a search by POST finds what the same search by GET finds', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await raw('POST', `/Observation/_search?_count=1`, form, `patient=Patient/${one.person}`)
  const found = (await answer.json()) as Json
  expect([answer.status, found.entry.length, found.entry[0]?.resource['subject']]).toEqual([
    200,
    1,
    { reference: `Patient/${one.person}` },
  ])
  expect(found.link[0]?.url).toMatch(/\/Observation\?_count=1&patient=Patient%2F\d+$/)
  expect(await status(raw('POST', '/Observation/_search', {}, '{}'))).toBe(415)
  expect(await status(raw('POST', '/Observation/_search', form, 'colour=red'))).toBe(400)
})

test('counts and subsets are answered, marked as subsets, and other summaries refused', async () => {
  const search = (query: string) => fhir(app, key, 'get', `/Observation?patient=${one.person}&${query}`)
  for (const query of ['_count=0', '_summary=count'])
    expect((await search(query)).body).toMatchObject({
      type: 'searchset',
      total: expect.any(Number) as number,
    })
  const { body } = await search('_elements=valueQuantity,component')
  const [first] = body.entry
  expect(Object.keys(first?.resource ?? {}).sort()).toEqual(
    ['resourceType', 'id', 'meta', 'status', 'code', 'subject', 'valueQuantity'].sort(),
  )
  expect(first?.resource['meta']).toMatchObject({ tag: [{ code: 'SUBSETTED' }] })
  const read = await fhir(app, key, 'get', `/Patient/${one.person}?_elements=birthDate`)
  expect([Object.keys(read.body).sort(), read.body['birthDate']]).toEqual([
    ['birthDate', 'id', 'meta', 'resourceType'],
    '1966-03-04',
  ])
  const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' }
  const made = await fhir(app, key, 'post', '/Observation', observation(`Patient/${one.person}`, { text }))
  const data = await fhir(app, key, 'get', `/Observation/${made.body.id}?_summary=data`)
  expect([made.body['text'], data.body['text']]).toEqual([text, undefined])
  for (const query of ['_summary=true', '_summary=text', '_elements=a.b', '_summary=nothing'])
    expect([query, (await search(query)).status]).toEqual([query, 400])
})

test('parameters that nothing would be done with are refused on every interaction', async () => {
  const body = patient('PROTOCOL')
  for (const [method, path] of [
    ['get', `/Patient/${one.person}?colour=red`],
    ['get', `/Patient/${one.person}/$everything?_since=2026`],
    ['get', '/metadata?colour=red'],
    ['post', '/Patient?colour=red'],
    ['put', `/Patient/${one.person}?colour=red`],
  ] as const) {
    const answer = await fhir(
      app,
      key,
      method,
      path,
      method === 'get' ? undefined : { ...body, id: one.person },
    )
    expect([path, answer.status, answer.body.issue[0]?.code]).toEqual([path, 400, 'not-supported'])
  }
})

test('If-Match takes weak and strong tags, lists and *, and If-None-Match on a write is refused', async () => {
  const made = await fhir(app, key, 'post', '/Observation', observation(`Patient/${one.person}`))
  const path = `/Observation/${made.body.id}`
  const put = (value: number, headers: Record<string, string>) =>
    fhir(app, key, 'put', path, { ...made.body, valueQuantity: { value } }, headers)
  const cases: [string, number][] = [
    ['"1"', 200],
    ['W/"7", W/"2"', 200],
    ['*', 200],
    ['W/"1"', 412],
    ['"x"', 412],
  ]
  for (const [at, [match, expected]] of cases.entries())
    expect([match, (await put(at, { 'if-match': match })).status]).toEqual([match, expected])
  const absent = { ...observation(`Patient/${one.person}`), id: 'not-there' }
  expect((await fhir(app, key, 'put', '/Observation/not-there', absent, { 'if-match': '*' })).status).toBe(
    412,
  )
  expect((await put(9, { 'if-none-match': '*' })).status).toBe(400)
  const bundle = bundleOf('transaction', [{ url: path.slice(1), resource: made.body }])
  Object.assign(bundle.entry[0]?.request ?? {}, { ifNoneMatch: '*' })
  expect((await fhir(app, key, 'post', '', bundle)).status).toBe(400)
})

test('interactions that are not offered say so in words', async () => {
  for (const [method, path, expected, words] of [
    ['PATCH', '/Patient/1', 405, 'PATCH'],
    ['DELETE', '/Patient/1', 405, 'entered-in-error'],
    ['GET', '/Patient/1/_history', 404, 'history'],
    ['GET', '/Patient/1/_history/2', 404, 'vread'],
    ['GET', '/Patient/_history', 404, 'history'],
    ['GET', '/_history', 404, 'not kept'],
    ['POST', '/Patient/$match', 404, '$everything'],
    ['GET', '/Patient/$lookup', 404, '$everything'],
    ['POST', '/_search', 404, 'not'],
  ] as const) {
    const answer = await raw(method, path, {}, method === 'GET' ? undefined : '{}')
    const body = (await answer.json()) as Json
    expect([method, path, answer.status, body.resourceType]).toEqual([
      method,
      path,
      expected,
      'OperationOutcome',
    ])
    expect(body.issue[0]?.diagnostics).toContain(words)
    if (expected === 405) expect(answer.headers.get('allow')).toBe('GET, POST, PUT')
  }
})

test('pages of the origins in the settings may call, others may not', async () => {
  const ask = (origin: string, method = 'OPTIONS') =>
    raw(method, '/metadata', { origin, 'access-control-request-method': 'GET' })
  expect((await ask('https://app.example')).headers.get('access-control-allow-origin')).toBeNull()
  const admin = await app.signInAs('administrator')
  const changed = await app.request(admin, updateSetting, {
    params: { key: 'fhir.cors-origins' },
    body: { value: 'https://app.example; https://other.example', version: 0 },
  })
  expect(changed.status).toBeLessThan(300)
  const answer = await ask('https://app.example')
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
    204,
    'https://app.example',
  ])
  expect(answer.headers.get('access-control-allow-headers')).toContain('If-Match')
  expect((await ask('https://else.example')).headers.get('access-control-allow-origin')).toBeNull()
  const refused = await app.app.request(`${fhirBase}/Patient`, { headers: { origin: 'https://app.example' } })
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
    401,
    'https://app.example',
  ])
  const { body } = await fhir(app, undefined, 'get', '/metadata')
  expect(body['rest']).toMatchObject([{ security: { cors: true } }])
})

test('NUL and half characters are refused wherever they stand, and no search whatever breaks the server', async () => {
  for (const [method, path] of [
    ['GET', '/Patient/a%00b'],
    ['GET', '/Patient/a%00b/$everything'],
    ['GET', '/Patient?name=a%00b'],
    ['GET', '/Patient?identifier=urn:a|%00'],
    ['GET', '/Patient?a%00=b'],
    ['PUT', '/Patient?identifier=urn:a|%00'],
  ] as const) {
    const answer = await raw(method, path, {}, method === 'GET' ? undefined : JSON.stringify(patient('NUL')))
    expect([path, answer.status, ((await answer.json()) as Json).resourceType]).toEqual([
      path,
      400,
      'OperationOutcome',
    ])
  }
  const exists = { 'if-none-exist': 'identifier=urn:a|%00' }
  expect((await fhir(app, key, 'post', '/Patient', patient('NUL'), exists)).status).toBe(400)
  expect(
    (await fhir(app, key, 'post', '/Observation', observation('Patient?identifier=urn:a|%00'))).status,
  ).toBe(400)
  const names = [
    '_id',
    'name',
    'phone',
    'birthdate',
    'gender',
    'identifier',
    '_lastUpdated',
    '_count',
    '_cursor',
  ]
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '9999',
      'ge9999-12-31',
      '0001',
      '0000',
      'eb1582-10-04',
      '|',
      ',',
      '\\',
      "'",
      '1e9',
      '\u0000',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), value, async (name, text) => {
      const encoded = encodeURIComponent(text.toWellFormed())
      const answer = await raw('GET', `/Patient?${name}=${encoded}`, {})
      expect([name, text, answer.status < 500]).toEqual([name, text, true])
    }),
    { numRuns: 150 },
  )
})
