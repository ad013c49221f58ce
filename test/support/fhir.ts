import { fhirBase } from '../../contract/fhir.ts'
import { createApiKeyAs } from '../../server/modules/access/api-key.ts'
import { transaction } from '../../server/platform/db.ts'
import { type Caller, type TestApp, testActor } from './app.ts'

/** JSON as a test looks at it. */
export type Json = {
  resourceType: string
  id: string
  total: number
  entry: { resource: Json; response: { status: string; location: string; outcome: Json } }[]
  link: { relation: string; url: string }[]
  issue: { code: string; diagnostics: string; expression?: string[] }[]
  [element: string]: unknown
}
export type FhirAnswer = { status: number; headers: Headers; body: Json }

/** An API key of another system of the hospital, as FHIR senders have. */
export async function integrationKey(app: TestApp, siteId: number | null = null): Promise<string> {
  const { key } = await transaction(app.db, (trx) =>
    createApiKeyAs(trx, testActor, { name: 'HIS', role: 'integration', siteId, expiresAt: null }),
  )
  return key
}

/** Calls a FHIR path such as `/Patient/1`. */
export async function fhir(
  app: TestApp,
  caller: Caller,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<FhirAnswer> {
  const answer = await app.send(caller, method, `${fhirBase}${path}`, {
    headers: { 'content-type': 'application/fhir+json', ...headers },
    ...(body !== undefined && { body }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Json,
  }
}

type Entry = {
  url: string
  method?: string
  fullUrl?: string
  ifNoneExist?: string
  ifMatch?: string
  resource?: unknown
}

/** A bundle; without `method` an entry with an id in its URL is an update, any other a create. */
export function bundleOf(type: 'transaction' | 'batch', entries: Entry[]) {
  return {
    resourceType: 'Bundle',
    type,
    entry: entries.map(({ url, method, fullUrl, resource, ...rest }) => ({
      ...(fullUrl && { fullUrl }),
      ...(resource !== undefined && { resource }),
      request: { method: method ?? (url.includes('/') ? 'PUT' : 'POST'), url, ...rest },
    })),
  }
}

let count = 0
export const uuid = () => `urn:uuid:00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`

/** A time some days ago, to the second. */
export const ago = (days: number) =>
  new Date(Math.floor(Date.now() / 1000 - days * 86_400) * 1000).toISOString()

const concept = (code: string, text: string) => ({
  coding: [{ system: 'urn:test', code, display: text }],
  text,
})

/** A made-up woman, with a record number of a made-up hospital. */
export const patient = (mrn: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'Patient',
  identifier: [
    {
      system: 'urn:careloop:mrn:NH',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
      value: mrn,
    },
  ],
  name: [{ use: 'official', family: '欧阳', given: ['测试'] }],
  gender: 'female',
  birthDate: '1966-03-04',
  telecom: [{ system: 'phone', value: '13900001234', use: 'mobile' }],
  ...more,
})

export const encounter = (subject: string, visit: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'Encounter',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  identifier: [{ system: 'urn:careloop:visit:NH', value: visit }],
  subject: { reference: subject },
  period: { start: ago(4), end: ago(1) },
  ...more,
})

export const observation = (subject: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: concept('718-7', '血红蛋白'),
  subject: { reference: subject },
  effectiveDateTime: '2026-11-19T07:30:00+08:00',
  valueQuantity: { value: 97, unit: 'g/L' },
  ...more,
})

export const condition = (subject: string, visit: string, code: string, text: string) => ({
  resourceType: 'Condition',
  code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code, display: text }], text },
  subject: { reference: subject },
  encounter: { reference: visit },
  recordedDate: '2026-11-18T09:00:00+08:00',
})

export const idOf = (location: string | undefined) => location?.split('/')[1] ?? ''

/** A patient with one stay, its diagnosis and a result, as one transaction; answers the ids. */
export async function admit(app: TestApp, key: string, mrn: string, more: Record<string, unknown> = {}) {
  const [who, stay, why, what] = [uuid(), uuid(), uuid(), uuid()]
  const bundle = bundleOf('transaction', [
    { url: 'Condition', fullUrl: why, resource: condition(who, stay, 'I50.0', '充血性心力衰竭') },
    { url: 'Observation', fullUrl: what, resource: observation(who, { encounter: { reference: stay } }) },
    { url: 'Encounter', fullUrl: stay, resource: encounter(who, mrn, more) },
    { url: 'Patient', fullUrl: who, resource: patient(mrn) },
  ])
  const answer = await fhir(app, key, 'post', '', bundle)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body.issue))
  const [diagnosis, result, visit, person] = answer.body.entry.map((one) => idOf(one.response.location))
  return {
    bundle,
    answer,
    person: person ?? '',
    visit: visit ?? '',
    diagnosis: diagnosis ?? '',
    result: result ?? '',
  }
}
