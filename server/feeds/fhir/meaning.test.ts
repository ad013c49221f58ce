import { afterAll, beforeAll, expect, test } from 'vitest'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { admit, ago, fhir, integrationKey, observation } from '../../../test/support/fhir.ts'
import { parseJson } from './json.ts'
import { fhirBase } from '../../../contract/fhir.ts'

// What a resource says reaches the timeline and comes back, with nothing dropped, rounded or turned around.

let app: TestApp
let key: string
let person: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
  person = (await admit(app, key, 'MEANING')).person
})
afterAll(() => app.close())

const coded = (code: string, text: string) => ({ coding: [{ system: 'http://loinc.org', code }], text })
const subject = () => ({ reference: `Patient/${person}` })

async function timelineOf(resourceId: string) {
  const { body } = await app.request(key, getTimeline, { params: { id: person }, query: { limit: 100 } })
  return body.items.filter((one) => one.data['resourceId'] === resourceId)
}

async function stated(resource: { resourceType: string }) {
  const made = await fhir(app, key, 'post', `/${resource.resourceType}`, resource)
  expect([made.status, made.body.issue]).toEqual([201, undefined])
  return (await timelineOf(`${resource.resourceType}/${made.body.id}`)).map(({ data }) => data)
}

test('every kind of value is shown as it was measured', async () => {
  const mg = { unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' }
  const cases: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ valueQuantity: { value: 5, comparator: '<', ...mg } }, { value: '<5', unit: 'mg/L' }],
    [{ valueQuantity: { value: 5, ...mg } }, { value: 5, unit: 'mg/L' }],
    [
      { valueRange: { low: { value: 60, ...mg }, high: { value: 120, ...mg } } },
      { value: '60–120', unit: 'mg/L' },
    ],
    [{ valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } }, { value: '1:128' }],
    [{ valueDateTime: '2026-03' }, { value: '2026-03' }],
    [{ valueTime: '08:30:00' }, { value: '08:30:00' }],
    [{ valuePeriod: { start: '2026-03-01', end: '2026-03-04' } }, { value: '2026-03-01–2026-03-04' }],
    [{ valueBoolean: false }, { value: 'false' }],
    [{ valueInteger: 0 }, { value: 0 }],
    [{ dataAbsentReason: { text: '标本溶血' } }, { note: '标本溶血' }],
    [
      {
        valueInteger: 3,
        referenceRange: [{ low: { value: 4, comparator: '>=' } }],
        interpretation: [{ text: 'L' }],
      },
      { value: 3, range: '>=4–', interpretation: 'L' },
    ],
  ]
  for (const [value, shown] of cases) {
    const [data] = await stated(observation(`Patient/${person}`, { valueQuantity: undefined, ...value }))
    expect(data).toMatchObject(shown)
    if (!('value' in shown)) expect(data).not.toHaveProperty('value')
  }
})

test('a blood pressure is a systolic and a diastolic value under their own codes', async () => {
  const mmHg = (value: number) => ({ value, unit: 'mmHg' })
  const pressure = observation(`Patient/${person}`, {
    code: coded('85354-9', '血压'),
    valueQuantity: undefined,
    component: [
      {
        code: coded('8480-6', '收缩压'),
        valueQuantity: mmHg(148),
        interpretation: [{ coding: [{ code: 'H' }] }],
      },
      { code: coded('8462-4', '舒张压'), dataAbsentReason: { coding: [{ code: 'not-performed' }] } },
    ],
  })
  const found = await stated(pressure)
  expect(found).toHaveLength(2)
  expect(found).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        code: { system: 'http://loinc.org', code: '8480-6', text: '收缩压' },
        group: '血压',
        value: 148,
        unit: 'mmHg',
        interpretation: 'H',
      }),
      expect.objectContaining({ group: '血压', note: 'not-performed' }),
    ]),
  )
})

