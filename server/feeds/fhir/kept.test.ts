import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  admit,
  bundleOf,
  condition,
  encounter,
  fhir,
  idOf,
  integrationKey,
  observation,
  patient,
  uuid,
} from '../../../test/support/fhir.ts'

// What other systems send beside the usual: kept with its patient, and given back.

let app: TestApp
let key: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
})
afterAll(() => app.close())

test('a fact of a visit that is elsewhere, or of another patient, stays with its patient and touches no visit', async () => {
  const { person } = await admit(app, key, 'ELSEWHERE')
  const other = await admit(app, key, 'ELSEWHERE-2')
  for (const reference of [
    'Encounter/never-sent',
    'Encounter/99999999',
    'http://emr.example/r4/Encounter/7',
    `Encounter/${other.visit}`,
  ]) {
    const made = await fhir(
      app,
      key,
      'post',
      '/Observation',
      observation(`Patient/${person}`, { encounter: { reference } }),
    )
    expect([reference, made.status, made.body['encounter']]).toEqual([reference, 201, { reference }])
    const { body } = await app.request(key, getTimeline, { params: { id: person }, query: { limit: 100 } })
    const event = body.items.find((one) => one.data['resourceId'] === `Observation/${made.body.id}`)
    expect([event?.kind, event?.encounterId]).toEqual(['observation.recorded', null])
  }
  const diagnosis = {
    resourceType: 'Condition',
    code: { text: '高血压' },
    subject: { reference: `Patient/${person}` },
  }
  for (const reference of ['Encounter/never-sent', `Encounter/${other.visit}`])
    expect(
      (await fhir(app, key, 'post', '/Condition', { ...diagnosis, encounter: { reference } })).status,
    ).toBe(201)
  const { body } = await app.request(key, getPerson, { params: { id: other.person } })
  expect(body.encounters[0]?.conditions.map((one) => one.code)).toEqual(['I50.0'])
  const timeline = await app.request(key, getTimeline, {
    params: { id: other.person },
    query: { limit: 100 },
  })
  expect(timeline.body.items.filter((one) => one.kind === 'condition.recorded')).toHaveLength(1)
})

test('a bundle that gives one patient the visit of another is refused', async () => {
  const [one, other, visit] = [uuid(), uuid(), uuid()]
  for (const fact of [observation(one), condition(one, visit, 'I10', '高血压')]) {
    const answer = await fhir(
      app,
      key,
      'post',
      '',
      bundleOf('transaction', [
        { url: 'Patient', fullUrl: one, resource: patient('TWO-1') },
        { url: 'Patient', fullUrl: other, resource: patient('TWO-2') },
        { url: 'Encounter', fullUrl: visit, resource: encounter(other, 'TWO-2') },
        { url: fact.resourceType, resource: { ...fact, encounter: { reference: visit } } },
      ]),
    )
    expect([answer.status, answer.body.issue[0]?.expression]).toEqual([
      422,
      ['Bundle.entry[3].resource.encounter'],
    ])
  }
})

test('who is no patient of ours is refused with what it is instead', async () => {
  for (const [reference, words] of [
    ['#patient', 'within this resource'],
    ['Group/herd', 'about a Group'],
    ['http://emr.example/r4/Patient/9', 'of another server'],
    [undefined, 'must refer to its patient'],
  ] as const) {
    const answer = await fhir(app, key, 'post', '/Observation', {
      ...observation('Patient/1'),
      contained: [{ resourceType: 'Patient', id: 'patient', name: [{ text: '测试' }] }],
      subject: { reference },
    })
    expect([answer.status, answer.body.issue[0]?.diagnostics]).toEqual([
      422,
      expect.stringContaining(words) as string,
    ])
  }
})

