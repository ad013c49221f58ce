import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson, listPersons } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  ago,
  admit,
  bundleOf,
  encounter,
  fhir,
  idOf,
  integrationKey,
  observation,
  patient,
  uuid,
} from '../../../test/support/fhir.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let key: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
})
afterAll(() => app.close())

test('a transaction makes a person, a visit, a diagnosis and a result, whatever the order of its entries', async () => {
  const { answer, person, visit, result, diagnosis } = await admit(app, key, 'TX1')
  expect(answer.body.entry.map((one) => one.response.status)).toEqual(Array(4).fill('201 Created'))
  const read = await fhir(app, key, 'get', `/Observation/${result}`)
  expect(read.body).toMatchObject({
    subject: { reference: `Patient/${person}` },
    encounter: { reference: `Encounter/${visit}` },
    valueQuantity: { value: 97, unit: 'g/L' },
    meta: { versionId: '1' },
  })
  expect(read.headers.get('etag')).toBe('W/"1"')
  expect((await fhir(app, key, 'get', `/Condition/${diagnosis}`)).body).toMatchObject({
    encounter: { reference: `Encounter/${visit}` },
  })
  const centre = await app.signInAs('service-centre')
  const { body } = await app.request(centre, getPerson, { params: { id: person } })
  expect(body).toMatchObject({
    name: '欧阳测试',
    sex: 'female',
    birthDate: '1966-03-04',
    phone: '139****1234',
  })
  expect(body.encounters[0]).toMatchObject({ status: 'finished', class: 'inpatient', visitNumber: 'TX1' })
  expect(body.encounters[0]?.conditions).toEqual([{ code: 'I50.0', text: '充血性心力衰竭', role: 'other' }])
  const timeline = await app.request(centre, getTimeline, { params: { id: person } })
  expect(timeline.body.items.map((one) => one.kind)).toEqual(
    expect.arrayContaining([
      'encounter.admitted',
      'encounter.discharged',
      'condition.recorded',
      'observation.recorded',
    ]),
  )
  expect(timeline.body.items.find((one) => one.kind === 'observation.recorded')?.data).toMatchObject({
    code: { code: '718-7', text: '血红蛋白' },
    value: 97,
    unit: 'g/L',
  })
})

test('nothing of a transaction is kept when one entry is wrong, and every fault is named with its place', async () => {
  const who = uuid()
  const answer = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [
      { url: 'Patient', fullUrl: who, resource: patient('ALL-OR-NOTHING') },
      { url: 'Observation', resource: observation(who, { status: 'ready', code: undefined }) },
      { url: 'Basic', resource: { resourceType: 'Basic' } },
    ]),
  )
  expect(answer.status).toBe(400)
  expect(answer.body.issue.map((one) => [one.code, one.expression?.[0]])).toEqual([
    ['value', 'Bundle.entry[1].resource.status'],
    ['required', 'Bundle.entry[1].resource.code'],
    ['not-supported', 'Bundle.entry[2].resource'],
  ])
  const lost = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [
      { url: 'Patient', fullUrl: who, resource: patient('ALL-OR-NOTHING') },
      { url: 'Observation', resource: observation('urn:uuid:00000000-0000-4000-8000-ffffffffffff') },
    ]),
  )
  expect([lost.status, lost.body.issue[0]?.expression]).toEqual([400, ['Bundle.entry[1].resource.subject']])
  const nobody = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [
      { url: 'Patient', fullUrl: who, resource: patient('ALL-OR-NOTHING') },
      { url: 'Observation', resource: observation('Patient/987654321') },
    ]),
  )
  expect([nobody.status, nobody.body.issue[0]?.expression]).toEqual([
    404,
    ['Bundle.entry[1].resource.subject'],
  ])
  expect((await fhir(app, key, 'get', '/Patient?identifier=ALL-OR-NOTHING&_summary=count')).body.total).toBe(
    0,
  )
})

