import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  admit,
  ago,
  encounter,
  fhir,
  integrationKey,
  observation,
  patient,
} from '../../../test/support/fhir.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'

// Times of visits and lives: as they were stated, none invented, none that cannot be true.

let app: TestApp
let key: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
})
afterAll(() => app.close())

async function afterwards(person: string) {
  await app.processAll()
  const centre = await app.signInAs('service-centre')
  const { body } = await app.request(centre, getPerson, { params: { id: person } })
  const timeline = await app.request(centre, getTimeline, { params: { id: person }, query: { limit: 100 } })
  return {
    visit: body.encounters[0],
    tasks: body.openTasks,
    kinds: timeline.body.items.map((one) => one.kind).filter((kind) => kind.startsWith('encounter.')),
  }
}

test('a visit that is over without a stated end has none: no discharge, no follow-up, until the end is known', async () => {
  const start = ago(6)
  const { person, visit } = await admit(app, key, 'NO-END', { period: { start } })
  const open = await afterwards(person)
  expect([open.visit?.status, open.visit?.end, open.tasks, open.kinds]).toEqual([
    'finished',
    null,
    0,
    ['encounter.admitted'],
  ])
  expect((await fhir(app, key, 'get', `/Encounter/${visit}`)).body['period']).toEqual({ start })
  const ended = {
    ...encounter(`Patient/${person}`, 'NO-END', { period: { start, end: ago(1) } }),
    id: visit,
  }
  expect((await fhir(app, key, 'put', `/Encounter/${visit}`, ended)).status).toBe(200)
  const closed = await afterwards(person)
  expect([closed.tasks, closed.kinds]).toEqual([1, ['encounter.discharged', 'encounter.admitted']])
  const without = await admit(app, key, 'NO-TIMES', { period: undefined })
  const known = await afterwards(without.person)
  expect([known.visit?.status, known.visit?.start, known.tasks, known.kinds]).toEqual([
    'finished',
    null,
    0,
    ['encounter.updated'],
  ])
})

test('a visit that is in progress again undoes its discharge and ends the task', async () => {
  const { person, visit } = await admit(app, key, 'REOPEN')
  expect((await afterwards(person)).tasks).toBe(1)
  const stay = (more: Record<string, unknown>) => ({
    ...encounter(`Patient/${person}`, 'REOPEN', more),
    id: visit,
  })
  const put = async (body: { id: string }) => (await fhir(app, key, 'put', `/Encounter/${visit}`, body)).body
  const start = ago(4)
  const again = await put(stay({ status: 'onleave', period: { start } }))
  expect([again['status'], again['period']]).toEqual(['onleave', { start }])
  const reopened = await afterwards(person)
  expect([reopened.visit?.status, reopened.visit?.end, reopened.tasks]).toEqual(['in-progress', null, 0])
  expect(reopened.kinds).toContain('encounter.discharge-cancelled')
  expect((await put(stay({ period: { start: ago(4), end: ago(0.5) } })))['status']).toBe('finished')
  expect((await afterwards(person)).tasks).toBe(1)
})

test('a cancelled visit that takes place after all is in progress', async () => {
  const { person, visit } = await admit(app, key, 'CANCELLED', { status: 'entered-in-error', period: {} })
  const stay = encounter(`Patient/${person}`, 'CANCELLED', {
    status: 'in-progress',
    period: { start: ago(1) },
  })
  await fhir(app, key, 'put', `/Encounter/${visit}`, { ...stay, id: visit })
  const { visit: known } = await afterwards(person)
  expect(known?.status).toBe('in-progress')
})

