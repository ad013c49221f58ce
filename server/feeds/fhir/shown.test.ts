import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { fhir, integrationKey } from '../../../test/support/fhir.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { tables } from './element.ts'
import { definitions } from './types.ts'

let app: TestApp
let key: string
let nurse: string
let person: number
let encounter: number

beforeAll(async () => {
  app = await createTestApp()
  const made = await discharged(app, 'MARKED', {
    phone: '13855556666',
    email: 'somebody@example.test',
    nationalId: '110101198003034321',
    kin: ['慕容某', '13777778888'],
    address: '中山西路11弄2号',
  })
  person = made.person
  await sql`update person_address set latitude = 29.8683141, longitude = 121.5439921, position_source = 'feed', postal_code = '315099'`.execute(
    app.db,
  )
  await sql`update person_telecom set extension = '8042'`.execute(app.db)
  const { rows } = await sql<{ id: number }>`select id from encounter where person_id = ${person}`.execute(
    app.db,
  )
  encounter = rows[0]?.id ?? 0
  key = await integrationKey(app)
  const ids = await idsOf(app)
  nurse = await app.signInAs('nurse', { site: ids.site('NH'), department: ids.department('CARD') })
})
afterAll(() => app.close())

/** A resource with every element that R4 has for its type, and where each of its values stands. */
class Marked {
  readonly places = new Map<string, { path: string; type: string; holder: string }>()
  readonly content: Record<string, unknown>
  #count = 0