test('a questionnaire and its answers keep the number that their sender calls them by', async () => {
  const { person } = await admit(app, key, 'NUMBERED')
  const own = (await fhir(app, key, 'get', '/Questionnaire?url=urn:careloop:questionnaire:phq-9')).body
    .entry[0]
  expect(own?.resource.id).toMatch(/^careloop-\d+$/)
  const row = own?.resource.id.slice('careloop-'.length) ?? ''
  for (const [type, content] of [
    ['Questionnaire', { status: 'active', title: '出院问卷' }],
    ['QuestionnaireResponse', { status: 'completed', subject: { reference: `Patient/${person}` } }],
  ] as const) {
    const resource = { resourceType: type, id: '73141', ...content }
    expect((await fhir(app, key, 'put', `/${type}/73141`, resource)).status).toBe(201)
    expect((await fhir(app, key, 'put', `/${type}/73141`, resource)).status).toBe(200)
    expect((await fhir(app, key, 'get', `/${type}/73141`)).body).toMatchObject(resource)
  }
  const ours = { resourceType: 'Questionnaire', status: 'active', title: 'PHQ' }
  for (const id of [row, `careloop-${row}`, 'careloop-99999999'])
    expect((await fhir(app, key, 'put', `/Questionnaire/${id}`, { ...ours, id })).status).toBe(422)
  expect((await fhir(app, key, 'get', `/Questionnaire/${row}`)).body).toEqual(own?.resource)
})

test('an answered questionnaire has one identifier, and is found and updated by it', async () => {
  const { person } = await admit(app, key, 'QR-ID')
  const identifier = { system: 'urn:emr:forms', value: 'F-1' }
  const response = {
    resourceType: 'QuestionnaireResponse',
    identifier,
    status: 'in-progress',
    subject: { reference: `Patient/${person}` },
  }
  const by = '/QuestionnaireResponse?identifier=urn:emr:forms|F-1'
  expect((await fhir(app, key, 'put', by, response)).status).toBe(201)
  const again = await fhir(app, key, 'put', by, { ...response, status: 'completed' })
  expect([again.status, again.body['identifier'], again.body['status']]).toEqual([
    200,
    identifier,
    'completed',
  ])
  expect((await fhir(app, key, 'get', by)).body.entry).toHaveLength(1)
  const list = { ...response, identifier: [identifier] }
  const refused = await fhir(app, key, 'post', '/QuestionnaireResponse', list)
  expect([refused.status, refused.body.issue[0]?.expression]).toEqual([
    400,
    ['QuestionnaireResponse.identifier'],
  ])
})

test('links between patients come back as they were sent, resolved within the bundle', async () => {
  const [who, before] = [uuid(), uuid()]
  const elsewhere = { other: { reference: 'http://emr.example/r4/Patient/3' }, type: 'refer' }
  const made = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf('transaction', [
      {
        url: 'Patient',
        fullUrl: who,
        resource: patient('LINK-1', {
          link: [{ other: { reference: before }, type: 'seealso' }, elsewhere],
        }),
      },
      { url: 'Patient', fullUrl: before, resource: patient('LINK-2', { name: [{ text: '旧名' }] }) },
    ]),
  )
  const [one, other] = made.body.entry.map((entry) => idOf(entry.response.location))
  expect((await fhir(app, key, 'get', `/Patient/${one ?? ''}`)).body['link']).toEqual([
    { other: { reference: `Patient/${other ?? ''}` }, type: 'seealso' },
    elsewhere,
  ])
})

