import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEnrollment, type PathwayStep } from '../contract/pathway.ts'
import * as persons from '../contract/person.ts'
import * as timeline from '../contract/timeline.ts'
import type { Condition } from '../contract/questionnaire.ts'
import { applyWaiting } from '../server/feeds/hl7/apply.ts'
import { RawStore } from '../server/modules/intake/store.ts'
import { encodeEvent } from '../sim/hl7.ts'
import { executeDue } from '../server/modules/pathway/execute.ts'
import { createWorld, lifeEvents } from '../sim/life.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import {
  bundleOf,
  condition,
  encounter,
  fhir,
  integrationKey,
  observation,
  patient,
  uuid,
} from './support/fhir.ts'
import { personOf, receive } from './support/hl7.ts'
import { definitionOf, makePathway, task, wait } from './support/pathway.ts'

let app: TestApp
let statements: string[] = []

beforeAll(async () => {
  app = await createTestApp()
  app.services.database.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    const counted = (...args: unknown[]): unknown => {
      const [first] = args
      const text = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '')
      // Beginning and ending a transaction costs a round trip as well, but is no statement anybody could save.
      if (!/^(begin|commit|rollback|discard)/i.test(text)) statements.push(text)
      return query(...args)
    }
    Object.assign(client, { query: counted })
  })
})
afterAll(() => app.close())

/** How many statements `work` sends, and which, for the message of a failing test. */
async function countStatements(work: () => Promise<unknown>): Promise<string[]> {
  statements = []
  await work()
  return statements.map((text) => text.replaceAll(/\s+/g, ' ').trim().slice(0, 100))
}

function budget(sent: string[], most: number): void {
  expect(sent.length, `\n${sent.join('\n')}\n`).toBeLessThanOrEqual(most)
  // A budget that counts nothing keeps nothing.
  expect(sent.length).toBeGreaterThan(0)
}

test('an ADT message applied alone costs at most 14 statements, and 5 more when it may start or stop a pathway', async () => {
  const store = new RawStore(app.db, () => undefined)
  const events = [...lifeEvents(createWorld({ now: new Date(), seed: 3, people: 120, years: 0.15 }))]
  const worst: Record<string, string[]> = {}
  for (const event of events) {
    await store.accept(encodeEvent(event))
    const sent = await countStatements(() => applyWaiting(app.db))
    // The first messages of a new site also make its departments and staff.
    if (sent.some((text) => /^insert into "?(department|staff|site)"?/.test(text))) continue
    const kind = sent.some((text) =>
      /^(insert into|update) enrollment |^select e[.]id from enrollment e where /.test(text),
    )
      ? 'pathway'
      : event.type
    if (sent.length > (worst[kind]?.length ?? 0)) worst[kind] = sent
  }
  expect(Object.keys(worst).sort()).toEqual(expect.arrayContaining(['A04', 'A08', 'pathway']))
  for (const [kind, sent] of Object.entries(worst)) budget(sent, kind === 'pathway' ? 19 : 14)
}, 600_000)

test('a search for persons costs two statements, a person page at most 5', async () => {
  const caller = await app.signInAs('service-centre')
  const [first] = lifeEvents(createWorld({ now: new Date(), seed: 4, people: 20, years: 0.15 }))
  if (!first) throw new Error('the story is empty')
  await new RawStore(app.db, () => undefined).accept(encodeEvent(first))
  await applyWaiting(app.db)
  const phone = first.person.phone ?? ''
  const search = () => app.request(caller, persons.listPersons, { query: { phone } })
  // The first request of a session may note when it was last seen.
  const found = await search()
  const id = found.body.items[0]?.id
  expect(id).toBeDefined()
  budget(await countStatements(search), 2)
  const page = await countStatements(async () => {
    await app.request(caller, persons.getPerson, { params: { id } })
    await app.request(caller, timeline.getTimeline, { params: { id } })
  })
  budget(page, 5)
})

test('a FHIR transaction of 100 resources costs at most 24 statements, the same one again at most 12', async () => {
  const key = await integrationKey(app)
  const bundle = () => {
    const [who, stay] = [uuid(), uuid()]
    return bundleOf('transaction', [
      { url: 'Patient', fullUrl: who, resource: patient(`BUDGET${who}`) },
      { url: 'Encounter', fullUrl: stay, resource: encounter(who, `BUDGET${stay}`) },
      { url: 'Condition', fullUrl: uuid(), resource: condition(who, stay, 'I10', '高血压') },
      ...Array.from({ length: 97 }, () => ({
        url: 'Observation',
        fullUrl: uuid(),
        resource: observation(who, { encounter: { reference: stay } }),
      })),
    ])
  }
  // The first one makes the site.
  expect((await fhir(app, key, 'post', '', bundle())).status).toBe(200)
  const second = bundle()
  budget(await countStatements(() => fhir(app, key, 'post', '', second)), 24)
  budget(await countStatements(() => fhir(app, key, 'post', '', second)), 12)
})

test('due enrolments cost the same number of statements whether or not their branches ask for answers and results', async () => {
  const branch = (when: Condition): PathwayStep => ({
    key: 'b',
    title: 'b',
    kind: 'branch',
    when,
    next: null,
    otherwise: null,
  })
  const ask = task('ask', 'w', { questionnaire: 'phq-9' })
  const pause = wait('w', 'b', { for: { value: 0, unit: 'days' } })
  const plain = await makePathway(
    app,
    definitionOf([ask, pause, branch({ fact: 'person.sex', op: '=', value: 'female' })]),
  )
  const asking = await makePathway(
    app,
    definitionOf([
      ask,
      pause,
      branch({
        any: [
          { fact: 'questionnaire.phq-9.band', op: '=', value: 'severe' },
          { fact: 'observation.4548-4', op: '>=', value: 7, withinDays: 90 },
        ],
      }),
    ]),
  )
  const centre = await app.signInAs('service-centre')
  const run = async (pathwayId: number, mrn: string) => {
    await receive(app, { event: 'A04', class: 'O', mrn, visit: mrn })
    const personId = await personOf(app, mrn)
    await app.request(centre, createEnrollment, { body: { pathwayId, personId } })
    return countStatements(() => executeDue(app.db))
  }
  // The first of a version reads its definition.
  await run(plain, 'B1')
  await run(asking, 'B2')
  const sent = await run(plain, 'B3')
  budget(await run(asking, 'B4'), sent.length)
})
