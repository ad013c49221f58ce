import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setOptOut } from '../../../contract/person.ts'
import { getTask, holdTask, listTasks } from '../../../contract/task.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import {
  createOutreachTask,
  getVisitSetup,
  listVisitTasks,
  putVisitBase,
  saveVisitTeam,
  saveVisitVehicle,
  saveVisitZone,
  setPersonPosition,
} from '../../../contract/visit.ts'
import {
  getVisitCosts,
  listVisitRecords,
  recordVisit,
  settleVisitRecord,
  takeVisitDay,
} from '../../../contract/visit-record.ts'
import {
  confirmVisitPlan,
  createVisitPlan,
  getVisitPlan,
  moveVisitStop,
  shortenVisitRoute,
  type VisitPlan,
} from '../../../contract/visit-plan.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { localDate, shiftDate } from '../../platform/clock.ts'

let app: TestApp
let site: number
let other: number
let planner: string
let visitor: string
let stranger: string
let manager: string
let teams: [number, number]
const base = { latitude: 30.64, longitude: 104.04 }
const today = localDate(new Date(), 'Asia/Shanghai')
const homes = Array.from({ length: 7 }, (_, index) => ({
  latitude: 30.64 + Math.cos(index * 2.4) * 0.08,
  longitude: 104.04 + Math.sin(index * 2.4) * 0.08,
}))

async function outreachStaff(code: string): Promise<number> {
  const { id } = await app.db
    .insertInto('staff')
    .values({ site_id: site, code, name: code, role: 'outreach' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A person whose sampled home visit is open. */
async function visit(mrn: string, home: { latitude: number; longitude: number } | null, dueIn = 10) {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 5 * 86_400_000)
  await receive(app, { event: 'A03', mrn, visit: mrn, at, phone: '13800001111' })
  await app.processAll()
  const person = await personOf(app, mrn)
  await sql`
    insert into person_address (person_id, text, district, city, source) values (${person}, '玉林北路 12 号', '武侯区', '成都市', 'test')
    on conflict (person_id, use) do update set text = excluded.text, district = excluded.district, city = excluded.city`.execute(
    app.db,
  )
  if (home)
    expect(
      (await app.request(planner, setPersonPosition, { params: { id: person }, body: { position: home } }))
        .status,
    ).toBe(204)
  const { rows } = await sql<{ id: number }>`
    insert into task (kind, level, title, person_id, encounter_id, site_id, assignee_role, queue, start_at, due_at, questionnaire_version_id)
    select 'home-visit', 3, '三级随访：上门', ${person}, e.id, ${site}, 'outreach', ${`site:${site}:outreach`}, now() - interval '1 day',
      now() + ${dueIn} * interval '1 day', (select max(v.id) from questionnaire_version v join task t on t.questionnaire_version_id = v.id and t.level = 1)
    from encounter e where e.person_id = ${person} limit 1 returning id`.execute(app.db)
  return { person, task: rows[0]?.id ?? 0 }
}

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  site = ids.site('NH')
  const { id } = await app.db
    .insertInto('site')
    .values({ code: 'OTHER', name: 'OTHER', time_zone: 'Asia/Shanghai' })
    .returning('id')
    .executeTakeFirstOrThrow()
  other = id
  // Every day is a working day, so that today is one.
  const days = Array.from({ length: 70 }, (_, index) => shiftDate(today, index))
  for (const date of days)
    await sql`insert into calendar_day (date, working, name, source) values (${date}, true, 'test', 'test')
      on conflict (date, site_id, country) do update set working = true`.execute(app.db)
  const [anna, bert, cora] = [await outreachStaff('O1'), await outreachStaff('O2'), await outreachStaff('O3')]
  planner = await app.signInAs('service-centre', { site })
  visitor = await app.signInAs('outreach', { site, staff: bert })
  stranger = await app.signInAs('outreach', { site, staff: cora })
  manager = await app.signInAs('manager', { site })
  expect((await app.request(planner, putVisitBase, { body: { siteId: site, ...base } })).status).toBe(204)
  const vehicle = await app.request(planner, saveVisitVehicle, {
    body: { siteId: site, name: '一号车', plate: '川A·10001', seats: 2, costPerKm: 2, active: true },
  })
  const made = async (name: string, staffIds: number[], vehicleId: number | null) => {
    const body = { siteId: site, name, vehicleId, visitsPerDay: 3, staffIds, active: true }
    return (await app.request(planner, saveVisitTeam, { body })).body.id
  }
  teams = [await made('东组', [anna, bert], vehicle.body.id), await made('西组', [cora], null)]
  const tooMany = { siteId: site, name: '挤', vehicleId: vehicle.body.id, visitsPerDay: null, active: true }
  expect(
    (await app.request(planner, saveVisitTeam, { body: { ...tooMany, staffIds: [anna, bert, cora] } })).error
      ?.id,
  ).toBe('invalid')
})
afterAll(() => app.close())

