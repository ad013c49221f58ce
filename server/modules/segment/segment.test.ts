import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorthFact } from '../../../contract/fact.ts'
import { factOf, personFactNames } from '../../../contract/fact.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import * as contract from '../../../contract/segment.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { definitionOf, task } from '../../../test/support/pathway.ts'
import { accessOf } from '../../platform/actor.ts'
import { transaction } from '../../platform/db.ts'
import { createPathway } from '../pathway/pathway.ts'
import { clinicalFactsObject } from '../person/fact.ts'
import { countSegment } from './count.ts'
import { createSegment } from './segment.ts'

let app: TestApp
let manager: string
let site: number
let other: number

const women: Condition = { fact: 'person.sex', op: '=', value: 'female' }
const rich: Condition = { events: { of: 'charge', measure: 'sum', withinDays: 365, op: '>=', value: 5000 } }

beforeAll(async () => {
  app = await createTestApp()
  for (let n = 0; n < 30; n++)
    await receive(app, {
      ...{
        mrn: `S${n}`,
        event: 'A04',
        class: 'O',
        visit: `S${n}-1`,
        at: new Date(Date.now() - (1 + n) * 86_400_000),
      },
      ...{
        name: `李小${'一二三四五六七八九十'[n % 10]}`,
        sex: n % 3 === 0 ? 'F' : 'M',
        birth: `${1940 + 2 * n}0101`,
        phone: `1380000${1000 + n}`,
      },
      ...{ site: n < 24 ? 'GH01' : 'GH02', department: 'CARD' },
    })
  const { rows } = await sql<{
    id: number
  }>`select id from site where code in ('GH01', 'GH02') order by code`.execute(app.db)
  site = rows[0]?.id ?? 0
  other = rows[1]?.id ?? 0
  manager = await app.signInAs('manager', { site })
})
afterAll(() => app.close())

const count = async (rule: Condition | null, more: object = {}) =>
  (await app.request(manager, contract.countSegment, { body: { rule, ...more } })).body
const create = async (code: string, rule: Condition, caller = manager) =>
  app.request(caller, contract.createSegment, { body: { code, name: code, rule, siteId: site } })

test('a rule is counted within reach, with how its persons divide and a masked sample of them', async () => {
  expect(await count(null)).toMatchObject({ count: 24, sample: [] })
  const answer = await count(women, {
    by: ['sex', 'age', 'stage', 'district', 'department', 'conditions'],
    sample: 10,
  })
  expect(answer).toMatchObject({
    count: 8,
    split: { sex: [{ value: 'female', count: 8 }], stage: [{ value: 'active', count: 8 }], conditions: [] },
  })
  expect(answer.split.age?.reduce((sum, one) => sum + one.count, 0)).toBe(8)
  expect(answer.sample).toHaveLength(8)
  expect(new Set(answer.sample.map((one) => one.name))).toEqual(new Set(['李*']))
})

test('nobody asks for what they may not read, neither in a rule nor through a segment of somebody else', async () => {
  const refused = await app.request(await app.signInAs('manager', { site }), contract.countSegment, {
    body: { rule: { fact: 'person.shoeSize', op: '=', value: 1 } },
  })
  expect(refused.error?.fields).toEqual([{ path: 'person.shoeSize', message: 'is no fact of a person' }])
  // A role as it could be: segments, but no figures.
  const access = accessOf([{ role: 'manager', siteId: site, departmentId: null }], null)
  delete access['figure.read']
  const actor = { ...testActor, kind: 'key' as const, id: 'key:1', access }
  const ask = (rule: Condition) => countSegment(app.db, actor, { rule, siteId: null, by: [], sample: 0 })
  await expect(ask(rich)).rejects.toMatchObject({
    fields: [{ path: 'charge', message: 'is nothing that you may read' }],
  })
  await expect(ask({ household: { fact: 'person.chargesInYear', op: '>', value: 1 } })).rejects.toMatchObject(
    {
      fields: [{ path: 'person.chargesInYear', message: 'is nothing that you may read' }],
    },
  )
  await create('spenders', rich)
  await expect(ask({ fact: 'person.segments', op: 'contains', value: 'spenders' })).rejects.toMatchObject({
    fields: [{ path: 'charge' }],
  })
  await expect(
    transaction(app.db, (trx) =>
      createSegment(trx, actor, { code: 'copy', name: 'x', siteId: site, rule: rich }),
    ),
  ).rejects.toMatchObject({ id: 'invalid' })
})

