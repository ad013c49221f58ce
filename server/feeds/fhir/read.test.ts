import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../../../contract/audit.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { getPerson, listPersons } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  admit,
  ago,
  bundleOf,
  encounter,
  fhir,
  integrationKey,
  observation,
  patient,
} from '../../../test/support/fhir.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
let app: TestApp
let key: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
})
afterAll(() => app.close())

test('a patient of HL7 is read, found and updated by FHIR', async () => {
  await receive(app, {
    event: 'A01',
    mrn: 'HL7-1',
    visit: 'HL7-1',
    name: '司马测试',
    nationalId: '110101195001019876',
    phone: '13811112222',
    diagnoses: [['I10', '高血压']],
  })
  const id = String(await personOf(app, 'HL7-1'))
  const read = await fhir(app, key, 'get', `/Patient/${id}`)
  expect(read.body).toMatchObject({ name: [{ text: '司马测试' }], birthDate: '1970-01-02', gender: 'female' })
  expect(read.body['telecom']).toEqual([{ system: 'phone', value: '+8613811112222', use: 'mobile' }])
  for (const query of [
    'identifier=urn:careloop:mrn:NH|HL7-1',
    'name=司马',
    'name=sima',
    'phone=13811112222',
    'identifier=110101195001019876',
    `_id=${id}`,
    'birthdate=1970-01-02&name=司马',
  ]) {
    const found = await fhir(app, key, 'get', `/Patient?${query}`)
    expect([query, found.body.entry.map((one) => one.resource.id)]).toEqual([query, [id]])
  }
  const visits = await fhir(app, key, 'get', `/Encounter?patient=Patient/${id}&status=in-progress`)
  expect(visits.body.entry[0]?.resource).toMatchObject({
    class: { code: 'IMP' },
    identifier: [{ value: 'HL7-1' }],
  })
  // The same visit by its number: HL7's is continued, no second one made.
  const same = encounter(`Patient/${id}`, 'HL7-1', { status: 'in-progress', period: { start: ago(1) } })
  expect((await fhir(app, key, 'post', '/Encounter', same)).body.id).toBe(visits.body.entry[0]?.resource.id)
  const diagnoses = await fhir(app, key, 'get', `/Condition?patient=${id}&code=I10`)
  expect(diagnoses.body.entry[0]?.resource['code']).toMatchObject({ text: '高血压' })

  const { meta: _meta, ...current } = read.body
  const etag = read.headers.get('etag') ?? ''
  const changed = {
    ...current,
    extension: [{ url: 'urn:test:blood', valueString: 'AB' }],
    telecom: [{ system: 'phone', value: '13822223333' }],
  }
  const update = await fhir(app, key, 'put', `/Patient/${id}`, changed, { 'if-match': etag })
  expect([update.status, update.body['extension']]).toEqual([200, changed.extension])
  expect((await fhir(app, key, 'put', `/Patient/${id}`, changed, { 'if-match': etag })).status).toBe(412)
  const centre = await app.signInAs('service-centre')
  expect(
    (await app.request(centre, listPersons, { query: { phone: '13822223333' } })).body.items[0]?.id,
  ).toBe(Number(id))
  // What HL7 says afterwards is what FHIR reads, and what FHIR alone knows stays.
  await receive(app, {
    event: 'A03',
    mrn: 'HL7-1',
    visit: 'HL7-1',
    name: '司马新名',
    at: new Date(Date.now() + 60_000),
  })
  const after = await fhir(app, key, 'get', `/Patient/${id}`)
  expect(after.body).toMatchObject({ name: [{ text: '司马新名' }], extension: changed.extension })
  expect((await fhir(app, key, 'get', `/Encounter?patient=${id}`)).body.entry[0]?.resource['status']).toBe(
    'finished',
  )
})

