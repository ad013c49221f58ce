import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { careloop } from '../test/support/process.ts'
import { createInstallation, type Installation } from '../torture/installation.ts'
import { type Figure, whenMain } from './figure.ts'

const perBundle = 100
const rounds = [
  { clients: 1, bundles: 40 },
  { clients: 4, bundles: 120 },
]

const concept = (code: string, text: string) => ({
  coding: [{ system: 'urn:bench', code, display: text }],
  text,
})

/** One made-up patient with six visits, a diagnosis in each, and results, drugs and procedures: 100 resources, as an EMR exports a record. */
function recordOf(number: number) {
  const url = () => `urn:uuid:${randomUUID()}`
  const who = url()
  const subject = { reference: who }
  const entries: { fullUrl: string; resource: Record<string, unknown> & { resourceType: string } }[] = [
    {
      fullUrl: who,
      resource: {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:careloop:mrn:NH', value: `B${number}-${randomUUID().slice(0, 8)}` }],
        name: [{ family: '欧', given: [`测试${number}`] }],
        gender: number % 2 ? 'male' : 'female',
        birthDate: `19${50 + (number % 50)}-0${1 + (number % 9)}-11`,
        telecom: [{ system: 'phone', value: `139${String(10_000_000 + number)}` }],
        address: [{ city: '宁波市', district: '海曙区', line: ['测试路 1 号'] }],
      },
    },
  ]
  const visits = Array.from({ length: 6 }, (_, at) => {
    const visit = url()
    const day = `2025-0${1 + at}-1${at}`
    entries.push(
      {
        fullUrl: visit,
        resource: {
          resourceType: 'Encounter',
          status: 'finished',
          class: {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
            code: at === 0 ? 'IMP' : 'AMB',
          },
          identifier: [{ system: 'urn:bench:visit', value: randomUUID() }],
          subject,
          period: { start: `${day}T08:00:00+08:00`, end: `${day}T10:00:00+08:00` },
        },
      },
      {
        fullUrl: url(),
        resource: {
          resourceType: 'Condition',
          code: {
            coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: `I${10 + at}`, display: '测试诊断' }],
          },
          subject,
          encounter: { reference: visit },
          recordedDate: day,
        },
      },
    )
    return { visit, day }
  })
  for (let at = 0; entries.length < perBundle; at++) {
    const { visit, day } = visits[at % visits.length] ?? { visit: '', day: '' }
    const base = { subject, encounter: { reference: visit } }
    const time = `${day}T09:00:00+08:00`
    const kinds = [
      {
        resourceType: 'Observation',
        status: 'final',
        category: [concept('laboratory', 'Laboratory')],
        code: concept(`L${at}`, '血红蛋白'),
        effectiveDateTime: time,
        valueQuantity: { value: 90 + at, unit: 'g/L', system: 'http://unitsofmeasure.org', code: 'g/L' },
        referenceRange: [{ low: { value: 115 }, high: { value: 150 } }],
      },
      {
        resourceType: 'Procedure',
        status: 'completed',
        code: concept(`P${at}`, '测试操作'),
        performedDateTime: time,
      },
      {
        resourceType: 'MedicationRequest',
        status: 'active',
        intent: 'order',
        medicationCodeableConcept: concept(`M${at}`, '测试药品'),
        authoredOn: time,
        dosageInstruction: [{ text: '每日一次，每次一片' }],
      },
    ]
    const kind = kinds[at % kinds.length]
    if (kind) entries.push({ fullUrl: url(), resource: { ...kind, ...base } })
  }
  return entries
}

function bundleOf(number: number): { body: string; rows: string[] } {
  const entries = recordOf(number)
  const body = JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: entries.map((one) => ({ ...one, request: { method: 'POST', url: one.resource.resourceType } })),
  })
  return { body, rows: entries.map((one) => JSON.stringify(one.resource)) }
}

/** What the disk and PostgreSQL allow: the same JSON as rows of one table, a commit a bundle. Resources per second. */
async function bareInserts(url: string, lists: string[][][]): Promise<number> {
  const clients = lists.map(() => new pg.Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  await clients[0]?.query('create table bench_fhir (id bigserial primary key, content jsonb not null)')
  const began = performance.now()
  await Promise.all(
    clients.map(async (client, at) => {
      for (const rows of lists[at] ?? [])
        await client.query({
          name: 'bare',
          text: 'insert into bench_fhir (content) select * from unnest($1::jsonb[])',
          values: [rows],
        })
    }),
  )
  const rate = lists.flat(2).length / ((performance.now() - began) / 1000)
  await clients[0]?.query('drop table bench_fhir')
  await Promise.all(clients.map((client) => client.end()))
  return rate
}

async function keyOf(installation: Installation): Promise<string> {
  const { output } = await careloop(
    ['api-key', 'create', '--name', 'bench', '--role', 'integration'],
    installation.env,
  ).ended
  const [key] = /cl_[0-9A-Za-z]+/.exec(output) ?? []
  if (!key) throw new Error(`no API key: ${output}`)
  return key
}

/** Transaction bundles of 100 resources over HTTP, beside bare inserts of the same JSON into the same server. */
export async function fhir(): Promise<Figure[]> {
  const installation = await createInstallation()
  try {
    await installation.start()
    const authorization = `Bearer ${await keyOf(installation)}`
    const headers = { authorization, 'content-type': 'application/fhir+json' }
    const send = async (body: string) => {
      const answer = await fetch(`http://127.0.0.1:${installation.port}/fhir/R4`, {
        method: 'POST',
        headers,
        body,
      })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${text.slice(0, 500)}`)
    }
    const url = await installation.databaseUrl()
    const figures: Figure[] = []
    let number = 0
    const bundles = (clients: number, count: number) =>
      Array.from({ length: clients }, () => Array.from({ length: count / clients }, () => bundleOf(number++)))
    // The first bundles also make the site, compile and plan.
    for (const { body } of bundles(1, 20).flat()) await send(body)
    for (const { clients, bundles: count } of rounds) {
      const lists = bundles(clients, count)
      const bare = await bareInserts(
        url,
        lists.map((list) => list.map((one) => one.rows)),
      )
      const began = performance.now()
      await Promise.all(
        lists.map(async (list) => {
          for (const { body } of list) await send(body)
        }),
      )
      const rate = (count * perBundle) / ((performance.now() - began) / 1000)
      const name = `FHIR bundles of ${perBundle}, ${clients} ${clients > 1 ? 'clients' : 'client'}`
      figures.push(
        { name: `${name}: bare inserts`, value: bare, unit: 'resources/s' },
        { name, value: rate, unit: 'resources/s' },
        { name: `${name} ÷ bare inserts`, value: rate / bare, unit: '' },
      )
    }
    return figures
  } finally {
    await installation.remove()
  }
}

await whenMain(import.meta.url, () => fhir())