const clinical = (
  when: Condition,
  event: 'person.created' | 'segment.entered' = 'person.created',
): PathwayDefinition => ({
  ...{ purpose: 'clinical', variables: {}, stopOn: [], start: 'end' },
  entry: { event, when, maxAgeDays: 30 },
  steps: [{ key: 'end', title: '', kind: 'stop' } as PathwayDefinition['steps'][number]],
})
const publish = (code: string, definition: PathwayDefinition) =>
  transaction(app.db, (trx) => createPathway(trx, testActor, { code, name: code, definition }))

test('money and value reach no clinical pathway: not asked, not through a segment, not later, not looked up', async () => {
  const charges: Condition = { fact: 'person.chargesInYear', op: '>', value: 1000 }
  await create('spenders-too', rich)
  await create('women', women)
  for (const when of [
    charges,
    rich,
    { not: { household: rich } },
    { fact: 'person.segments', op: 'contains', value: 'spenders' } as const,
  ])
    await expect(publish('clinic', clinical(when))).rejects.toMatchObject({
      fields: [{ path: 'definition', message: expect.stringContaining('about money or value') as string }],
    })
  await expect(publish('clinic', clinical(women, 'segment.entered'))).rejects.toThrow()
  await publish('shop', { ...clinical(charges), purpose: 'marketing' })
  // Nor through the pathway that it put people on.
  const onShop: Condition = {
    events: {
      of: 'pathway',
      measure: 'count',
      where: [{ field: 'pathway', op: '=', value: 'shop' }],
      op: '>=',
      value: 1,
    },
  }
  await expect(publish('clinic', clinical(onShop))).rejects.toThrow()
  await publish('clinic', clinical({ fact: 'event.segment', op: '=', value: 'women' }, 'segment.entered'))
  const { body: all } = await app.request(manager, contract.listSegments)
  const used = all.items.find((one) => one.code === 'women')
  expect(used).toMatchObject({ worth: false, pathways: [{ name: 'clinic' }] })
  const later = await app.request(manager, contract.updateSegment, {
    params: { id: used?.id },
    body: { name: 'x', rule: rich, version: 1 },
  })
  expect(later.error?.message).toContain('The clinical pathway "clinic"')
  const gone = await app.request(manager, contract.deleteSegment, { params: { id: used?.id } })
  expect(gone.error?.fields?.[0]?.message).toContain('asks for this segment')
  const { rows } = await sql<{ facts: Record<string, unknown> }>`
    select ${clinicalFactsObject()} as facts from person_facts f left join site st on st.id = f.site_id limit 1`.execute(
    app.db,
  )
  const worth = personFactNames.filter((name) => factOf(name).worth)
  expect(worth).toEqual(['person.chargesInYear'] satisfies WorthFact[])
  expect(Object.keys(rows[0]?.facts ?? {}).filter((name) => worth.some((one) => one === name))).toEqual([])
  // @ts-expect-error -- the type says so before any test does
  clinicalFactsObject(['person.chargesInYear'])
})

test('a segment that asks for itself, even through another, is refused', async () => {
  const contains = (value: string): Condition => ({ fact: 'person.segments', op: 'contains', value })
  expect((await create('ring-b', contains('ring-b'))).error?.fields).toEqual([
    { path: 'rule', message: 'asks for the segment itself' },
  ])
  const { body: first } = await create('circle-a', women)
  await create('circle-b', contains('circle-a'))
  const closed = await app.request(manager, contract.updateSegment, {
    params: { id: first.id },
    body: { name: 'a', rule: contains('circle-b'), version: 1 },
  })
  expect(closed.error?.fields).toEqual([{ path: 'rule', message: 'asks for the segment itself' }])
})

test('a list is made of record and telephone numbers, and says which led to nobody', async () => {
  const { body } = await app.request(manager, contract.createList, {
    body: { code: 'by-hand', name: '名单', siteId: site, rows: ['S0', '13800001001', 'S25', '没有', 'S0'] },
  })
  expect(body.segment).toMatchObject({ kind: 'list', madeBy: 'file', members: 2, rule: null })
  // S25 is of another site.
  expect(body.unused).toEqual([
    { row: 3, text: 'S25', why: 'unknown' },
    { row: 4, text: '没有', why: 'unknown' },
  ])
  const { body: members } = await app.request(manager, contract.listSegmentMembers, {
    params: { id: body.segment.id },
  })
  const [first] = members.items
  expect(members.items).toHaveLength(2)
  const changed = await app.request(manager, contract.changeListMembers, {
    params: { id: body.segment.id },
    body: { rows: ['S2'], remove: [first?.personId] },
  })
  expect(changed.body).toEqual({ members: 2, unused: [] })
  const timeline = await app.request(manager, getTimeline, { params: { id: first?.personId } })
  expect(timeline.body.items.map((one) => one.kind)).toEqual(
    expect.arrayContaining(['segment.entered', 'segment.left']),
  )
  const rule = await app.request(manager, contract.updateSegment, {
    params: { id: body.segment.id },
    body: { name: 'x', rule: women, version: 1 },
  })
  expect(rule.status).toBe(422)
})