test('search narrows by date, code, status and time of change, and pages by key', async () => {
  const { person } = await admit(app, key, 'SEARCH')
  const days = Array.from({ length: 7 }, (_, at) => `2025-03-0${at + 1}`)
  await fhir(
    app,
    key,
    'post',
    '',
    bundleOf(
      'transaction',
      days.map((day) => ({
        url: 'Observation',
        resource: observation(`Patient/${person}`, {
          effectiveDateTime: `${day}T08:00:00+08:00`,
          status: day.endsWith('1') ? 'preliminary' : 'final',
        }),
      })),
    ),
  )
  const total = async (query: string) =>
    (await fhir(app, key, 'get', `/Observation?patient=${person}&_summary=count&${query}`)).body.total
  expect(await total('date=2025-03-02')).toBe(1)
  expect(await total('date=2025-03')).toBe(7)
  expect(await total('date=ge2025-03-03&date=lt2025-03-06')).toBe(3)
  expect(await total('date=gt2025-03-07')).toBe(1)
  expect(await total('status=preliminary')).toBe(1)
  expect(await total('status=preliminary,final')).toBe(8)
  expect(await total('code=urn:test|718-7')).toBe(8)
  expect(await total('code=urn:other|718-7')).toBe(0)
  expect(
    await total(`_lastUpdated=gt${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`),
  ).toBe(0)
  const seen: string[] = []
  let next: string | undefined = `/Observation?patient=${person}&_count=3`
  while (next !== undefined) {
    const page = await fhir(app, key, 'get', next)
    seen.push(...page.body.entry.map((one) => one.resource.id))
    next = page.body.link.find((one) => one.relation === 'next')?.url.replace(/^.*\/fhir\/R4/, '')
  }
  expect([seen.length, new Set(seen).size]).toEqual([8, 8])
  for (const query of ['colour=red', 'name:exact=x', 'date=yesterday', '_count=-1', 'patient=../1']) {
    const refused = await fhir(app, key, 'get', `/Observation?${query}`)
    expect([query, refused.status, refused.body.resourceType]).toEqual([query, 400, 'OperationOutcome'])
  }
})

test('people see by FHIR whom they may see, masked; a refusal is in the audit under that person', async () => {
  const { person } = await discharged(app, 'SCOPE', {
    phone: '13855556666',
    nationalId: '110101198003034321',
    kin: ['慕容某', '13777778888'],
  })
  await receive(app, { mrn: 'ELSEWHERE', department: 'SURG' })
  const ids = await idsOf(app)
  const near = await app.signInAs('nurse', { site: ids.site('NH'), department: ids.department('CARD') })
  const far = await app.signInAs('nurse', { site: ids.site('NH'), department: ids.department('SURG') })
  const shown = await fhir(app, near, 'get', `/Patient/${person}`)
  expect(shown.status).toBe(200)
  expect(JSON.stringify(shown.body)).not.toMatch(/13855556666|110101198003034321|13777778888/)
  expect(JSON.stringify(shown.body)).toMatch(/138\*\*\*\*6666/)
  await fhir(app, key, 'post', '/Observation', observation(`Patient/${person}`))
  const paths = [`/Patient/${person}`, `/Patient/${person}/$everything`]
  for (const path of paths) expect([path, (await fhir(app, far, 'get', path)).status]).toEqual([path, 404])
  for (const query of [
    `/Observation?patient=${person}`,
    `/Encounter?patient=${person}`,
    `/Condition?patient=${person}`,
    `/Patient?_id=${person}`,
  ]) {
    expect([query, (await fhir(app, far, 'get', query)).body.entry]).toEqual([query, undefined])
    expect([query, (await fhir(app, near, 'get', query)).status]).toEqual([query, 200])
  }
  expect((await fhir(app, near, 'post', '/Observation', observation(`Patient/${person}`))).status).toBe(403)
  const auditor = await app.signInAs('auditor')
  const trail = await app.request(auditor, listAudit, { query: { personId: person, limit: 100 } })
  const acts = trail.body.items.map((one) => `${one.action} ${one.outcome}`)
  expect(acts).toEqual(
    expect.arrayContaining(['fhir.read allowed', 'fhir.write allowed', 'person.read refused']),
  )
})

test('a key of one site neither reads nor writes what belongs to another', async () => {
  const { person } = await discharged(app, 'SITE-A')
  await receive(app, { mrn: 'SITE-B', site: 'SH' })
  const ids = await idsOf(app)
  const other = await integrationKey(app, ids.site('SH'))
  expect((await fhir(app, other, 'get', `/Patient/${person}`)).status).toBe(404)
  expect(
    (
      await fhir(app, other, 'put', `/Patient/${person}`, {
        ...patient('SITE-A', { identifier: [] }),
        id: String(person),
      })
    ).status,
  ).toBe(404)
  expect((await fhir(app, other, 'post', '/Observation', observation(`Patient/${person}`))).status).toBe(404)
  const own = await fhir(
    app,
    other,
    'post',
    '/Patient',
    patient('SITE-C', { identifier: [{ system: 'urn:sh', value: 'SITE-C' }] }),
  )
  expect([own.status, (await fhir(app, other, 'get', `/Patient/${own.body.id}`)).status]).toEqual([201, 200])
  expect((await fhir(app, other, 'post', '/Patient', patient('SITE-A'))).status).toBe(403)
  // A number that one knows opens nobody: the rest must agree, too.
  const shared = { identifier: [{ system: 'urn:shared', value: 'S1' }] }
  const theirs = await fhir(app, key, 'post', '/Patient', patient('', shared))
  const guessed = await fhir(
    app,
    other,
    'post',
    '/Patient',
    patient('', { ...shared, name: [{ text: '别人' }] }),
  )
  expect([guessed.status, guessed.body.id === theirs.body.id]).toEqual([201, false])
  expect((await fhir(app, other, 'get', `/Patient/${theirs.body.id}`)).status).toBe(404)
  const result = (await fhir(app, key, 'post', '/Observation', observation(`Patient/${person}`))).body
  const stolen = { ...observation(`Patient/${own.body.id}`), id: result.id }
  expect((await fhir(app, other, 'put', `/Observation/${result.id}`, stolen)).status).toBe(404)
})