test('a patient as TW Core sends one has the Chinese name, the national number and the passport', async () => {
  const type = (code: string) => [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }]
  const made = await fhir(
    app,
    key,
    'post',
    '/Patient',
    patient('', {
      identifier: [
        {
          use: 'official',
          type: {
            coding: [
              {
                system: 'http://terminology.hl7.org/CodeSystem/v2-0203',
                code: 'NNxxx',
                _code: {
                  extension: [
                    {
                      extension: [
                        { url: 'suffix', valueString: 'TWN' },
                        { url: 'valueSet', valueCanonical: 'http://hl7.org/fhir/ValueSet/iso3166-1-3' },
                      ],
                      url: 'https://twcore.mohw.gov.tw/ig/twcore/StructureDefinition/identifier-suffix',
                    },
                  ],
                },
              },
            ],
          },
          system: 'http://www.moi.gov.tw',
          value: 'A123456789',
        },
        { type: { coding: type('PPN') }, system: 'http://www.boca.gov.tw', value: '888800371' },
        { type: { coding: type('MR') }, system: 'https://hospital.example.tw', value: '8862168' },
      ],
      name: [{ use: 'official', text: '林測試', family: 'Lin', given: ['Ce-Shi'] }],
    }),
  )
  expect(made.status).toBe(201)
  const centre = await app.signInAs('service-centre')
  const { body } = await app.request(centre, getPerson, { params: { id: made.body.id } })
  expect(body.name).toBe('林測試')
  expect(body.identifiers.map((one) => one.system).sort()).toEqual([
    'mrn:https://hospital.example.tw',
    'national-id',
    'passport',
  ])
  for (const query of [
    'identifier=urn:careloop:national-id|A123456789',
    'identifier=http://www.moi.gov.tw|A123456789',
  ])
    expect([query, (await fhir(app, key, 'get', `/Patient?${query}&_summary=count`)).body.total]).toEqual([
      query,
      1,
    ])
})

test('a visit of unknown status, without a number, comes back as it was sent', async () => {
  const { person } = await admit(app, key, 'UNKNOWN')
  const sent = encounter(`Patient/${person}`, '', { status: 'unknown', identifier: undefined })
  const { body } = await fhir(app, key, 'post', '/Encounter', sent)
  const { identifier: _none, ...rest } = sent
  expect([body, body['identifier']]).toMatchObject([rest, undefined])
})

test('what is only kept is refused by name where it is no FHIR, and kept where R4 does not know it', async () => {
  const { person } = await admit(app, key, 'KEPT')
  const plan = (more: Record<string, unknown>) => ({
    resourceType: 'CarePlan',
    status: 'active',
    intent: 'plan',
    subject: { reference: `Patient/${person}` },
    ...more,
  })
  const wrong = await fhir(
    app,
    key,
    'post',
    '/CarePlan',
    plan({
      created: '2026-02-30',
      period: { start: 'soon' },
      activity: [{ detail: { doNotPerform: 'no' } }],
    }),
  )
  expect([wrong.status, wrong.body.issue.map((one) => one.expression?.[0]).sort()]).toEqual([
    400,
    ['CarePlan.activity[0].detail.doNotPerform', 'CarePlan.created', 'CarePlan.period.start'],
  ])
  const newer = plan({ ofR6: { anything: [1, null] } })
  expect((await fhir(app, key, 'post', '/CarePlan', newer)).body).toMatchObject(newer)
})

test('a device of nobody is kept; resources of people still need theirs', async () => {
  const device = { resourceType: 'Device', status: 'active', serialNumber: 'P-7' }
  const made = await fhir(app, key, 'post', '/Device', device)
  expect([made.status, (await fhir(app, key, 'get', `/Device/${made.body.id}`)).body]).toMatchObject([
    201,
    device,
  ])
  const claim = await fhir(app, key, 'post', '/Claim', { resourceType: 'Claim', status: 'active' })
  expect([claim.status, claim.body.issue[0]?.expression]).toEqual([400, ['Claim.patient']])
})

test('times that stand for "open" are stored and found', async () => {
  const { person } = await admit(app, key, 'OPEN-END')
  const plan = { resourceType: 'Observation', effectivePeriod: { start: '2020-01-01', end: '9999-12-31' } }
  const made = await fhir(app, key, 'post', '/Observation', {
    ...observation(`Patient/${person}`, { effectiveDateTime: undefined }),
    ...plan,
  })
  expect(made.status).toBe(201)
  const found = await fhir(app, key, 'get', `/Observation?patient=${person}&date=gt9998&_summary=count`)
  expect(found.body.total).toBe(1)
})