  constructor(type: string) {
    this.content = {
      resourceType: type,
      text: { status: 'generated', div: this.#mark('xhtml', 'text.div', 'Narrative') },
      contained: [{ resourceType: 'Patient', name: [this.#object('HumanName', 'contained.name', 0)] }],
      language: this.#mark('code', 'language', type),
      implicitRules: this.#mark('uri', 'implicitRules', type),
      ...this.#object(type, type, 0),
      meta: this.#object('Meta', 'meta', 0),
    }
  }

  #object(type: string, path: string, depth: number): Record<string, unknown> {
    const own = [...(tables.get(type) ?? [])].flatMap(([name, { type: inner, many }]) => {
      const value = this.#value(inner, `${path}.${name}`, type, depth + 1)
      if (value === undefined) return []
      const beside = many ? [] : [[`_${name}`, { extension: [this.#extension(`${path}._${name}`)] }]]
      return [[name, many ? [value] : value], ...(tables.has(inner) ? [] : beside)] as [string, unknown][]
    })
    return { ...Object.fromEntries(own), extension: [this.#extension(`${path}.extension`)] }
  }

  #extension(path: string) {
    return { url: 'urn:test:x', valueString: this.#mark('string', path, 'Extension') }
  }

  #value(type: string, path: string, holder: string, depth: number): unknown {
    if (['Resource', 'Extension'].includes(type) || depth > 7) return undefined
    if (tables.has(type)) {
      // Items within items and references of references go on for ever.
      if (path.split('.').filter((name) => name === path.split('.').at(-1)).length > 2) return undefined
      return this.#object(type, path, depth)
    }
    return this.#mark(type, path, holder)
  }

  /** A value that is found again; texts hold a telephone number, too. */
  #mark(type: string, path: string, holder: string): unknown {
    if (type === 'boolean') return true
    const n = ++this.#count
    const marks: Record<string, [unknown, string]> = {
      decimal: [100_000 + n + 0.25, `${100_000 + n}.25`],
      date: [day(n), day(n)],
      dateTime: [`${day(n)}T08:00:00+08:00`, day(n)],
      instant: [`${day(n)}T08:00:00+08:00`, day(n)],
      time: ['08:00:00', '08:00:00'],
      base64Binary: [`MARK${String(n).padStart(8, '0')}`, `MARK${String(n).padStart(8, '0')}`],
    }
    const whole = /[iI]nt(eger)?$/.test(type) ? ([1_000_000 + n, String(1_000_000 + n)] as const) : undefined
    const word = `mark${String(n).padStart(5, '0')}x`
    const text = ['string', 'markdown', 'xhtml'].includes(type) ? `${word} 13812345678` : word
    const [value, mark] = whole ?? marks[type] ?? [text, word]
    this.places.set(mark, { path, type, holder })
    return value
  }

  /** Places whose value stands in the text. */
  found(text: string) {
    return [...this.places].flatMap(([mark, place]) => (text.includes(mark) ? [place] : []))
  }
}

const day = (n: number) => new Date(Date.UTC(1200, 0, 1) + n * 86_400_000).toISOString().slice(0, 10)

/** Free text, names and addresses that may leave, and of which types; all else of these kinds must stay. */
const texts = new Set(
  [
    ...['CodeableConcept.text', 'Coding.version', 'Coding.display', 'SampledData.data'],
    ...['Quantity.unit', 'Age.unit', 'Count.unit', 'Distance.unit', 'Duration.unit'],
    ...['Dosage.text', 'Dosage.patientInstruction', 'Observation.referenceRange.text'],
    ...['Observation.valueString', 'Observation.component.valueString', 'DiagnosticReport.conclusion'],
    ...['Condition.onsetString', 'Condition.abatementString', 'Procedure.performedString'],
    ...['Immunization.occurrenceString', 'Immunization.lotNumber', 'Immunization.protocolApplied.series'],
    ...['Immunization.protocolApplied.doseNumberString', 'Immunization.protocolApplied.seriesDosesString'],
    ...['CarePlan.title', 'CarePlan.description', 'CarePlan.activity.detail.description', 'CareTeam.name'],
    ...['ImagingStudy.description', 'ImagingStudy.series.description', 'ServiceRequest.patientInstruction'],
    ...[
      'Appointment.description',
      'Organization.name',
      'Organization.alias',
      'Location.name',
      'Location.alias',
    ],
    ...['Device.manufacturer', 'Device.modelNumber', 'Device.deviceName.name'],
    ...['Questionnaire.version', 'Questionnaire.name', 'Questionnaire.title', 'Questionnaire.publisher'],
    ...['Questionnaire.description', 'Questionnaire.purpose', 'Questionnaire.copyright'],
    ...['linkId', 'prefix', 'text'].map((one) => `Questionnaire.item.${one}`),
    ...['Questionnaire.item.answerOption.valueString', 'Questionnaire.item.initial.valueString'],
    ...['Questionnaire.item.enableWhen.question', 'Questionnaire.item.enableWhen.answerString'],
    ...['QuestionnaireResponse.item.linkId', 'QuestionnaireResponse.item.text'],
    'QuestionnaireResponse.item.answer.valueString',
    ...['text', 'family', 'given', 'prefix', 'suffix'].map((one) => `HumanName.${one}`),
    ...['Coding.system', 'Identifier.system', 'Questionnaire.url', 'Questionnaire.item.definition'],
    ...['Quantity.system', 'Age.system', 'Count.system', 'Distance.system', 'Duration.system'],
    'QuestionnaireResponse.item.definition',
  ].sort(),
)
const named = ['RelatedPerson.name', 'Practitioner.name']
const worded = ['string', 'markdown', 'uri', 'url', 'xhtml', 'base64Binary', 'oid', 'uuid', 'id']
/** Data types of which nothing but kinds and sizes may leave. */
const sealed = [
  'Address',
  'Annotation',
  'Extension',
  'Narrative',
  'Signature',
  'Location.position',
  'ContactDetail',
]

const read = async (caller: string, type: string, id: string) => {
  const one = await fhir(app, caller, 'get', `/${type}/${id}`)
  const search = await fhir(app, caller, 'get', `/${type}?_id=${id}`)
  expect([type, one.status, search.body.entry]).toEqual([type, 200, [expect.anything()]])
  expect(search.body.entry[0]?.resource).toEqual(one.body)
  return JSON.stringify({ ...one.body, id: '', meta: { ...(one.body['meta'] as object), lastUpdated: '' } })
}

// What is made here and only read says nothing of anybody.
const written = Object.keys(definitions).filter((type) => !definitions[type]?.readOnly)
test.each(written)(
  'of a %s with a marker in every element, only what is listed leaves for a reader of persons',
  async (type) => {
    const marked = new Marked(type)
    const id = ['Patient', 'Encounter'].includes(type)
      ? String(type === 'Patient' ? person : encounter)
      : 'marked'
    const content = {
      ...marked.content,
      ...(type !== 'Patient' && { subject: { reference: `Patient/${person}` } }),
      patient: { reference: `Patient/${person}` },
    }
    const about = definitions[type]?.patientPath === null ? null : person
    await sql`
      insert into fhir_resource (type, id, person_id, encounter_id, content, terms, source, last_updated)
      values (${type}, ${id}, ${type === 'Patient' ? person : about}, ${type === 'Encounter' ? encounter : null},
        ${JSON.stringify(content)}::jsonb, '{}', 'test', now())`.execute(app.db)
    // The generator is not blind: a key that exchanges whole persons gets it all.
    const whole = marked.found(await read(key, type, id))
    expect(whole.length).toBeGreaterThan(0.8 * marked.places.size)

    const seen = await read(nurse, type, id)
    expect(seen).not.toMatch(
      /13812345678|13855556666|13777778888|110101198003034321|somebody@|11弄|315099|8042/,
    )
    expect(seen).not.toMatch(/29\.868|121\.543/)
    const left = marked.found(seen)
    if (type === 'Patient') expect(left).toEqual([])
    const wrong = left.filter(
      (one) =>
        sealed.includes(one.holder) ||
        (worded.includes(one.type) && !texts.has(`${one.holder}.${one.path.split('.').at(-1) ?? ''}`)) ||
        (one.holder === 'HumanName' && !named.some((start) => one.path.startsWith(start))) ||
        /^Practitioner\.birthDate|\.assigner\./.test(one.path),
    )
    expect(wrong.map((one) => one.path)).toEqual([])
  },
)
