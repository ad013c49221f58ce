import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../../../contract/audit.ts'
import {
  createDraft,
  getDraft,
  publishDraft,
  readFhirQuestionnaire,
} from '../../../contract/questionnaire-design.ts'
import {
  exportQuestionnaire,
  exportTaskResponse,
  getQuestionnaire,
  listQuestionnaires,
} from '../../../contract/questionnaire.ts'
import { holdTask } from '../../../contract/task.ts'
import { saveAnswers } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { fhir, integrationKey } from '../../../test/support/fhir.ts'
import { receive } from '../../../test/support/hl7.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let admin: string
let doctor: string
let key: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  key = await integrationKey(app)
})
afterAll(() => app.close())

const loinc = 'http://loinc.org'
const standard = 'http://hl7.org/fhir/StructureDefinition'
const points = (code: string, display: string, score: number) => ({
  valueCoding: {
    system: loinc,
    code,
    display,
    extension: [{ url: `${standard}/ordinalValue`, valueDecimal: score }],
  },
})
const often = [
  points('LA6568-5', 'Not at all', 0),
  points('LA6569-3', 'Several days', 1),
  points('LA6570-1', 'More than half the days', 2),
  points('LA6571-9', 'Nearly every day', 3),
]

/** Written by hand after the way LOINC panels come from other systems: English, coded, nested, with things we have no place for. */
const foreign = {
  resourceType: 'Questionnaire',
  language: 'en',
  url: 'http://example.org/Questionnaire/mood',
  version: '1.2',
  publisher: 'Example',
  title: 'Mood, two questions and more',
  status: 'active',
  purpose: 'Screening',
  contained: [
    {
      resourceType: 'ValueSet',
      id: 'help',
      compose: {
        include: [
          {
            system: 'urn:example:help',
            concept: [
              { code: 'gp', display: 'My doctor', designation: [{ language: 'zh', value: '家庭医生' }] },
              { code: 'none', display: 'Nobody' },
            ],
          },
        ],
      },
    },
  ],
  item: [
    {
      linkId: '/phq2',
      type: 'group',
      text: 'Over the last two weeks',
      item: [
        {
          linkId: '/44250-9',
          code: [{ system: loinc, code: '44250-9', display: 'Little interest' }],
          prefix: '1.',
          text: 'Little interest or pleasure in doing things',
          _text: {
            extension: [
              {
                url: `${standard}/translation`,
                extension: [
                  { url: 'lang', valueCode: 'zh-CN' },
                  { url: 'content', valueString: '做事时提不起劲或没有兴趣' },
                ],
              },
            ],
          },
          type: 'choice',
          required: true,
          answerOption: often,
        },
        {
          linkId: '/44255-8',
          code: [{ system: loinc, code: '44255-8' }],
          text: 'Feeling down, depressed, or hopeless',
          type: 'choice',
          required: true,
          answerOption: often,
        },
        { linkId: 'total', text: 'Total', type: 'decimal', readOnly: true },
      ],
    },
    {
      linkId: 'more',
      type: 'group',
      enableWhen: [
        { question: '/44255-8', operator: '!=', answerCoding: { system: loinc, code: 'LA6568-5' } },
      ],
      item: [
        {
          linkId: 'help',
          text: 'Who helps you?',
          type: 'open-choice',
          repeats: true,
          answerValueSet: '#help',
        },
        {
          linkId: 'weight',
          text: 'Weight',
          type: 'quantity',
          extension: [
            {
              url: `${standard}/questionnaire-unit`,
              valueCoding: { system: 'http://unitsofmeasure.org', code: 'kg' },
            },
            { url: `${standard}/minValue`, valueDecimal: 20 },
            { url: `${standard}/regex`, valueString: '.*' },
          ],
          enableWhen: [{ question: 'help', operator: '=', answerCoding: { code: 'gp' } }],
        },
        {
          linkId: 'when',
          text: 'Since when?',
          type: 'date',
          enableWhen: [{ question: 'gone', operator: 'exists', answerBoolean: true }],
        },
      ],
    },
    { linkId: 'photo', text: 'A photo', type: 'attachment' },
    {
      linkId: 'wounds',
      text: 'Photos of the wounds',
      type: 'attachment',
      repeats: true,
      extension: [
        { url: `${standard}/mimeType`, valueCode: 'image/jpeg' },
        { url: `${standard}/maxSize`, valueDecimal: 10 },
        { url: `${standard}/questionnaire-maxOccurs`, valueInteger: 8 },
      ],
      enableWhen: [{ question: 'photo', operator: 'exists', answerBoolean: true }],
    },
    {
      linkId: 'letter',
      text: 'The letter',
      type: 'attachment',
      extension: [{ url: `${standard}/mimeType`, valueCode: 'application/pdf' }],
    },
  ],
}