test('what is no FHIR, too deep or too long is refused with an OperationOutcome', async () => {
  let deep: unknown = 'x'
  for (let level = 0; level < 60; level++) deep = { extension: [deep] }
  const cases: [unknown, Record<string, string>, number][] = [
    [[], {}, 400],
    [{ ...patient('DEEP'), extension: deep }, {}, 400],
    [{ ...patient('NUL'), extension: [{ url: 'a\u0000b' }] }, {}, 400],
    [{ ...patient('HALF'), extension: [{ url: '\ud800' }] }, {}, 400],
    [{ ...patient('DAY'), birthDate: '1970-02-30' }, {}, 400],
    [{ ...patient('XML') }, { 'content-type': 'application/fhir+xml' }, 415],
    [{ ...patient('LONG'), extension: [{ url: 'x', valueString: 'y'.repeat(5_000_000) }] }, {}, 400],
  ]
  for (const [body, headers, status] of cases) {
    const answer = await fhir(app, key, 'post', '/Patient', body, headers)
    expect([answer.status, answer.body.resourceType]).toEqual([status, 'OperationOutcome'])
  }
  const stranger = await fhir(app, undefined, 'get', '/Patient')
  expect([stranger.status, stranger.body.issue[0]?.code]).toEqual([401, 'login'])
  expect((await fhir(app, key, 'get', '/Basic/1')).body.issue[0]?.code).toBe('not-supported')
  expect((await fhir(app, key, 'get', '/a/b/c/d')).body.resourceType).toBe('OperationOutcome')
})

test('the CapabilityStatement names what there is, and what it names works', async () => {
  const { body } = await fhir(app, undefined, 'get', '/metadata')
  const [rest] = body['rest'] as {
    resource: {
      type: string
      interaction: { code: string }[]
      searchParam?: { name: string; type: string }[]
    }[]
  }[]
  expect(rest?.resource.length).toBeGreaterThanOrEqual(16)
  const values: Record<string, string> = {
    date: '2026-01-01',
    reference: 'Patient/1',
    token: 'x',
    string: 'x',
    uri: 'http://example.test/q',
  }
  for (const { type, interaction, searchParam = [] } of rest?.resource ?? []) {
    // Pictures are read by their number and cannot be searched for.
    expect([type, interaction.some(({ code }) => code === 'search-type')]).toEqual([type, type !== 'Binary'])
    if (type === 'Binary') continue
    const query = searchParam.map((one) => `${one.name}=${values[one.type] ?? ''}`).join('&')
    expect([type, (await fhir(app, key, 'get', `/${type}?${query}`)).status]).toEqual([type, 200])
  }
})

test('an appointment that is moved, changed and missed says so on the timeline', async () => {
  const { person } = await admit(app, key, 'APPOINTMENT')
  const say = async (status: string, start: string, description: string) => {
    const actor = { reference: `Patient/${person}` }
    const resource = {
      resourceType: 'Appointment',
      id: 'moved-one',
      status,
      start,
      end: ago(-9),
      description,
      participant: [{ actor, status: 'accepted' }],
    }
    expect((await fhir(app, key, 'put', '/Appointment/moved-one', resource)).status).toBeLessThan(300)
  }
  const [first, second] = [ago(-3), ago(-4)]
  await say('booked', first, '复诊')
  await say('booked', second, '复诊')
  await say('booked', second, '复诊，空腹')
  await say('noshow', second, '复诊，空腹')
  const { body } = await app.request(key, getTimeline, { params: { id: person }, query: { limit: 100 } })
  const kinds = body.items.toSorted((one, other) => one.id - other.id).map((one) => one.kind)
  expect(kinds.filter((kind) => kind.startsWith('appointment.'))).toEqual([
    'appointment.booked',
    'appointment.rescheduled',
    'appointment.changed',
    'appointment.missed',
  ])
})

