import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { careloop } from '../test/support/process.ts'
import { createInstallation } from './installation.ts'

// FHIR at full size, on an installation of its own.
//   node torture/fhir.ts [folder with 00-hospital.json, NN-patient.json.gz and counts.json]
// 64 senders at the same time make 1,000 resources by conditional create, each sender all of them in an order of its own: there must be
// 1,000 afterwards. With a folder, its Synthea bundles are loaded by POST /fhir/R4 and what is then there is compared with what was sent,
// type by type and event by event; then everything is sent again, which must add nothing.

type Resource = { resourceType: string; status?: string; class?: { code?: string } }
type Bundle = { entry: { resource: Resource }[] }
type Counts = Record<'resources in patient bundles' | 'hospital bundle', Record<string, number>>

const senders = 64
const keys = 1000
const perBundle = 50

const [, , folder] = process.argv
const installation = await createInstallation()
const api = `http://127.0.0.1:${installation.port}`
const base = `${api}/fhir/R4`
let headers: Record<string, string> = {}
const faults: string[] = []

function check(what: string, is: unknown, should: unknown): void {
  const same = JSON.stringify(is) === JSON.stringify(should)
  if (!same) faults.push(what)
  const expected = same ? '' : `, expected ${JSON.stringify(should)}`
  console.log(`${same ? 'ok  ' : 'FAIL'} ${what}: ${JSON.stringify(is)}${expected}`)
}

async function makeKey(): Promise<string> {
  const { output } = await careloop(
    ['api-key', 'create', '--name', 'torture', '--role', 'integration'],
    installation.env,
  ).ended
  const [key] = /cl_[0-9A-Za-z]+/.exec(output) ?? []
  if (!key) throw new Error(`no API key: ${output}`)
  return key
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url, { headers })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