test('numbers come back digit by digit, wherever they stand', async () => {
  const numbers = ['1.00', '0.10', '123456789012345678901234567890', '0.12345678901234567890', '-7.50', '42']
  const body = JSON.stringify({
    ...observation(`Patient/${person}`),
    valueQuantity: { value: '#0', unit: 'g/L' },
    referenceRange: [{ low: { value: '#1' }, high: { value: '#2' } }],
    extension: numbers.slice(3).map((_value, at) => ({ url: 'urn:test:n', valueDecimal: `#${at + 3}` })),
  }).replaceAll(/"#(\d)"/g, (_all, at: string) => numbers[Number(at)] ?? '')
  const send = (path: string, method: string, text: string) =>
    app.send(key, method, `${fhirBase}${path}`, {
      headers: { 'content-type': 'application/fhir+json' },
      // Numbers stay as they are written here.
      body: parseJson(text),
    })
  const made = await send('/Observation', 'post', body)
  const text = await made.text()
  expect(made.status).toBe(201)
  const { id } = JSON.parse(text) as { id: string }
  const read = await (await app.send(key, 'get', `${fhirBase}/Observation/${id}`)).text()
  const found = await (await app.send(key, 'get', `${fhirBase}/Observation?_id=${id}`)).text()
  for (const answer of [text, read, found])
    expect([...answer.matchAll(/"(?:value|valueDecimal)":([-\d.]+)/g)].map(([, number]) => number)).toEqual(
      expect.arrayContaining(numbers),
    )
  const [event] = await timelineOf(`Observation/${id}`)
  expect(event?.data).toMatchObject({ value: '1.00', range: '0.10–123456789012345678901234567890' })
  // More digits are another statement.
  const finer = await send(
    `/Observation/${id}`,
    'put',
    body.replace('1.00', '1.000').replace('{', `{"id":"${id}",`),
  )
  expect([finer.status, finer.headers.get('etag')]).toEqual([200, 'W/"2"'])
  const huge = await send('/Observation', 'post', body.replace('1.00', '1e99999'))
  expect([huge.status, ((await huge.json()) as { resourceType: string }).resourceType]).toEqual([
    400,
    'OperationOutcome',
  ])
})

test('what must not be given, was not done or was ruled out is not shown as if it were', async () => {
  const drug = { medicationCodeableConcept: { text: '阿司匹林' }, intent: 'order', subject: subject() }
  const request = { resourceType: 'MedicationRequest', status: 'active', doNotPerform: true, ...drug }
  expect(await stated(request)).toMatchObject([{ status: 'do-not-perform' }])
  const refuted = { coding: [{ code: 'refuted' }] }
  for (const nothing of [
    {
      resourceType: 'Immunization',
      status: 'not-done',
      vaccineCode: { text: '流感疫苗' },
      patient: subject(),
      occurrenceDateTime: '2026-01-05',
    },
    { resourceType: 'Procedure', status: 'not-done', code: { text: '冠状动脉造影' }, subject: subject() },
    {
      resourceType: 'AllergyIntolerance',
      verificationStatus: refuted,
      code: { text: '青霉素' },
      patient: subject(),
    },
    { resourceType: 'Condition', verificationStatus: refuted, code: { text: '心衰' }, subject: subject() },
  ])
    expect([nothing.resourceType, await stated(nothing)]).toEqual([nothing.resourceType, []])
})

test('a correction replaces the earlier fact, and a withdrawal leaves none that holds', async () => {
  const allergy = {
    resourceType: 'AllergyIntolerance',
    id: 'pen',
    code: { text: '头孢' },
    patient: subject(),
  }
  const put = (resource: { resourceType: string; id: string }) =>
    fhir(app, key, 'put', `/${resource.resourceType}/${resource.id}`, resource)
  const holding = async (id: string) =>
    (await timelineOf(id)).filter(({ data }) => data['superseded'] !== true).map(({ data }) => data['status'])
  await put(allergy)
  await put({ ...allergy, ...{ verificationStatus: { coding: [{ code: 'refuted' }] } } })
  expect(await holding('AllergyIntolerance/pen')).toEqual(['refuted'])
  const given = {
    resourceType: 'Immunization',
    id: 'shot',
    status: 'completed',
    vaccineCode: { text: '流感疫苗' },
    patient: subject(),
    occurrenceDateTime: '2026-01-05',
  }
  await put(given)
  await put({ ...given, ...{ status: 'not-done' } })
  expect(await holding('Immunization/shot')).toEqual([])
  const result = { ...observation(`Patient/${person}`), id: 'moved' }
  await put(result)
  // Said of the wrong patient: it must not go on counting there.
  const other = await admit(app, key, 'MEANING-2')
  await put({ ...result, ...{ subject: { reference: `Patient/${other.person}` } } })
  expect(await holding('Observation/moved')).toEqual([])
  // The time alone was corrected.
  const visit = {
    resourceType: 'Procedure',
    id: 'op',
    status: 'completed',
    code: { text: '手术' },
    subject: subject(),
  }
  await put({ ...visit, ...{ performedDateTime: ago(3) } })
  await put({ ...visit, ...{ performedDateTime: ago(5) } })
  expect((await timelineOf('Procedure/op')).map(({ data }) => data['superseded'] === true).sort()).toEqual([
    false,
    true,
  ])
})
