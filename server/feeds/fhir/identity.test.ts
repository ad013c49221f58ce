import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  admit,
  ago,
  bundleOf,
  encounter,
  fhir,
  idOf,
  integrationKey,
  observation,
  patient,
  uuid,
} from '../../../test/support/fhir.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'

// Whom a resource is about: by authority and number, and by the sender's own references.

let app: TestApp
let key: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
})
afterAll(() => app.close())

const theirs = (path: string) => `http://emr.example/r4/${path}`
const results = async (person: string | undefined) =>
  (await fhir(app, key, 'get', `/Observation?patient=${person ?? ''}&_summary=count`)).body.total

test('a number without a system identifies nobody, whatever its type', async () => {
  const mr = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] }
  await receive(app, { mrn: 'BARE-1', name: '甲测试' })
  const known = String(await personOf(app, 'BARE-1'))
  const ids: string[] = []
  for (const identifier of [{ value: 'BARE-1' }, { value: 'BARE-1' }, { value: 'BARE-1', type: mr }]) {
    const made = await fhir(app, key, 'post', '/Patient', patient('', { identifier: [identifier] }))
    expect(made.status).toBe(201)
    expect(made.body['identifier']).toEqual([identifier])
    ids.push(made.body.id)
  }
  expect(new Set([known, ...ids]).size).toBe(4)
  const found = await fhir(app, key, 'get', '/Patient?identifier=|BARE-1&_summary=count')
  expect(found.body.total).toBe(3)
})

test('a condition on a bare number is refused for patients, in a create, an update and a reference', async () => {
  await receive(app, { mrn: 'BARE-2' })
  const body = patient('BARE-2')
  const create = await fhir(app, key, 'post', '/Patient', body, { 'if-none-exist': 'identifier=BARE-2' })
  const update = await fhir(app, key, 'put', '/Patient?identifier=|BARE-2', body)
  const either = await fhir(app, key, 'put', '/Patient?identifier=urn:a|1,BARE-2', body)
  const reference = await fhir(app, key, 'post', '/Observation', observation('Patient?identifier=BARE-2'))
  for (const { status, body: answer } of [create, update, either, reference])
    expect([status, answer.issue[0]?.diagnostics]).toEqual([
      400,
      'A number alone identifies nobody: name its system, as in identifier=system|value.',
    ])
})

test('visits with numbers that have no system are visits of their own', async () => {
  const { person } = await admit(app, key, 'BARE-3')
  const visit = encounter(`Patient/${person}`, '', { identifier: [{ value: '17' }] })
  const [one, other] = [
    await fhir(app, key, 'post', '/Encounter', visit),
    await fhir(app, key, 'post', '/Encounter', { ...visit, period: { start: ago(40), end: ago(30) } }),
  ]
  expect([one.status, other.status, one.body.id === other.body.id]).toEqual([201, 201, false])
})

test('one visit number in two systems is not one visit', async () => {
  const { person } = await admit(app, key, 'TWO-SYSTEMS')
  const visit = (system: string) =>
    encounter(`Patient/${person}`, '', { identifier: [{ system, value: 'V-77' }] })
  const first = await fhir(app, key, 'post', '/Encounter', visit('urn:emr:visit'))
  const second = await fhir(app, key, 'post', '/Encounter', visit('urn:lis:visit'))
  expect([first.status, second.status, second.body.issue[0]?.diagnostics]).toEqual([
    201,
    409,
    expect.stringContaining('urn:emr:visit|v-77'),
  ])
  expect((await fhir(app, key, 'get', `/Encounter/${first.body.id}`)).body['identifier']).toEqual([
    { system: 'urn:emr:visit', value: 'V-77' },
  ])
  expect((await fhir(app, key, 'post', '/Encounter', visit('urn:emr:visit'))).body.id).toBe(first.body.id)
  const both = bundleOf('transaction', [
    { url: 'Encounter', resource: { ...visit('urn:a'), identifier: [{ system: 'urn:a', value: 'V-78' }] } },
    { url: 'Encounter', resource: { ...visit('urn:b'), identifier: [{ system: 'urn:b', value: 'V-78' }] } },
  ])
  expect((await fhir(app, key, 'post', '', both)).status).toBe(409)
})