test('dates stay dates, and searches find them by their whole length', async () => {
  const period = { start: '2013-03', end: '2013-03-11' }
  const { person, visit } = await admit(app, key, 'DATES', { period })
  expect((await fhir(app, key, 'get', `/Encounter/${visit}`)).body['period']).toEqual(period)
  const total = async (type: string, query: string) =>
    (await fhir(app, key, 'get', `/${type}?${query}&_summary=count`)).body.total
  for (const [query, found] of [
    ['date=2013-03', 1],
    ['date=2013-03-11', 0],
    ['date=ge2013-03-11', 1],
    ['date=ge2013-03-12', 0],
    ['date=gt2013-03-11', 0],
    ['date=le2013-03-01', 1],
    ['date=sa2013-02', 1],
    ['date=eb2013-03-11', 0],
    ['date=eb2013-04', 1],
  ] as const)
    expect([query, await total('Encounter', `patient=${person}&${query}`)]).toEqual([query, found])
  const life = { birthDate: '1951-07', deceasedDateTime: '2020-02-29' }
  const made = await fhir(app, key, 'post', '/Patient', patient('DATES-2', life))
  expect(made.body).toMatchObject(life)
  for (const [query, found] of [
    ['birthdate=1951', 1],
    ['birthdate=1951-07', 1],
    ['birthdate=1951-07-03', 0],
    ['birthdate=ge1951-07-31', 1],
    ['birthdate=lt1951-07', 0],
    ['birthdate=gt1951-07', 0],
  ] as const)
    expect([query, await total('Patient', `identifier=urn:careloop:mrn:NH|DATES-2&${query}`)]).toEqual([
      query,
      found,
    ])
  // The table knows better by now.
  await receive(app, { event: 'A08', mrn: 'DATES-2', birth: '19510709', at: new Date(Date.now() + 60_000) })
  const after = await fhir(app, key, 'get', `/Patient/${made.body.id}`)
  expect(after.body['birthDate']).toBe('1951-07-09')
})

test('times that cannot be true are refused by name, and change nothing', async () => {
  const { person, visit, result } = await admit(app, key, 'FUTURE')
  const subject = `Patient/${person}`
  const put = (resource: { resourceType: string }, id: string) =>
    fhir(app, key, 'put', `/${resource.resourceType}/${id}`, { ...resource, id })
  const procedure = (status: string) => ({
    resourceType: 'Procedure',
    status,
    subject: { reference: subject },
    performedDateTime: ago(-30),
  })
  const cases: [ReturnType<typeof put>, number, string?][] = [
    [put(patient('FUTURE', { birthDate: '2999-01-01' }), person), 422, 'Patient.birthDate'],
    [put(patient('FUTURE', { deceasedDateTime: '2999' }), person), 422, 'Patient.deceasedDateTime'],
    [put(patient('FUTURE', { deceasedDateTime: '1966-03-03' }), person), 422, 'Patient.deceasedDateTime'],
    [
      put(patient('FUTURE', { birthDate: undefined, deceasedDateTime: '1960' }), person),
      422,
      'Patient.deceasedDateTime',
    ],
    [put(encounter(subject, 'FUTURE', { period: { end: ago(-9) } }), visit), 422, 'Encounter.period.end'],
    [put(encounter(subject, 'FUTURE', { period: { end: '2001' } }), visit), 422, 'Encounter.period.end'],
    [
      put(encounter(subject, 'FUTURE', { status: 'arrived', period: { start: ago(-9) } }), visit),
      422,
      'Encounter.period.start',
    ],
    [put(observation(subject, { effectiveDateTime: ago(-9) }), result), 422, 'Observation.effectiveDateTime'],
    [put(procedure('completed'), 'later'), 422, 'Procedure.performedDateTime'],
    [put(procedure('preparation'), 'later'), 201],
    // Clocks and time zones differ.
    [put(observation(subject, { effectiveDateTime: ago(-0.4) }), result), 200],
  ]
  for (const [answer, status, expression] of cases) {
    const { status: got, body } = await answer
    expect([got, (body.issue as typeof body.issue | undefined)?.[0]?.expression?.[0]]).toEqual([
      status,
      expression,
    ])
  }
  const { visit: known, tasks } = await afterwards(person)
  expect([known?.status, known?.end === null, tasks]).toEqual(['finished', false, 1])
  const known2 = await fhir(app, key, 'get', `/Patient/${person}`)
  expect([known2.body['birthDate'], known2.body['deceasedDateTime']]).toEqual(['1966-03-04', undefined])
  expect(String(await personOf(app, 'FUTURE'))).toBe(person)
})