test('a questionnaire of another system becomes a draft, and what it cannot bring is listed by question and reason', async () => {
  const read = await app.request(admin, readFhirQuestionnaire, { body: { resource: foreign } })
  expect(read.status).toBe(200)
  const { body, notes, source, title } = read.body
  expect(source).toBe('Example, http://example.org/Questionnaire/mood|1.2')
  expect(title).toEqual({ 'zh-CN': foreign.title, en: foreign.title })
  expect(body.items.map(({ linkId, type }) => [linkId, type])).toEqual([
    ['/phq2', 'group'],
    ['/44250-9', 'choice'],
    ['/44255-8', 'choice'],
    ['total', 'decimal'],
    ['help', 'multiple'],
    ['help-other', 'string'],
    ['weight', 'decimal'],
    ['when', 'date'],
    ['photo', 'photo'],
    ['wounds', 'photo'],
  ])
  const at = (linkId: string) => body.items.find((one) => one.linkId === linkId)
  const hidden = { not: { fact: 'answers./44255-8', op: '=', value: 'LA6568-5' } }
  expect(at('/44250-9')).toMatchObject({
    text: { 'zh-CN': '做事时提不起劲或没有兴趣', en: 'Little interest or pleasure in doing things' },
    codes: [{ system: loinc, code: '44250-9' }],
    required: true,
    options: [{ value: 'LA6568-5', system: loinc, score: 0 }, { score: 1 }, { score: 2 }, { score: 3 }],
  })
  expect(at('help')).toMatchObject({
    enableWhen: hidden,
    options: [
      { value: 'gp', text: { 'zh-CN': '家庭医生', en: 'My doctor' }, system: 'urn:example:help' },
      { value: 'none' },
      { value: 'other', text: { 'zh-CN': '其他' } },
    ],
  })
  expect(at('help-other')?.enableWhen).toEqual({ fact: 'answers.help', op: 'contains', value: 'other' })
  expect(at('weight')).toMatchObject({
    unit: 'kg',
    min: 20,
    enableWhen: { all: [hidden, { fact: 'answers.help', op: 'contains', value: 'gp' }] },
  })
  expect(at('wounds')).toMatchObject({ maxPhotos: 5, enableWhen: { fact: 'answers.photo', op: 'exists' } })
  expect(at('photo')).not.toHaveProperty('maxPhotos')
  expect(body.scoring).toBe('sum')
  expect(notes.map(({ linkId, kind, about }) => [linkId, kind, about])).toEqual([
    ['/44250-9', 'element', 'prefix'],
    ['total', 'element', 'readOnly'],
    ['help', 'open-choice', ''],
    ['weight', 'type-changed', 'quantity → decimal'],
    ['weight', 'extension', `${standard}/regex`],
    ['photo', 'type-changed', 'attachment → photo'],
    ['wounds', 'element', 'maxOccurs 8'],
    ['letter', 'left-out', 'attachment'],
    ['when', 'condition', 'gone exists'],
    [null, 'element', 'purpose'],
    [null, 'scored', ''],
    [null, 'no-chinese', ''],
  ])
  const made = await app.request(admin, createDraft, {
    body: { code: 'mood-2', title: '情绪两问', fhir: foreign },
  })
  const draft = (await app.request(admin, getDraft, { params: { id: made.body.id } })).body
  expect(draft).toMatchObject({
    title: { 'zh-CN': '情绪两问', en: foreign.title },
    source,
    body: { items: body.items },
  })
  const published = await app.request(admin, publishDraft, {
    params: { id: made.body.id },
    body: { revision: draft.revision },
  })
  expect(published.body).toEqual({ version: 1 })
})

test('what is no Questionnaire, or bears modifiers nobody here knows, is refused whole', async () => {
  const read = async (resource: unknown) => app.request(admin, readFhirQuestionnaire, { body: { resource } })
  expect((await read({ resourceType: 'Patient' })).error?.fields?.[0]?.path).toBe('resourceType')
  expect((await read({ ...foreign, modifierExtension: [{ url: 'urn:x' }] })).error?.id).toBe('invalid')
  const many = Array.from({ length: 201 }, (_, at) => ({ linkId: `q${at}`, type: 'boolean', text: '问' }))
  expect((await read({ ...foreign, item: many })).error?.fields?.[0]?.path).toBe('items')
  const body = { code: 'nothing', title: 'x', fhir: { resourceType: 'Bundle' } }
  expect((await app.request(admin, createDraft, { body })).status).toBe(422)
  expect((await app.request(doctor, readFhirQuestionnaire, { body: { resource: foreign } })).status).toBe(403)
})