test("a relative reference of another server's entry is that server's, never ours of the same number", async () => {
  const stranger = await admit(app, key, 'STRANGER')
  const before = await results(stranger.person)
  const local = `Patient/${stranger.person}`
  const entries = [
    { url: 'Patient', fullUrl: theirs(local), resource: patient('THEIRS-1') },
    { url: 'Observation', fullUrl: theirs('Observation/9'), resource: observation(local) },
    {
      url: 'Observation',
      fullUrl: theirs('Observation/10'),
      resource: observation(`${local}/_history/3`, { performer: [{ reference: 'Practitioner/5' }] }),
    },
    { url: 'Observation', fullUrl: uuid(), resource: observation(theirs(local)) },
  ]
  const good = await fhir(app, key, 'post', '', bundleOf('transaction', entries))
  expect([good.status, good.body.issue]).toEqual([200, undefined])
  const own = idOf(good.body.entry[0]?.response.location)
  expect([own === stranger.person, await results(own), await results(stranger.person)]).toEqual([
    false,
    3,
    before,
  ])
  const kept = await fhir(app, key, 'get', `/${good.body.entry[2]?.response.location ?? ''}`)
  expect(kept.body).toMatchObject({
    subject: { reference: `Patient/${own}` },
    performer: [{ reference: theirs('Practitioner/5') }],
  })
  // The same without the patient: nobody here is meant.
  const alone = await fhir(app, key, 'post', '', bundleOf('transaction', entries.slice(1, 2)))
  expect([alone.status, alone.body.issue[0]?.expression]).toEqual([422, ['Bundle.entry[0].resource.subject']])
  expect(alone.body.issue[0]?.diagnostics).toContain(`${theirs(local)} is a patient of another server`)
  expect(await results(stranger.person)).toBe(before)
  // An entry without an address of its own, and one below ours, mean ours.
  const ours = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [{ url: 'Observation', fullUrl: uuid(), resource: observation(local) }]),
  )
  expect([ours.status, await results(stranger.person)]).toEqual([200, before + 1])
})

test('a reference that may mean a new entry or ours is refused', async () => {
  const stranger = await admit(app, key, 'UNCLEAR')
  const id = stranger.person
  for (const fullUrl of [undefined, uuid()]) {
    const answer = await fhir(
      app,
      key,
      'post',
      '',
      bundleOf('transaction', [
        { url: 'Patient', ...(fullUrl && { fullUrl }), resource: { ...patient('UNCLEAR-2'), id } },
        { url: 'Observation', resource: observation(`Patient/${id}`) },
      ]),
    )
    expect([answer.status, answer.body.issue[0]?.expression]).toEqual([
      400,
      ['Bundle.entry[1].resource.subject'],
    ])
  }
  expect(await results(id)).toBe(1)
})

test('two entries with one fullUrl are refused, because references could mean either', async () => {
  const twice = theirs('Patient/1')
  const answer = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [
      { url: 'Patient', fullUrl: twice, resource: patient('TWICE-1') },
      { url: 'Patient', fullUrl: twice, resource: patient('TWICE-2') },
      { url: 'Observation', fullUrl: theirs('Observation/1'), resource: observation('Patient/1') },
    ]),
  )
  expect([answer.status, answer.body.issue[0]?.code]).toEqual([400, 'duplicate'])
})

test('conditions in different words for one thing are refused, and nothing is lost silently', async () => {
  const { person } = await admit(app, key, 'WORDS')
  const system = 'http://emr.example/visit'
  const visit = (more: Record<string, unknown>) =>
    encounter(`Patient/${person}`, '', { identifier: [{ system, value: 'W1' }], ...more })
  const running = visit({ status: 'in-progress', period: { start: ago(9) } })
  const result = observation(`Patient/${person}`, { identifier: [{ system, value: 'W1' }] })
  const pairs: [string, unknown, string, unknown][] = [
    [`Encounter?identifier=${system}|W1`, running, 'Encounter?identifier=W1', visit({})],
    [
      `Encounter?identifier=${system}|W1`,
      running,
      `Encounter?identifier=${system}|W1&status=finished`,
      visit({}),
    ],
    [`Encounter?identifier=${system}|W1`, running, `Encounter?date=ge2020-01-01&identifier=w1`, visit({})],
    [
      `Observation?identifier=${system}|W1`,
      result,
      'Observation?identifier=W1',
      { ...result, status: 'amended' },
    ],
  ]
  for (const [first, one, second, other] of pairs) {
    const bundle = bundleOf('transaction', [
      { url: first, method: 'PUT', resource: one },
      { url: second, method: 'PUT', resource: other },
    ])
    const answer = await fhir(app, key, 'post', '', bundle)
    expect([second, answer.status, answer.body.issue[0]?.code]).toEqual([second, 400, 'duplicate'])
  }
  const unseen = bundleOf('transaction', [
    { url: 'Encounter', resource: running },
    { url: `Encounter?identifier=${system}|W1`, method: 'PUT', resource: visit({}) },
  ])
  expect((await fhir(app, key, 'post', '', unseen)).status).toBe(400)
  expect((await fhir(app, key, 'get', `/Encounter?patient=${person}&_summary=count`)).body.total).toBe(1)
})
