import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getCaseFigures } from '../../../contract/case-figure.ts'
import { addCaseCategory, changeCaseCategory, listCaseCategories } from '../../../contract/case-setup.ts'
import { listCases, openCase } from '../../../contract/case.ts'
import {
  changeImprovement,
  getImprovement,
  linkCase,
  previewTelling,
  startImprovement,
  tellImprovement,
} from '../../../contract/improvement.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'

let app: TestApp
let centre: string
let ids: Awaited<ReturnType<typeof idsOf>>
let category: number
let department: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(
    app,
    { event: 'A03', mrn: 'I1', visit: 'I1', department: 'CARD', phone: '13800000001' },
    { event: 'A03', mrn: 'I2', visit: 'I2', department: 'CARD', phone: '13800000002' },
  )
  ids = await idsOf(app)
  department = ids.department('CARD')
  centre = await app.signInAs('service-centre', { site: ids.site('NH') })
  const { body } = await app.request(centre, listCaseCategories, {})
  category = body.items.find((one) => one.code === 'waiting-clinic')?.id ?? 0
})
afterAll(() => app.close())

const complain = async (more: object = {}) =>
  (
    await app.request(centre, openCase, {
      body: {
        kind: 'complaint',
        channel: 'phone',
        complainant: 'anonymous',
        categoryId: category,
        description: '候诊太久',
        departmentIds: [department],
        ...more,
      },
    })
  ).body

/** So many anonymous complaints, one a day, from that day on; with as many visits a day as given. */
const past = async (from: string, complaints: number, visitsADay: number, days: number) => {
  await sql`
    with made as (
      insert into service_case (site_id, kind, channel, complainant, category_id, severity, description, owner_name, owner_role, opened_by, opened_by_name, opened_at)
      select ${ids.site('NH')}, 'complaint', 'visit', 'anonymous', ${category}, 'ordinary', 'x', 'x', 'x', 'x', 'x', (${from}::date + n) at time zone 'Asia/Shanghai' + interval '9 hours'
      from generate_series(0, ${complaints - 1}) n returning id)
    insert into case_department (case_id, department_id, added_by_name) select id, ${department}, 'x' from made`.execute(
    app.db,
  )
  await sql`
    insert into encounter (person_id, site_id, department_id, class, status, visit_number, starts_at, ends_at, source, source_time)
    select (select min(person_id) from encounter), ${ids.site('NH')}, ${department}, 'outpatient', 'finished', ${from} || '-' || d || '-' || v,
      (${from}::date + d) at time zone 'Asia/Shanghai' + interval '10 hours', (${from}::date + d) at time zone 'Asia/Shanghai' + interval '11 hours', 'test', now()
    from generate_series(0, ${days - 1}) d, generate_series(1, ${visitsADay}) v`.execute(app.db)
}