test('the entries of a batch stand for themselves', async () => {
  const { person } = await admit(app, key, 'BATCH')
  const { status, body } = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('batch', [
      { url: 'Observation', resource: observation(`Patient/${person}`) },
      { url: 'Observation', resource: observation('Patient/987654321') },
      { url: 'Observation', resource: { resourceType: 'Observation' } },
      { url: `Patient/${person}`, method: 'GET' },
      { url: 'Patient/987654321', method: 'GET' },
      { url: `Observation?patient=${person}`, method: 'GET' },
    ]),
  )
  expect([status, body['type']]).toEqual([200, 'batch-response'])
  expect(body.entry.map((one) => one.response.status)).toEqual([
    '201 Created',
    '404',
    '400',
    '200 OK',
    '404',
    '200 OK',
  ])
  expect(body.entry[5]?.resource.entry).toHaveLength(2)
})

test('the same bundle again adds nothing and says so', async () => {
  const { bundle, person } = await admit(app, key, 'AGAIN')
  const events = async () =>
    (await app.request(key, getTimeline, { params: { id: person } })).body.items.length
  const before = await events()
  const again = await fhir(app, key, 'post', '', bundle)
  expect(again.body.entry.map((one) => one.response.status)).toEqual(Array(4).fill('200 OK'))
  expect(await events()).toBe(before)
  const all = await fhir(app, key, 'get', `/Patient/${person}/$everything`)
  expect(all.body.entry.map((one) => one.resource.resourceType).sort()).toEqual([
    'Condition',
    'Encounter',
    'Observation',
    'Patient',
  ])
})

test('a read in a transaction sees what it writes, and a read that fails keeps nothing', async () => {
  const [who, value] = [uuid(), 'READ-IN-TX']
  const entries = (reads: string[]) =>
    bundleOf('transaction', [
      { url: 'Patient', fullUrl: who, resource: patient(value) },
      ...reads.map((url) => ({ url, method: 'GET' })),
    ])
  expect(
    (await fhir(app, key, 'post', '', entries([`Patient?identifier=${value}`, 'Patient/987654321']))).status,
  ).toBe(404)
  expect((await fhir(app, key, 'get', `/Patient?identifier=${value}&_summary=count`)).body.total).toBe(0)
  const good = await fhir(app, key, 'post', '', entries([`Patient?identifier=${value}`]))
  expect(good.body.entry[1]?.resource.entry).toHaveLength(1)
})

test('64 parallel senders with the same conditional creates make each resource once', async () => {
  const { person } = await admit(app, key, 'RACE')
  const keys = Array.from({ length: 25 }, (_, at) => `race-${at}`)
  const resource = (value: string) =>
    observation(`Patient/${person}`, { identifier: [{ system: 'urn:race', value }] })
  const answers = await Promise.all(
    Array.from({ length: 64 }, async (_, sender) => {
      // Each in an order of its own, half as bundles, half one by one.
      const mine = keys.map((_value, at) => keys[(at * 7 + sender) % keys.length] ?? '')
      if (sender % 2 === 0)
        return (
          await fhir(
            app,
            key,
            'post',
            '',
            bundleOf(
              'transaction',
              mine.map((value) => ({
                url: 'Observation',
                ifNoneExist: `identifier=urn:race|${value}`,
                resource: resource(value),
              })),
            ),
          )
        ).status
      const value = mine[0] ?? ''
      const { status } = await fhir(app, key, 'post', '/Observation', resource(value), {
        'if-none-exist': `identifier=urn:race|${value}`,
      })
      return status
    }),
  )
  expect(answers.every((status) => status === 200 || status === 201)).toBe(true)
  expect(
    (await fhir(app, key, 'get', `/Observation?patient=${person}&identifier=urn:race|&_summary=count`)).body
      .total,
  ).toBe(keys.length)
})

test('parallel conditional creates of patients make one person each, also beside HL7', async () => {
  const numbers = Array.from({ length: 8 }, (_, at) => `PR${at}`)
  const statuses = await Promise.all([
    ...numbers.flatMap((mrn) =>
      Array.from({ length: 4 }, () =>
        fhir(app, key, 'post', '/Patient', patient(mrn), {
          'if-none-exist': `identifier=urn:careloop:mrn:NH|${mrn}`,
        }).then((answer) => answer.status),
      ),
    ),
    receive(app, ...numbers.map((mrn) => ({ mrn, name: '欧阳测试', birth: '19660304' }))).then(() => 200),
  ])
  expect(statuses.every((status) => status === 200 || status === 201)).toBe(true)
  for (const mrn of numbers) {
    const found = await app.request(key, listPersons, { query: { search: mrn } })
    expect([mrn, found.body.items.length]).toEqual([mrn, 1])
  }
})