test('a frozen copy stays as it is, days are kept, overlaps are counted, and look-alikes resemble', async () => {
  const { body: old } = await create('older', { fact: 'person.ageYears', op: '>=', value: 60 })
  const { body: ladies } = await create('ladies', women)
  await app.processAll()
  const { body: detail } = await app.request(manager, contract.getSegment, { params: { id: old.id } })
  expect(detail.members).toBeGreaterThan(9)
  expect(detail.history).toEqual([{ day: expect.any(String) as string, members: detail.members }])
  const frozen = await app.request(manager, contract.createList, {
    body: { code: 'frozen', name: '冻结', siteId: site, fromSegmentId: old.id },
  })
  expect(frozen.body.segment).toMatchObject({ madeBy: 'frozen', madeFrom: 'older', members: detail.members })
  const { body: both } = await app.request(manager, contract.overlapSegments, {
    body: { segmentIds: [old.id, ladies.id] },
  })
  const sizes = new Map(both.combinations.map((one) => [one.segmentIds.join(), one.persons]))
  const inBoth = sizes.get(`${old.id},${ladies.id}`) ?? 0
  expect((sizes.get(String(old.id)) ?? 0) + inBoth).toBe(detail.members)
  expect((sizes.get(String(ladies.id)) ?? 0) + inBoth).toBe(8)
  const men = [1, 2, 4, 5, 7, 8, 10, 11, 13, 14].map((n) => `S${n}`)
  const { body: some } = await app.request(manager, contract.createList, {
    body: { code: 'some-men', name: '男士', siteId: site, rows: men },
  })
  const alike = await app.request(manager, contract.createAlike, {
    params: { id: some.segment.id },
    body: { code: 'alike', name: '相似', size: 3 },
  })
  expect(alike.body).toMatchObject({ madeBy: 'alike', madeFrom: '男士', members: 3 })
  const { body: found } = await app.request(manager, contract.listSegmentMembers, {
    params: { id: alike.body.id },
  })
  expect(found.items.filter((one) => one.sex === 'male').length).toBeGreaterThan(1)
  expect(
    (
      await app.request(manager, contract.createAlike, {
        params: { id: ladies.id },
        body: { code: 'few', name: 'x', size: 3 },
      })
    ).status,
  ).toBe(422)
})

test('other sites see neither the segment nor its persons', async () => {
  const { body } = await create('ours', women)
  const stranger = await app.signInAs('manager', { site: other })
  expect((await app.request(stranger, contract.getSegment, { params: { id: body.id } })).status).toBe(404)
  expect((await app.request(stranger, contract.listSegmentMembers, { params: { id: body.id } })).status).toBe(
    404,
  )
  expect(
    (await app.request(stranger, contract.overlapSegments, { body: { segmentIds: [body.id, body.id + 1] } }))
      .error?.id,
  ).toMatch(/not-found|invalid/)
  expect((await app.request(stranger, contract.countSegment, { body: { rule: null } })).body.count).toBe(6)
})

test('a pathway branches by what happened to the person, and enters by it', async () => {
  const often: Condition = {
    events: {
      of: 'visit',
      measure: 'count',
      where: [{ field: 'department', op: '=', value: 'CARD' }],
      op: '>=',
      value: 1,
    },
  }
  const definition = definitionOf(
    [
      { key: 'branch', title: 'x', kind: 'branch', when: often, next: 'known', otherwise: 'new' },
      task('known', null),
      task('new', null),
    ],
    {
      purpose: 'service',
      entry: {
        event: 'segment.entered',
        when: { all: [{ fact: 'event.segment', op: '=', value: 'asked' }, often] },
        maxAgeDays: 30,
      },
    },
  )
  await publish('asks-events', definition)
  const list = await app.request(manager, contract.createList, {
    body: { code: 'asked', name: 'x', siteId: site, rows: ['S3'] },
  })
  expect(list.body.segment.members).toBe(1)
  await app.processAll()
  const { rows } = await sql<{ step_key: string }>`
    select t.step_key from task t join enrollment e on e.id = t.enrollment_id join pathway p on p.id = e.pathway_id where p.code = 'asks-events'`.execute(
    app.db,
  )
  expect(rows).toEqual([{ step_key: 'known' }])
})