const plan = async (caller: string, more = {}) =>
  app.request(caller, createVisitPlan, { body: { siteId: site, from: today, days: 5, ...more } })
const report = <T extends object>(more: T = {} as T) => {
  const now = Date.now()
  return {
    idempotencyKey: `key-${Math.random()}`,
    outcome: 'done',
    arrivedAt: new Date(now - 1_800_000).toISOString(),
    leftAt: new Date(now - 60_000).toISOString(),
    sentAt: new Date(now).toISOString(),
    position: { ...(homes[0] ?? base), accuracyMetres: 20 },
    ...more,
  }
}

test('a plan needs a base; nobody plans another site, and a manager only looks', async () => {
  const elsewhere = await app.signInAs('service-centre', { site: other })
  expect((await plan(elsewhere)).status).toBe(404)
  expect((await plan(manager)).status).toBe(403)
  const refused = await app.request(elsewhere, createVisitPlan, {
    body: { siteId: other, from: today, days: 5 },
  })
  expect(refused.error?.fields?.[0]?.path).toBe('base')
  const setup = await app.request(manager, getVisitSetup, { query: { siteId: site } })
  expect(setup.body).toMatchObject({ base, mayPlan: false, radiusKm: 300 })
})

let planned: VisitPlan
const tasks: number[] = []

test('open visits become routes by team and day; who has no position or lives too far away is listed with the reason', async () => {
  for (const [index, home] of homes.entries()) tasks.push((await visit(`v${index}`, home)).task)
  const nowhere = await visit('nowhere', null)
  const far = await visit('far', { latitude: 26, longitude: 104 })
  const answer = await plan(planner)
  expect(answer.status).toBe(201)
  planned = answer.body
  const ids = planned.routes.flatMap((route) => route.stops.map((stop) => stop.taskId))
  expect([...ids].sort()).toEqual([...tasks].sort())
  for (const route of planned.routes) expect(route.stops.length).toBeLessThanOrEqual(3)
  expect(planned.totals.km).toBeLessThanOrEqual(planned.baseline.km + 1e-6)
  expect(planned.baseline.visits).toBe(7)
  expect(Object.fromEntries(planned.leftOut.map((one) => [one.taskId, one.reason]))).toEqual({
    [nowhere.task]: 'no-position',
    [far.task]: 'outside-radius',
  })
  // To the district and to some hundred metres: planning needs no front door.
  expect(planned.routes[0]?.stops[0]?.address).toBe('成都市武侯区***')
  for (const { position } of planned.routes.flatMap((route) => route.stops))
    expect(position.latitude * 1000).toBeCloseTo(Math.round(position.latitude * 1000), 6)
  const [route] = planned.routes
  const team = route?.teamId === teams[0] ? { km: 2, members: 2 } : { km: 1.2, members: 1 }
  expect(route?.cost).toBeCloseTo(
    (route?.km ?? 0) * team.km + ((route?.minutes ?? 0) / 60) * team.members * 60,
    6,
  )
})

test('a zone sends its visits to its team', async () => {
  const shape = { kind: 'circle', ...(homes[3] ?? base), radiusKm: 1 }
  const zone = { siteId: site, name: '三号片', shape, teamId: teams[1], active: true }
  const { body } = await app.request(planner, saveVisitZone, { body: zone })
  planned = (await plan(planner)).body
  const route = planned.routes.find((one) => one.stops.some((stop) => stop.taskId === tasks[3]))
  expect(route?.teamId).toBe(teams[1])
  await app.request(planner, saveVisitZone, { body: { ...zone, id: body.id, active: false } })
})