test('conditional references find what is there; none or several is an error', async () => {
  const org = (id: string, value: string) => ({
    url: `Organization/${id}`,
    resource: {
      resourceType: 'Organization',
      id,
      name: '测试医院',
      identifier: [{ system: 'urn:org', value }],
    },
  })
  const made = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [org('hosp-a', 'A'), org('hosp-b', 'B'), org('hosp-c', 'B')]),
  )
  expect(made.status).toBe(200)
  const visit = (value: string, number: string) => {
    const who = uuid()
    return bundleOf('transaction', [
      { url: 'Patient', fullUrl: who, resource: patient(`REF${number}`) },
      {
        url: 'Encounter',
        resource: encounter(who, `REF${number}`, {
          serviceProvider: { reference: `Organization?identifier=urn:org|${value}` },
        }),
      },
    ])
  }
  const good = await fhir(app, key, 'post', '', visit('A', '1'))
  const stay = await fhir(app, key, 'get', `/${good.body.entry[1]?.response.location ?? ''}`)
  expect(stay.body['serviceProvider']).toEqual({ reference: 'Organization/hosp-a' })
  const centre = await app.signInAs('service-centre')
  const person = await app.request(centre, getPerson, {
    params: { id: idOf(good.body.entry[0]?.response.location) },
  })
  expect(person.body.encounters[0]?.siteName).toBe('测试医院')
  const none = await fhir(app, key, 'post', '', visit('Z', '2'))
  expect([none.status, none.body.issue[0]?.expression]).toEqual([
    400,
    ['Bundle.entry[1].resource.serviceProvider'],
  ])
  expect((await fhir(app, key, 'post', '', visit('B', '3'))).status).toBe(412)
})

test('a visit that FHIR finishes starts the follow-up once', async () => {
  const running = { status: 'in-progress', period: { start: ago(5) } }
  const { person, visit } = await admit(app, key, 'FOLLOW', running)
  await app.processAll()
  const centre = await app.signInAs('service-centre')
  const onPathways = async () => {
    const { body } = await app.request(centre, getPerson, { params: { id: person } })
    return [body.enrollments.length, body.openTasks]
  }
  expect(await onPathways()).toEqual([0, 0])
  const finished = { ...encounter(`Patient/${person}`, 'FOLLOW'), id: visit }
  for (let time = 0; time < 2; time++) {
    expect((await fhir(app, key, 'put', `/Encounter/${visit}`, finished)).status).toBe(200)
    await app.processAll()
  }
  expect(await onPathways()).toEqual([1, 1])
})

test('an update makes a new version; an old one is refused; the same content is no new version', async () => {
  const { person, result } = await admit(app, key, 'VERSION')
  const body = { ...observation(`Patient/${person}`), id: result, valueQuantity: { value: 99, unit: 'g/L' } }
  const first = await fhir(app, key, 'put', `/Observation/${result}`, body, { 'if-match': 'W/"1"' })
  expect([first.status, first.headers.get('etag')]).toEqual([200, 'W/"2"'])
  expect((await fhir(app, key, 'put', `/Observation/${result}`, body, { 'if-match': 'W/"1"' })).status).toBe(
    412,
  )
  expect((await fhir(app, key, 'put', `/Observation/${result}`, body)).headers.get('etag')).toBe('W/"2"')
  const own = { ...body, id: 'own-id.1' }
  expect((await fhir(app, key, 'put', '/Observation/own-id.1', own)).status).toBe(201)
  expect((await fhir(app, key, 'put', '/Observation/other', own)).status).toBe(400)
  expect(
    (await fhir(app, key, 'put', '/Patient/123456789', { ...patient('X'), id: '123456789' })).status,
  ).toBe(404)
  const by = '/Observation?identifier=urn:cu|1'
  const named = { ...observation(`Patient/${person}`), identifier: [{ system: 'urn:cu', value: '1' }] }
  expect((await fhir(app, key, 'put', by, named)).status).toBe(201)
  expect((await fhir(app, key, 'put', by, { ...named, status: 'amended' })).status).toBe(200)
  expect((await fhir(app, key, 'get', by)).body.entry.map((one) => one.resource['status'])).toEqual([
    'amended',
  ])
})
