import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Role, getCurrentUser, listUsers, roles, saveFavourites } from '../../../contract/access.ts'
import { listHeadChecks } from '../../../contract/head-check.ts'
import { monthPeriod } from '../../../contract/month.ts'
import { issueInstruction } from '../../../contract/instruction.ts'
import { listTasks } from '../../../contract/task.ts'
import { listWaiting, type WaitingKind } from '../../../contract/waiting.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { localDate, toLocal } from '../../platform/clock.ts'
import { transaction } from '../../platform/db.ts'
import { updateSetting } from '../setting/setting.ts'

let app: TestApp
let ids: Awaited<ReturnType<typeof idsOf>>

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { event: 'A03', mrn: 'W1', visit: 'W1', doctor: 'D1' })
  await receive(app, { event: 'A03', mrn: 'W2', visit: 'W2', doctor: 'D2' })
  await receive(app, { event: 'A03', mrn: 'E1', visit: 'E1', site: 'EAST' })
  await app.processAll()
  ids = await idsOf(app)
})
afterAll(() => app.close())

const at = (site: string, role: Role, more: { department?: number; staff?: number } = {}) =>
  app.signInAs(role, role === 'auditor' ? {} : { site: ids.site(site), ...more })
const waiting = async (caller: string) => {
  const { body, status } = await app.request(caller, listWaiting)
  expect(status).toBe(200)
  return body
}
const count = async (caller: string, kind: WaitingKind) =>
  (await waiting(caller)).items.find((one) => one.kind === kind)

test('nobody is told what waits without signing in', async () => {
  expect((await app.request(undefined, listWaiting)).status).toBe(401)
})

test.each(roles)('%s is told of what that role may deal with, and of nothing else', async (role) => {
  const caller = await at('NH', role)
  const { permissions } = (await app.request(caller, getCurrentUser)).body
  const needs: [WaitingKind, keyof typeof permissions][] = [
    ['tasks', 'task.read'],
    ['team', 'task.assign'],
    ['instructions', 'instruction.submit'],
    ['results', 'instruction.issue'],
    ['objections', 'spot-check.appeal'],
    ['appeals', 'spot-check.decide'],
    ['findings', 'head-check.acknowledge'],
    ['checks', 'head-check.write'],
    ['draws', 'spot-check.draw'],
    ['calls', 'spot-check.draw'],
    ['disputes', 'dispute.write'],
    ['cases', 'case.write'],
    ['approvals', 'case.manage'],
    ['promises', 'promise.write'],
    ['conversations', 'conversation.write'],
    ['articles', 'knowledge.write'],
    ['scoring', 'call-review.write'],
    ['scores', 'call-review.read'],
    ['visits', 'visit.work'],
    ['unplanned', 'visit.plan'],
    ['unsettled', 'visit.plan'],
    ['refusals', 'audit.read'],
    ['reveals', 'audit.read'],
    ['matches', 'person.merge'],
    ['intake', 'intake.replay'],
    ['outbound', 'intake.replay'],
  ]
  const { items, today } = await waiting(caller)
  expect(items.map((one) => one.kind).sort()).toEqual(
    needs
      .filter(([, permission]) => permissions[permission])
      .map(([kind]) => kind)
      .sort(),
  )
  expect(today !== null).toBe(permissions['task.read'] !== undefined)
})

test('an own list counts what it shows; what is late of the team is counted within the reach', async () => {
  const department = ids.department('CARD')
  const doctor = await at('NH', 'doctor', { department, staff: ids.staff('D1') })
  const head = await at('NH', 'department-head', { department })
  const elsewhere = await at('EAST', 'service-centre')
  const shown = (await app.request(doctor, listTasks, { query: { view: 'todo' } })).body.items
  expect(await count(doctor, 'tasks')).toMatchObject({ count: shown.length })

  expect(await count(head, 'team')).toMatchObject({ count: 0 })
  await sql`update task set start_at = now() - interval '9 days', due_at = now() - interval '2 days'
    where department_id = ${department} and status = 'requested'`.execute(app.db)
  const late = (await app.request(head, listTasks, { query: { view: 'overdue', whose: 'team' } })).body.items
  expect(late.length).toBeGreaterThan(0)
  expect(await count(head, 'team')).toEqual({ kind: 'team', count: late.length, late: late.length })
  expect(await count(elsewhere, 'team')).toMatchObject({ count: 0 })
})

