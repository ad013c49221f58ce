import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { careloop } from '../test/support/process.ts'
import { createInstallation, type Installation } from './installation.ts'

// Loads Synthea bundles by POST /fhir/R4 into an installation of its own and compares what is then there with what was sent, type by type
// and event by event; then sends everything again, which must add nothing.
//   node torture/synthea.ts <folder with 00-hospital.json, NN-patient.json.gz and counts.json>

type Resource = { resourceType: string; status?: string; class?: { code?: string } }
type Bundle = { entry: { resource: Resource }[] }
type Counts = Record<'resources in patient bundles' | 'hospital bundle', Record<string, number>>

const [, , folder] = process.argv
if (folder === undefined) throw new Error('usage: node torture/synthea.ts <folder>')

async function readBundle(file: string): Promise<string> {
  const bytes = await readFile(path.join(folder ?? '', file))
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

async function apiKey(installation: Installation): Promise<string> {
  const made = careloop(['api-key', 'create', '--name', 'synthea', '--role', 'integration'], installation.env)
  const { output } = await made.ended
  const [key] = /cl_[0-9A-Za-z]+/.exec(output) ?? []
  if (!key) throw new Error(`no API key: ${output}`)
  return key
}

/** The timeline that the bundle should make: a line a fact, two for a visit that began and ended. */
function expectedEvents(bundle: Bundle): Record<string, number> {
  const kinds: Record<string, string> = {
    Condition: 'condition.recorded',
    Immunization: 'immunization.recorded',
    MedicationRequest: 'medication.requested',
    Procedure: 'procedure.performed',
    AllergyIntolerance: 'allergy.recorded',
    Observation: 'observation.recorded',
  }
  const counts: Record<string, number> = {}
  const add = (kind: string) => (counts[kind] = (counts[kind] ?? 0) + 1)
  for (const { resource } of bundle.entry) {
    const kind = kinds[resource.resourceType]
    if (kind) add(kind)
    if (resource.resourceType !== 'Encounter') continue
    add(resource.class?.code === 'IMP' ? 'encounter.admitted' : 'encounter.registered')
    if (resource.status === 'finished') add('encounter.discharged')
  }
  return counts
}

const installation = await createInstallation()
const faults: string[] = []
const check = (what: string, is: unknown, should: unknown) => {
  const same = JSON.stringify(is) === JSON.stringify(should)
  if (!same) faults.push(what)
  console.log(
    `${same ? 'ok  ' : 'FAIL'} ${what}: ${JSON.stringify(is)}${same ? '' : `, expected ${JSON.stringify(should)}`}`,
  )
}
const sorted = (counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).sort(([one], [other]) => one.localeCompare(other)))

try {
  await installation.start()
  const key = await apiKey(installation)
  const base = `http://127.0.0.1:${installation.port}/fhir/R4`
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/fhir+json' }
  const get = async (url: string) => (await (await fetch(url, { headers })).json()) as Record<string, unknown>
  const files = (await readdir(folder)).filter((file) => /^\d\d-.*\.json(\.gz)?$/.test(file)).sort()
  const counts = JSON.parse(await readFile(path.join(folder, 'counts.json'), 'utf8')) as Counts
  const patients = new Map<string, Bundle>()
  const load = async () => {
    let resources = 0
    const began = performance.now()
    for (const file of files) {
      const body = await readBundle(file)
      const answer = await fetch(base, { method: 'POST', headers, body })
      const json = (await answer.json()) as { entry: { response: { location?: string } }[] }
      if (answer.status !== 200)
        throw new Error(`${file}: ${answer.status} ${JSON.stringify(json).slice(0, 2000)}`)
      resources += json.entry.length
      const patient = json.entry
        .map((one) => one.response.location)
        .find((one) => one?.startsWith('Patient/'))
      if (patient) patients.set(patient, JSON.parse(body) as Bundle)
    }
    const seconds = (performance.now() - began) / 1000
    console.log(
      `     ${files.length} bundles, ${resources} resources, ${seconds.toFixed(1)} s, ${Math.round(resources / seconds)} resources/s`,
    )
  }
  const compare = async () => {
    const expected = { ...counts['resources in patient bundles'], ...counts['hospital bundle'] }
    for (const [type, total] of Object.entries(expected))
      check(`${type} by search`, (await get(`${base}/${type}?_summary=count`))['total'], total)
    for (const [patient, bundle] of patients) {
      const found: Record<string, number> = {}
      let next: string | undefined = `${base}/${patient}/$everything?_count=500`
      while (next !== undefined) {
        const page = (await get(next)) as {
          entry?: { resource: Resource }[]
          link: { relation: string; url: string }[]
        }
        for (const { resource } of page.entry ?? [])
          found[resource.resourceType] = (found[resource.resourceType] ?? 0) + 1
        next = page.link.find((one) => one.relation === 'next')?.url
      }
      const sent: Record<string, number> = {}
      for (const { resource } of bundle.entry)
        sent[resource.resourceType] = (sent[resource.resourceType] ?? 0) + 1
      check(`${patient}/$everything`, sorted(found), sorted(sent))
      const events: Record<string, number> = {}
      const times: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page = (await get(
          `http://127.0.0.1:${installation.port}/api/v1/persons/${patient.slice(8)}/timeline?limit=200${cursor && `&cursor=${cursor}`}`,
        )) as { items: { kind: string; at: string }[]; nextCursor: string | null }
        for (const { kind, at } of page.items) {
          times.push(at)
          events[kind] = (events[kind] ?? 0) + 1
        }
        cursor = page.nextCursor
      }
      delete events['person.deceased']
      check(`${patient} timeline`, sorted(events), sorted(expectedEvents(bundle)))
      check(
        `${patient} timeline, newest first`,
        times.every((at, index) => index === 0 || at <= (times[index - 1] ?? '')),
        true,
      )
    }
  }
  await load()
  await compare()
  console.log('     once more')
  await load()
  await compare()
} finally {
  await installation.remove()
}
process.exitCode = faults.length > 0 ? 1 : 0