test('appointments, relatives and answers to questionnaires are kept with their person', async () => {
  const { person } = await admit(app, key, 'OTHERS')
  const subject = { reference: `Patient/${person}` }
  const entries = [
    {
      resourceType: 'Appointment',
      status: 'booked',
      start: ago(-3),
      end: ago(-2.9),
      participant: [{ actor: subject, status: 'accepted' }],
    },
    {
      resourceType: 'RelatedPerson',
      patient: subject,
      name: [{ text: '欧阳家属' }],
      telecom: [{ system: 'phone', value: '13766667777' }],
    },
    {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      subject,
      item: [{ linkId: '1', answer: [{ valueString: '好' }] }],
    },
    { resourceType: 'AllergyIntolerance', patient: subject, code: { text: '青霉素' } },
    {
      resourceType: 'Immunization',
      status: 'completed',
      patient: subject,
      vaccineCode: { text: '流感疫苗' },
      occurrenceDateTime: '2025-10',
    },
    {
      resourceType: 'Procedure',
      status: 'completed',
      subject,
      code: { text: '冠状动脉造影' },
      performedDateTime: ago(3),
    },
    {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject,
      medicationCodeableConcept: { text: '呋塞米' },
    },
    { resourceType: 'DiagnosticReport', status: 'final', subject, code: { text: '血常规' } },
  ]
  const made = await fhir(
    app,
    key,
    'post',
    '',
    bundleOf(
      'transaction',
      entries.map((resource) => ({ url: resource.resourceType, resource })),
    ),
  )
  expect([made.status, made.body.issue]).toEqual([200, undefined])
  const centre = await app.signInAs('service-centre')
  const { body } = await app.request(centre, getPerson, { params: { id: person } })
  expect(body.relationships).toMatchObject([{ name: '欧阳家属', phone: '137****7777' }])
  const timeline = await app.request(centre, getTimeline, { params: { id: person }, query: { limit: 100 } })
  expect(timeline.body.items.map((one) => one.kind)).toEqual(
    expect.arrayContaining([
      'appointment.booked',
      'allergy.recorded',
      'immunization.recorded',
      'procedure.performed',
      'medication.requested',
    ]),
  )
  const related = await fhir(app, centre, 'get', `/RelatedPerson?patient=${person}`)
  expect(JSON.stringify(related.body)).not.toContain('13766667777')
  expect((await fhir(app, key, 'get', `/RelatedPerson?phone=13766667777`)).body.entry).toHaveLength(1)
})

test('what was said of a merged patient is read under the survivor, and goes back when the merge is taken back', async () => {
  const [one, other] = [await admit(app, key, 'MERGE-1'), await admit(app, key, 'MERGE-2')]
  const [survivorId, mergedId] = [Number(one.person), Number(other.person)]
  const centre = await app.signInAs('service-centre')
  const merged = await app.request(centre, mergePersons, { body: { survivorId, mergedId, reason: '同一人' } })
  expect(merged.status).toBe(201)
  const results = async (person: string) =>
    (await fhir(app, key, 'get', `/Observation?patient=${person}&_summary=count`)).body.total
  expect([await results(one.person), await results(other.person)]).toEqual([2, 2])
  // A sender that knows nothing of the merge goes on under the old id.
  const later = await fhir(app, key, 'post', '/Observation', observation(`Patient/${other.person}`))
  expect([later.status, await results(one.person)]).toEqual([201, 3])
  const renamed = { ...patient('MERGE-2', { name: [{ text: '改名' }] }), id: other.person }
  expect((await fhir(app, key, 'put', `/Patient/${other.person}`, renamed)).status).toBe(200)
  expect((await fhir(app, key, 'get', `/Patient/${other.person}`)).body).toMatchObject({
    active: false,
    name: [{ text: '改名' }],
    link: [{ other: { reference: `Patient/${one.person}` }, type: 'replaced-by' }],
  })
  expect((await fhir(app, key, 'get', `/Patient/${one.person}`)).body).toMatchObject({
    name: [{ family: '欧阳' }],
    link: [{ other: { reference: `Patient/${other.person}` }, type: 'replaces' }],
  })
  const all = await fhir(app, key, 'get', `/Patient/${one.person}/$everything`)
  expect(all.body.entry.filter((entry) => entry.resource.resourceType === 'Encounter')).toHaveLength(2)
  await app.request(centre, undoPersonMerge, {
    params: { id: merged.body.mergeId },
    body: { reason: '并非同一人' },
  })
  expect([await results(one.person), await results(other.person)]).toEqual([1, 2])
})