test('what was exported is imported as the same questionnaire, with nothing to report', async () => {
  const [phq] = (await app.request(admin, listQuestionnaires)).body.items.filter(
    (one) => one.code === 'phq-9',
  )
  const id = phq?.id ?? 0
  const file = await app.send(doctor, 'GET', `/api/v1${exportQuestionnaire.path.replace('{id}', String(id))}`)
  expect(file.headers.get('content-disposition')).toContain('Phq9-1.json')
  const resource = (await file.json()) as typeof foreign & { id: string }
  const original = (await app.request(admin, getQuestionnaire, { params: { id } })).body
  const { body } = await app.request(admin, readFhirQuestionnaire, { body: { resource } })
  expect(body).toMatchObject({ code: 'phq-9', title: original.title, source: original.source, notes: [] })
  expect(body.body).toMatchObject({ items: original.items, bands: original.bands, scoring: 'sum' })
  const missing = await app.send(doctor, 'GET', `/api/v1/questionnaires/${id}/fhir?version=9`)
  expect(missing.status).toBe(404)
})

test('our questionnaires are read and found by FHIR, each version by itself', async () => {
  const found = await fhir(
    app,
    key,
    'get',
    '/Questionnaire?url=urn:careloop:questionnaire:phq-9&status=active',
  )
  const [phq] = found.body.entry.map((one) => one.resource)
  expect(phq).toMatchObject({
    title: expect.stringContaining('PHQ-9') as string,
    version: '1',
    status: 'active',
  })
  const read = await fhir(app, key, 'get', `/Questionnaire/${phq?.id ?? ''}`)
  expect([read.status, read.body]).toEqual([200, phq])
  expect(read.headers.get('etag')).toMatch(/^W\//)
  expect((await fhir(app, key, 'get', '/Questionnaire?status=retired&_summary=count')).body.total).toBe(0)
  const sent = await fhir(app, key, 'post', '/Questionnaire', foreign)
  expect(sent.status).toBe(201)
  const named = await fhir(app, key, 'get', '/Questionnaire?name=Mood')
  expect(named.body.entry.map((one) => one.resource.id)).toEqual([sent.body.id])
  const changed = await fhir(app, key, 'put', `/Questionnaire/${phq?.id ?? ''}`, { ...foreign, id: phq?.id })
  expect(changed.status).toBe(422)
  const meta = await fhir(app, undefined, 'get', '/metadata')
  expect(JSON.stringify(meta.body)).toContain('{"name":"url","type":"uri"}')
})

test('answers are read as FHIR by whom they concern, with their questionnaire, and the reading is on record', async () => {
  const { person, task } = await discharged(app, 'ANSWERED')
  const path = `/api/v1${exportTaskResponse.path.replace('{id}', String(task))}`
  expect((await app.send(doctor, 'GET', path)).status).toBe(404)
  const answers = { ...(await goodAnswers(app, task)), danger: ['none'] }
  await app.request(doctor, holdTask, { params: { id: task } })
  expect((await app.request(doctor, saveAnswers, { params: { id: task }, body: { answers } })).status).toBe(
    200,
  )
  const file = (await (await app.send(doctor, 'GET', path)).json()) as Record<string, unknown>
  const found = await fhir(app, key, 'get', `/QuestionnaireResponse?patient=Patient/${person}`)
  const [response] = found.body.entry.map((one) => one.resource)
  expect(response).toMatchObject(file)
  expect(response).toMatchObject({
    questionnaire: 'urn:careloop:questionnaire:discharge-level-1|1',
    status: 'in-progress',
    subject: { reference: `Patient/${person}` },
  })
  const items = response?.['item'] as { linkId: string; answer?: unknown[] }[]
  expect(items.find((one) => one.linkId === 'danger')?.answer).toEqual([
    { valueCoding: { code: 'none', display: '都没有' } },
  ])
  expect((await fhir(app, key, 'get', `/QuestionnaireResponse/${response?.id ?? ''}`)).body).toEqual(response)
  const everything = await fhir(app, key, 'get', `/Patient/${person}/$everything`)
  expect(everything.body.entry.map((one) => one.resource)).toContainEqual(response)
  const stranger = await app.signInAs('doctor')
  expect((await fhir(app, stranger, 'get', `/QuestionnaireResponse/${response?.id ?? ''}`)).status).toBe(404)
  expect((await app.send(stranger, 'GET', path)).status).toBe(404)
  const log = (await app.request(await app.signInAs('auditor'), listAudit, { query: { personId: person } }))
    .body.items
  expect(log.map((one) => one.subject)).toEqual(
    expect.arrayContaining([`task:${task} fhir`, `QuestionnaireResponse/${response?.id ?? ''}`]),
  )
})