test('a change is measured against the visits of its department, before and after, with an exact interval, and told once', async () => {
  const first = await complain({ complainant: 'person', personId: await personOf(app, 'I1') })
  const second = await complain({ complainant: 'named', name: '路人乙', phone: '13900000000' })
  const third = await complain()
  const begun = await app.request(centre, startImprovement, {
    body: {
      caseId: first.id,
      departmentId: department,
      title: '缩短候诊',
      cause: '号源不分时段',
      whys: ['上午挤'],
    },
  })
  expect(begun.status).toBe(201)
  const params = { id: begun.body.id }
  const again = await app.request(centre, startImprovement, {
    body: { caseId: first.id, departmentId: department, title: 'x', cause: 'y' },
  })
  expect(again.error?.id).toBe('already-exists')
  for (const one of [second, third])
    expect((await app.request(centre, linkCase, { params, body: { caseId: one.id } })).status).toBe(200)
  const done = (change: string | null, doneDate = '2026-10-20') =>
    app.request(centre, changeImprovement, { params, body: { version: 1, change, doneDate } })
  expect((await done(null)).error?.fields?.[0]?.path).toBe('change')
  // Nobody is told of a change that has not come.
  expect((await done('分时段', '2027-05-01')).error?.fields?.[0]?.path).toBe('doneDate')
  expect((await done('分时段')).status).toBe(200)
  await past('2026-08-01', 40, 10, 60)
  await past('2026-10-20', 4, 10, 20)
  const { effect } = (await app.request(centre, getImprovement, { params })).body
  // The three of today are complaints after the change as well.
  expect(effect).toMatchObject({
    per: 'visits',
    before: { from: '2026-07-22', to: '2026-10-19', days: 90, complaints: 40, visits: 600 },
    after: { from: '2026-10-20', to: '2026-11-18', complaints: 7 },
  })
  const { before, after, ratio, low, high } = effect ?? {}
  expect(before?.rate).toBeCloseTo(66.67, 1)
  expect(ratio).toBeCloseTo((after?.complaints ?? 0) / (after?.visits ?? 1) / (40 / 600), 10)
  expect((low ?? 0) < (ratio ?? 0) && (ratio ?? 0) < (high ?? 0)).toBe(true)
  expect(effect?.weeks.reduce((sum, week) => sum + week.complaints, 0)).toBe(47)

  const wanted = { messages: 1, calls: 1, nobody: 1 }
  expect((await app.request(centre, previewTelling, { params })).body).toEqual(wanted)
  expect((await app.request(centre, tellImprovement, { params, body: {} })).body).toEqual(wanted)
  expect((await app.request(centre, tellImprovement, { params, body: {} })).error?.id).toBe('already-closed')
  const { rows } = await sql<{ cause: string; kind: string }>`
    select cause, kind from task where cause like 'improvement-call:%'`.execute(app.db)
  expect(rows).toEqual([{ cause: `improvement-call:${params.id}:${second.id}`, kind: 'other' }])
  const { rows: messages } = await sql`
    select 1 from message where template ->> 'code' = 'case-improved' and subject_id = ${first.id}`.execute(
    app.db,
  )
  expect(messages).toHaveLength(1)
})

test('every number of the figures is the length of the list that it opens', async () => {
  const manager = await app.signInAs('manager', { site: ids.site('NH') })
  const scope = { from: '2026-07-01', to: '2026-12-31' }
  const { body } = await app.request(manager, getCaseFigures, { query: scope })
  const rows = async (more: object) =>
    (await app.request(manager, listCases, { query: { view: 'all', ...scope, ...more, total: true } })).body
      .total
  expect(body.cases).toBe(await rows({}))
  expect(body.cases).toBeGreaterThan(40)
  expect(body.open).toBe(await rows({ view: 'open' }))
  for (const { age, count } of body.ages)
    expect([age, await rows({ view: 'open', age })]).toEqual([age, count])
  for (const { id, count } of body.categories) expect(await rows({ categoryId: id })).toBe(count)
  for (const { id, count, inTime } of body.departments) {
    expect(await rows({ departmentId: id })).toBe(count)
    expect(await rows({ departmentId: id, inTime: true })).toBe(inTime)
  }
  for (const { month, count } of body.months) {
    const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0))
      .toISOString()
      .slice(0, 10)
    expect(await rows({ from: `${month}-01`, to: last })).toBe(count)
  }
})

test('categories are kept for all sites or for one; a retired one takes no more cases, a site has its own in the place of another', async () => {
  const manager = await app.signInAs('manager')
  const own = await app.signInAs('manager', { site: ids.site('NH') })
  expect((await app.request(centre, addCaseCategory, { body: { name: '互联网医院' } })).status).toBe(403)
  expect((await app.request(own, addCaseCategory, { body: { name: '互联网医院' } })).status).toBe(404)
  const added = await app.request(manager, addCaseCategory, { body: { name: '互联网医院' } })
  expect(added.status).toBe(201)
  const change = (body: object) =>
    app.request(manager, changeCaseCategory, { params: { id: added.body.id }, body: { version: 1, ...body } })
  expect((await change({ retired: true })).body.retired).toBe(true)
  expect((await change({ name: 'x' })).error?.id).toBe('changed-meanwhile')
  const refused = await app.request(centre, openCase, {
    body: {
      kind: 'complaint',
      channel: 'phone',
      complainant: 'anonymous',
      categoryId: added.body.id,
      description: 'x',
    },
  })
  expect(refused.status).toBe(404)
  const site = { siteId: ids.site('NH') }
  const mine = await app.request(own, addCaseCategory, {
    body: { ...site, code: 'privacy', name: '隐私保护' },
  })
  expect(mine.status).toBe(201)
  const { items } = (await app.request(own, listCaseCategories, { query: site })).body
  expect(items.filter((one) => one.code === 'privacy').map((one) => one.name)).toEqual(['隐私保护'])
})