test('stops are moved, taken out and put in again; a stale screen is told', async () => {
  const fresh = (await plan(planner)).body
  const taskId = tasks[0] ?? 0
  const send = (version: number, to: unknown) =>
    app.request(planner, moveVisitStop, { params: { id: fresh.id }, body: { version, taskId, to } })
  const out = await send(fresh.version, null)
  expect(out.body.leftOut).toContainEqual(expect.objectContaining({ taskId, reason: 'taken-out' }))
  expect(out.body.totals.visits).toBe(6)
  expect((await send(fresh.version, null)).error?.id).toBe('changed-meanwhile')
  const last = fresh.dates.at(-1) ?? ''
  const moved = await send(out.body.version, { teamId: teams[1], date: last, position: 0 })
  expect(moved.body.routes.find((one) => one.date === last)?.stops.map((stop) => stop.taskId)).toContain(
    taskId,
  )
  const [day] = moved.body.routes
  const short = await app.request(planner, shortenVisitRoute, {
    params: { id: fresh.id },
    body: { version: moved.body.version, teamId: day?.teamId, date: day?.date },
  })
  expect(short.body.routes[0]?.km).toBeLessThanOrEqual((day?.km ?? 0) + 1e-6)
})

test('confirming puts the tasks on the lists of the teams, and only their members can work them', async () => {
  // Everything today with one team.
  let { body: draft } = await plan(planner, { days: 1 })
  for (const [position, taskId] of tasks.entries()) {
    const to = { teamId: teams[0], date: today, position }
    const body = { version: draft.version, taskId, to }
    draft = (await app.request(planner, moveVisitStop, { params: { id: draft.id }, body })).body
  }
  expect(draft.routes[0]?.over).toBe('visits')
  const body = { version: draft.version }
  const confirmed = await app.request(planner, confirmVisitPlan, { params: { id: draft.id }, body })
  expect(confirmed.body).toMatchObject({ status: 'confirmed', abilities: { change: false } })
  expect((await app.request(planner, confirmVisitPlan, { params: { id: draft.id }, body })).error?.id).toBe(
    'already-closed',
  )
  const listOf = async (caller: string) =>
    (await app.request(caller, listTasks, { query: { whose: 'mine', level: 3 } })).body.items.map(
      (one) => one.id,
    )
  expect((await listOf(visitor)).filter((id) => tasks.includes(id))).toHaveLength(7)
  expect((await listOf(stranger)).filter((id) => tasks.includes(id))).toEqual([])
  const refused = await app.request(stranger, recordVisit, { params: { id: tasks[0] ?? 0 }, body: report() })
  expect(refused.status).toBe(404)
  // What is planned stays out of the next plan unless asked for.
  expect((await plan(planner)).body.totals.visits).toBe(0)
  expect((await plan(planner, { again: true })).body.totals.visits).toBe(7)
})