async function post<T>(url: string, body: string, more: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 1000)}`)
  return JSON.parse(text) as T
}

async function race(): Promise<void> {
  const { id } = await post<{ id: string }>(
    `${base}/Patient`,
    JSON.stringify({
      resourceType: 'Patient',
      name: [{ text: '测试' }],
      identifier: [{ system: 'urn:race', value: 'P' }],
    }),
  )
  const resource = (value: number) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: '测试' },
    subject: { reference: `Patient/${id}` },
    identifier: [{ system: 'urn:race', value: String(value) }],
  })
  const condition = (value: number) => `identifier=urn:race|${value}`
  const began = performance.now()
  await Promise.all(
    Array.from({ length: senders }, async (_, sender) => {
      // 1,000 has no factor in common with 7 and 13, so each order meets every number once.
      const order = Array.from(
        { length: keys },
        (_value, at) => (at * (sender % 2 ? 7 : 13) + sender * 31) % keys,
      )
      for (const value of order.slice(0, perBundle))
        await post(`${base}/Observation`, JSON.stringify(resource(value)), {
          'if-none-exist': condition(value),
        })
      for (let at = perBundle; at < keys; at += perBundle)
        await post(
          base,
          JSON.stringify({
            resourceType: 'Bundle',
            type: 'transaction',
            entry: order.slice(at, at + perBundle).map((value) => ({
              resource: resource(value),
              request: { method: 'POST', url: 'Observation', ifNoneExist: condition(value) },
            })),
          }),
        )
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const { total } = await get<{ total: number }>(`${base}/Observation?_summary=count`)
  check(`${senders} senders × ${keys} conditional creates (${seconds.toFixed(0)} s), resources`, total, keys)
  const { rows } = await timeline(id)
  check('and events on the timeline', rows.filter((one) => one.kind === 'observation.recorded').length, keys)
}

async function timeline(person: string): Promise<{ rows: { kind: string; at: string }[] }> {
  const rows: { kind: string; at: string }[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const next: string = cursor && `&cursor=${cursor}`
    const page: { items: { kind: string; at: string }[]; nextCursor: string | null } = await get(
      `${api}/api/v1/persons/${person}/timeline?limit=200${next}`,
    )
    rows.push(...page.items)
    cursor = page.nextCursor
  }
  return { rows }
}

function tally(names: string[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(names, (name) => name))
  return Object.fromEntries(
    groups
      .map(([name, all]): [string, number] => [name, all?.length ?? 0])
      .sort(([one], [other]) => one.localeCompare(other)),
  )
}

const factKinds: Record<string, string> = {
  Condition: 'condition.recorded',
  Immunization: 'immunization.recorded',
  MedicationRequest: 'medication.requested',
  Procedure: 'procedure.performed',
  AllergyIntolerance: 'allergy.recorded',
  Observation: 'observation.recorded',
}

/** The timeline that a bundle should make: a line a fact, two for a visit that began and ended. */
function expectedEvents({ entry }: Bundle): string[] {
  return entry.flatMap(({ resource }) => {
    const kind = factKinds[resource.resourceType]
    if (kind) return [kind]
    if (resource.resourceType !== 'Encounter') return []
    const begun = resource.class?.code === 'IMP' ? 'encounter.admitted' : 'encounter.registered'
    return resource.status === 'finished' ? [begun, 'encounter.discharged'] : [begun]
  })
}

async function everything(patient: string): Promise<string[]> {
  const types: string[] = []
  for (let next: string | undefined = `${base}/${patient}/$everything?_count=500`; next !== undefined;) {
    const page: { entry?: { resource: Resource }[]; link: { relation: string; url: string }[] } =
      await get(next)
    types.push(...(page.entry ?? []).map((one) => one.resource.resourceType))
    next = page.link.find((one) => one.relation === 'next')?.url
  }
  return types
}

/** Sends every bundle; resolves with the patients by the address that they got. */
async function load(bundles: string[]): Promise<Map<string, Bundle>> {
  const patients = new Map<string, Bundle>()
  let resources = 0
  const began = performance.now()
  for (const body of bundles) {
    const { entry } = await post<{ entry: { response: { location: string } }[] }>(base, body)
    resources += entry.length
    const patient = entry.map((one) => one.response.location).find((one) => one.startsWith('Patient/'))
    if (patient) patients.set(patient, JSON.parse(body) as Bundle)
  }
  const seconds = (performance.now() - began) / 1000
  const rate = Math.round(resources / seconds)
  console.log(
    `     ${bundles.length} bundles, ${resources} resources, ${seconds.toFixed(1)} s, ${rate} resources/s`,
  )
  return patients
}

async function compare(
  counts: Counts,
  before: Record<string, number>,
  patients: Map<string, Bundle>,
): Promise<void> {
  const expected = { ...counts['resources in patient bundles'], ...counts['hospital bundle'] }
  for (const [type, count] of Object.entries(expected)) {
    const { total } = await get<{ total: number }>(`${base}/${type}?_summary=count`)
    check(`${type} by search`, total - (before[type] ?? 0), count)
  }
  for (const [patient, bundle] of patients) {
    const sent = bundle.entry.map(({ resource }) => resource.resourceType)
    check(`${patient}/$everything`, tally(await everything(patient)), tally(sent))
    const { rows } = await timeline(patient.slice('Patient/'.length))
    const kinds = rows.map((one) => one.kind).filter((kind) => kind !== 'person.deceased')
    check(`${patient} timeline`, tally(kinds), tally(expectedEvents(bundle)))
    const ordered = rows.every((one, at) => at === 0 || one.at <= (rows[at - 1]?.at ?? ''))
    check(`${patient} timeline is newest first`, ordered, true)
  }
}

async function synthea(from: string): Promise<void> {
  const files = (await readdir(from)).filter((file) => /^\d\d-.*\.json(\.gz)?$/.test(file)).sort()
  const bundles = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(path.join(from, file))
      return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    }),
  )
  const counts = JSON.parse(await readFile(path.join(from, 'counts.json'), 'utf8')) as Counts
  const { total } = await get<{ total: number }>(`${base}/Patient?_summary=count`)
  for (const time of ['sent once', 'sent once more']) {
    console.log(`     ${time}`)
    await compare(counts, { Patient: total }, await load(bundles))
  }
}

try {
  await installation.start()
  headers = { authorization: `Bearer ${await makeKey()}`, 'content-type': 'application/fhir+json' }
  await race()
  if (folder !== undefined) await synthea(folder)
} finally {
  await installation.remove()
}
console.log(faults.length === 0 ? 'no deviation' : `${faults.length} deviations`)
process.exitCode = faults.length > 0 ? 1 : 0