test('an instruction waits for those who carry it out, its result for those who issued it, at their site alone', async () => {
  const centre = await at('NH', 'service-centre')
  const department = ids.department('CARD')
  const [d1, d2] = await Promise.all(
    ['D1', 'D2'].map((staff) => at('NH', 'doctor', { department, staff: ids.staff(staff) })),
  )
  const { status } = await app.request(centre, issueInstruction, {
    body: {
      personId: await personOf(app, 'W1'),
      departmentId: department,
      staffId: ids.staff('D1'),
      reason: 'abnormal-result',
      text: '血钾 6.1，叮嘱当天复查',
      dueAt: new Date(Date.now() + 86_400_000).toISOString(),
    },
  })
  expect(status).toBe(201)
  expect(await count(d1 ?? '', 'instructions')).toEqual({ kind: 'instructions', count: 1, late: 0 })
  expect(await count(d2 ?? '', 'instructions')).toMatchObject({ count: 0 })
  expect(await count(centre, 'results')).toMatchObject({ count: 0 })
  await sql`update return_visit_instruction set status = 'submitted', executed_at = now(), outcome = 'done',
    executed_by_name = 'x', submitted_at = now()`.execute(app.db)
  expect(await count(d1 ?? '', 'instructions')).toMatchObject({ count: 0 })
  expect(await count(centre, 'results')).toMatchObject({ count: 1 })
  expect(await count(await at('EAST', 'service-centre'), 'results')).toMatchObject({ count: 0 })
})

test('outside calling hours the day says when calls may be made again', async () => {
  const nurse = await at('NH', 'nurse', { department: ids.department('CARD') })
  const callsFrom = async () => (await waiting(nurse)).today?.callsFrom
  const hours = (from: number, version: number) =>
    transaction(app.db, (trx) =>
      updateSetting(trx, testActor, 'x', 'follow-up.hours.from', { value: from, version }),
    )
  const { hour } = toLocal(new Date(), 'Asia/Shanghai')
  await hours(Math.min(hour + 1, 19), 0)
  const from = await callsFrom()
  expect(new Date(from ?? 0).getTime()).toBeGreaterThan(Date.now())
  expect(toLocal(new Date(from ?? 0), 'Asia/Shanghai').minute).toBe(0)
})

test('a head is told of the doctors of last month who are not checked yet, an auditor of what was refused today', async () => {
  await sql`update encounter set starts_at = at - interval '5 days', ends_at = at
    from (select date_trunc('month', now()) - interval '3 days' as at) x where class = 'inpatient'`.execute(
    app.db,
  )
  const head = await at('NH', 'department-head', { department: ids.department('CARD') })
  const doctors = (
    await app.request(head, listHeadChecks, {
      query: { month: monthPeriod(localDate(new Date(), 'Asia/Shanghai').slice(0, 7), 1).from.slice(0, 7) },
    })
  ).body.items
  expect(doctors.length).toBeGreaterThan(0)
  expect(await count(head, 'checks')).toMatchObject({ count: doctors.length })
  const auditor = await app.signInAs('auditor')
  const refused = async () => (await count(auditor, 'refusals'))?.count ?? 0
  const before = await refused()
  await app.request(head, listUsers)
  expect(await refused()).toBe(before + 1)
})

test('favourites are kept with the account, and hold pages of this app only', async () => {
  const nurse = await at('NH', 'nurse')
  const keep = (pages: string[]) => app.request(nurse, saveFavourites, { body: { pages } })
  expect((await keep(['/desk', '/call-backs'])).status).toBe(204)
  expect((await app.request(nurse, getCurrentUser)).body.favourites).toEqual(['/desk', '/call-backs'])
  expect((await keep(['https://elsewhere.example'])).status).toBe(422)
  expect((await app.request(await at('NH', 'nurse'), getCurrentUser)).body.favourites).toEqual([])
})