test('the day on the telephone has whole addresses, each logged; colleagues of other teams get none', async () => {
  const { body } = await app.request(visitor, takeVisitDay, { body: {} })
  expect(body.stops).toHaveLength(7)
  expect(body.stops[0]?.address).toContain('玉林北路 12 号')
  expect(body.stops[0]?.phone).toBe('+8613800001111')
  expect(body.questionnaires).toHaveLength(1)
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from audit_event where action = 'person.reveal' and reason like '上门随访%'`.execute(
    app.db,
  )
  expect(rows[0]?.n).toBe(7)
  expect((await app.request(stranger, takeVisitDay, { body: {} })).body.stops).toEqual([])
  expect((await app.request(planner, takeVisitDay, { body: {} })).status).toBe(403)
})

test('a visit sent twice is recorded once, with place and time as proof', async () => {
  const id = tasks[0] ?? 0
  const body = report({ answers: await goodAnswers(app, id), note: '家属在场' })
  const first = await app.request(visitor, recordVisit, { params: { id }, body })
  expect(first.body).toEqual({ status: 'applied', problem: null, taskStatus: 'completed', distanceMetres: 0 })
  const again = await app.request(visitor, recordVisit, { params: { id }, body })
  expect(again.body).toEqual(first.body)
  const task = (await app.request(visitor, getTask, { params: { id } })).body
  expect(task).toMatchObject({ status: 'completed', outcome: 'done', proof: 'visit-note' })
  expect(task.attemptList).toHaveLength(1)
  expect(task.attemptList[0]).toMatchObject({ channel: 'visit', durationSeconds: 1740, note: '家属在场' })
  expect(task.evidence[0]).toMatchObject({ kind: 'visit-note', at: body.arrivedAt })
  expect(task.evidence[0]?.place).toMatch(/±20 m.*距登记住址 0 m/)
})

test('two sendings at the same time make one record', async () => {
  const id = tasks[1] ?? 0
  const body = report({ outcome: 'refused', position: null })
  const send = () => app.request(visitor, recordVisit, { params: { id }, body })
  const answers = await Promise.all([send(), send(), send()])
  expect(answers.map((one) => one.body.status)).toEqual(['applied', 'applied', 'applied'])
  const task = (await app.request(visitor, getTask, { params: { id } })).body
  expect(task.attemptList).toHaveLength(1)
  // Neither a position nor words about the place: somebody says so.
  expect(task.proof).toBe('stated')
})

test('a clock that runs wrong is put right by the time it shows at sending', async () => {
  const id = tasks[2] ?? 0
  const ahead = (minutes: number) => new Date(Date.now() + (180 + minutes) * 60_000).toISOString()
  const body = report({ outcome: 'unreached', arrivedAt: ahead(-30), leftAt: ahead(-20), sentAt: ahead(0) })
  const answer = await app.request(visitor, recordVisit, { params: { id }, body })
  expect(answer.body.status).toBe('applied')
  const { items } = (await app.request(manager, listVisitRecords, { query: { siteId: site } })).body
  const record = items.find((one) => one.taskId === id)
  const minutesAgo = (Date.now() - Date.parse(record?.arrivedAt ?? '')) / 60_000
  expect(minutesAgo).toBeGreaterThan(29)
  expect(minutesAgo).toBeLessThan(32)
})

test('a visit to a task that was stopped meanwhile is kept, told, and settled by somebody', async () => {
  const id = tasks[3] ?? 0
  await sql`update task set status = 'cancelled', completed_at = now() where id = ${id}`.execute(app.db)
  const body = report({ answers: await goodAnswers(app, id), note: '已再次住院' })
  const answer = await app.request(visitor, recordVisit, { params: { id }, body })
  expect(answer.body).toMatchObject({ status: 'kept', problem: 'already-closed', taskStatus: 'cancelled' })
  expect((await app.request(visitor, recordVisit, { params: { id }, body })).body).toEqual(answer.body)
  const list = async () =>
    (await app.request(planner, listVisitRecords, { query: { siteId: site, kept: true } })).body.items
  const [kept] = await list()
  expect(kept).toMatchObject({ taskId: id, status: 'kept', note: '已再次住院' })
  const told = Object.fromEntries(kept?.answers.map(({ question, value }) => [question.linkId, value]) ?? [])
  expect(told).toEqual(body.answers)
  const manager = await app.signInAs('manager')
  const theirs = await app.request(manager, listVisitRecords, { query: { siteId: site, kept: true } })
  expect(theirs.body.items[0]?.answers).toEqual([])
  const settle = () =>
    app.request(planner, settleVisitRecord, { params: { id: kept?.id ?? 0 }, body: { reason: '已转告病房' } })
  expect((await settle()).status).toBe(204)
  expect((await settle()).status).toBe(404)
  expect(await list()).toEqual([])
})

test('a task given to another team after it was taken along: what was found at the door is kept all the same', async () => {
  const id = tasks[4] ?? 0
  await sql`update task set queue = ${`site:${site}:outreach:team:${teams[1]}`}, assignee_staff_id = null where id = ${id}`.execute(
    app.db,
  )
  const answer = await app.request(visitor, recordVisit, { params: { id }, body: report() })
  expect(answer.body).toMatchObject({ status: 'kept', problem: 'not-found', taskStatus: 'requested' })
})

test('while a colleague has the task open the telephone is told to wait, and nothing is written', async () => {
  const id = tasks[5] ?? 0
  await app.request(planner, holdTask, { params: { id } })
  const body = report({ answers: await goodAnswers(app, id) })
  expect((await app.request(visitor, recordVisit, { params: { id }, body })).error?.id).toBe('held-by-other')
  await sql`update task set held_until = now() where id = ${id}`.execute(app.db)
  expect((await app.request(visitor, recordVisit, { params: { id }, body })).body.status).toBe('applied')
})

test('the month counts visits, km and cost per visit by team, and its rows are the visits', async () => {
  const query = { siteId: site, month: today.slice(0, 7) }
  const [team, ...more] = (await app.request(manager, getVisitCosts, { query })).body.teams
  const { items } = (
    await app.request(manager, listVisitRecords, { query: { ...query, teamId: team?.teamId } })
  ).body
  expect(more).toEqual([])
  expect(team).toMatchObject({ teamId: teams[0], days: 1, visits: items.length, done: 4 })
  const [route] = (await app.request(manager, getVisitPlan, { params: { id: await confirmedPlan() } })).body
    .routes
  expect(team?.km).toBeCloseTo(route?.km ?? 0, 6)
  const doors = items.reduce(
    (sum, one) => sum + (Date.parse(one.leftAt) - Date.parse(one.arrivedAt)) / 60_000,
    0,
  )
  expect(team?.minutes).toBeCloseTo((route?.minutes ?? 0) - 7 * 40 + doors, 1)
  expect(team?.costPerVisit).toBeCloseTo((team?.cost ?? 0) / items.length, 6)
})

test('outreach work besides the sample is put on the list by hand; a visit among it is planned like the others', async () => {
  const person = await personOf(app, 'v5')
  const make = (caller: string, purpose: string, due = shiftDate(today, 3)) =>
    app.request(caller, createOutreachTask, {
      body: { siteId: site, personId: person, purpose, due, note: '带血压计' },
    })
  expect((await make(planner, 'visit')).status).toBe(204)
  expect((await make(stranger, 'referral')).status).toBe(204)
  expect((await make(manager, 'referral')).status).toBe(403)
  expect((await make(planner, 'referral', shiftDate(today, -1))).status).toBe(422)
  const list = await app.request(stranger, listTasks, { query: { whose: 'mine', kind: 'other' } })
  expect(list.body.items.map((one) => one.title)).toEqual(['转诊联络'])
  const { body } = await plan(planner)
  const planned = body.routes.flatMap((route) => route.stops)
  expect(planned.some((stop) => stop.personId === person)).toBe(true)
})

async function confirmedPlan(): Promise<number> {
  const { body } = await app.request(planner, listVisitTasks, { query: { siteId: site } })
  return body.plans[0]?.id ?? 0
}

test('a new address loses the position of the old one', async () => {
  const person = await personOf(app, 'v6')
  await sql`update person_address set text = '科华北路 3 号' where person_id = ${person}`.execute(app.db)
  const { body } = await app.request(planner, listVisitTasks, { query: { siteId: site } })
  expect(body.items.find((one) => one.personId === person)?.position).toBeNull()
})

test('who wants no visit is left out of the plan with the reason, kept on the timeline, and not put in by hand', async () => {
  const { person, task } = await visit('unwanted', homes[1] ?? base)
  await app.request(planner, setOptOut, {
    params: { id: person },
    body: { channel: 'visit', purpose: 'all', active: true },
  })
  const { body: planned } = await plan(planner)
  expect(planned.leftOut).toContainEqual(expect.objectContaining({ taskId: task, reason: 'contact-refused' }))
  const moved = await app.request(planner, moveVisitStop, {
    params: { id: planned.id },
    body: {
      version: planned.version,
      taskId: task,
      to: { teamId: teams[1], date: planned.dates[0], position: 0 },
    },
  })
  expect(moved.error?.id).toBe('contact-refused')
  const { body } = await app.request(planner, getTimeline, {
    params: { id: person },
    query: { kind: ['contact.refused'] },
  })
  expect(body.items).toMatchObject([{ taskId: task, data: { channel: 'visit', refusal: 'opted-out' } }])
})
