import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assignTasks, countTasks, getTask, holdTask, listTasks, releaseTask } from '../../../contract/task.ts'
import {
  createAbsence,
  endAbsence,
  getTeam,
  handOver,
  listAbsences,
  setGoal,
  undoHandOver,
} from '../../../contract/team.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { keepAbsences } from './absence.ts'

let app: TestApp
let head: string
let other: string
let staff: (code: string) => number
let ward: number
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  for (const doctor of ['D1', 'D2', 'D3', 'D4', 'D5', 'D6'])
    await receive(app, { mrn: `first-${doctor}`, doctor, doctorName: doctor })
  await receive(app, { mrn: 'second', department: 'SURG', doctor: 'S1' })
  const ids = await idsOf(app)
  staff = ids.staff
  ward = ids.department('CARD')
  head = await app.signInAs('department-head', { department: ward })
  other = await app.signInAs('department-head', { department: ids.department('SURG') })
})
afterAll(() => app.close())

const fresh = async (doctor: string) => (await discharged(app, `T${++count}`, { doctor })).task
const owner = async (task: number) => {
  const { rows } = await sql<{ staff: number | null; covered: number | null; queue: string }>`
    select assignee_staff_id as staff, covered_for_staff_id as covered, queue from task where id = ${task}`.execute(
    app.db,
  )
  return rows[0]
}
const own = (code: string) => ({ staff: staff(code), covered: null, queue: `staff:${staff(code)}` })
const covered = (by: string, code: string) => ({ ...own(by), covered: staff(code) })
const hours = (n: number) => new Date(Date.now() + n * 3600_000).toISOString()
const absent = (from: string, to: string, more: object = {}, who = head) =>
  app.request(who, createAbsence, {
    body: { staffId: staff(from), coverStaffId: staff(to), from: hours(-1), to: hours(48), ...more },
  })
const end = (id: number) => app.request(head, endAbsence, { params: { id } })

test('everything open of one person goes to another, with a reason, and is taken back as far as nothing happened since', async () => {
  const tasks = [await fresh('D1'), await fresh('D1'), await fresh('D1')]
  const agent = await app.signInAs('doctor', { staff: staff('D1') })
  await app.request(agent, holdTask, { params: { id: tasks[2] } })
  const body = { toStaffId: staff('D2'), reason: '外出进修' }
  const give = (more: object) =>
    app.request(head, handOver, { params: { id: staff('D1') }, body: { ...body, ...more } })
  expect((await give({ dryRun: true })).body).toEqual({ handOverId: null, changed: 2, skipped: 1 })
  const given = await give({})
  expect(given.body).toMatchObject({ changed: 2, skipped: 1 })
  expect(await Promise.all(tasks.map(owner))).toEqual([own('D2'), own('D2'), own('D1')])
  const { rows } =
    await sql`select 1 from audit_event where action = 'task.assign' and reason = '外出进修'`.execute(app.db)
  expect(rows).toHaveLength(2)
  await app.request(head, assignTasks, { body: { taskIds: [tasks[0]], staffId: staff('D3') } })
  const undo = () => app.request(head, undoHandOver, { params: { id: given.body.handOverId } })
  expect((await undo()).body).toEqual({ changed: 1, skipped: 1 })
  expect(await Promise.all(tasks.map(owner))).toEqual([own('D3'), own('D1'), own('D1')])
  expect((await undo()).error?.id).toBe('cannot-undo')
})

test('a selection goes back to the list of the role and the undo puts it where it was', async () => {
  const task = await fresh('D2')
  const { body } = await app.request(head, assignTasks, {
    body: { taskIds: [task], staffId: null, reason: '值班' },
  })
  expect(await owner(task)).toEqual({ staff: null, covered: null, queue: `department:${ward}:doctor` })
  await app.request(head, undoHandOver, { params: { id: body.handOverId } })
  expect(await owner(task)).toEqual(own('D2'))
})

test('a head hands over only within the own department', async () => {
  const task = await fresh('D2')
  const body = { toStaffId: staff('S1'), reason: '试试' }
  expect((await app.request(head, handOver, { params: { id: staff('D2') }, body })).status).toBe(404)
  expect((await app.request(other, handOver, { params: { id: staff('D2') }, body })).status).toBe(404)
  const { body: given } = await app.request(head, assignTasks, {
    body: { taskIds: [task], staffId: staff('D3') },
  })
  expect((await app.request(other, undoHandOver, { params: { id: given.handOverId } })).status).toBe(404)
  expect((await absent('D2', 'S1')).status).toBe(404)
  expect((await app.request(other, getTeam, { query: { departmentId: ward } })).status).toBe(404)
})

test('while somebody is away open and new tasks go to the cover; what the cover works on follows; all come back after', async () => {
  const [before, held] = [await fresh('D4'), await fresh('D4')]
  const agent = await app.signInAs('doctor', { staff: staff('D4') })
  await app.request(agent, holdTask, { params: { id: held } })
  const { body: absence } = await absent('D4', 'D5', { reason: '年休假' })
  expect(absence).toMatchObject({ state: 'absent', staffName: 'D4', coverName: 'D5' })
  expect(await owner(before)).toEqual(covered('D5', 'D4'))
  expect(await owner(held)).toEqual(own('D4'))
  await app.request(agent, releaseTask, { params: { id: held } })
  await keepAbsences(app.db)
  expect(await owner(held)).toEqual(covered('D5', 'D4'))
  const meanwhile = await fresh('D4')
  expect(await owner(meanwhile)).toEqual(covered('D5', 'D4'))
  // The cover may see and work them.
  const cover = await app.signInAs('doctor', { staff: staff('D5') })
  expect((await app.request(cover, getTask, { params: { id: meanwhile } })).body.card?.telecoms).toHaveLength(
    1,
  )
  const list = (await app.request(cover, listTasks, { query: { view: 'all' } })).body.items
  expect(list.map((one) => one.id)).toEqual(expect.arrayContaining([before, held, meanwhile]))
  const team = (await app.request(head, getTeam, {})).body.members
  expect(team.find((one) => one.staffId === staff('D5'))).toMatchObject({ covering: 3 })
  expect(team.find((one) => one.staffId === staff('D4'))?.absent?.coverName).toBe('D5')
  expect((await end(absence.id)).body.state).toBe('ended')
  expect(await Promise.all([before, held, meanwhile].map(owner))).toEqual([own('D4'), own('D4'), own('D4')])
  expect((await end(absence.id)).error?.id).toBe('already-closed')
})

test('an absence begins and ends by the clock; a cover who is away later has a cover in turn', async () => {
  const task = await fresh('D6')
  const { body: first } = await absent('D6', 'D5', { from: hours(1), to: hours(20) })
  expect(first.state).toBe('planned')
  expect(await owner(task)).toEqual(own('D6'))
  await sql`update staff_absence set from_at = now() - interval '1 minute' where id = ${first.id}`.execute(
    app.db,
  )
  await keepAbsences(app.db)
  expect(await owner(task)).toEqual(covered('D5', 'D6'))
  const { body: second } = await absent('D5', 'D3', { from: hours(-1), to: hours(30) })
  expect(await owner(task)).toEqual(covered('D3', 'D6'))
  const later = await fresh('D6')
  expect(await owner(later)).toEqual(covered('D3', 'D6'))
  await sql`update staff_absence set to_at = now() - interval '1 second' where id = ${first.id}`.execute(
    app.db,
  )
  await keepAbsences(app.db)
  expect(await Promise.all([task, later].map(owner))).toEqual([own('D6'), own('D6')])
  await end(second.id)
})

test('absences that contradict each other are refused, and seen only by whom they concern', async () => {
  const { body } = await absent('D1', 'D2', { from: hours(100), to: hours(200) })
  expect((await absent('D1', 'D3', { from: hours(150), to: hours(250) })).error?.id).toBe('already-exists')
  const away = await absent('D3', 'D1', { from: hours(150), to: hours(160) })
  expect(away.error?.fields?.[0]?.path).toBe('coverStaffId')
  expect((await absent('D3', 'D3')).error?.fields?.[0]?.path).toBe('coverStaffId')
  expect((await absent('D3', 'D2', { to: hours(-2) })).error?.fields?.[0]?.path).toBe('to')
  const ids = async (who: string) =>
    (await app.request(who, listAbsences, {})).body.items.map((one) => one.id)
  expect(await ids(head)).toContain(body.id)
  expect(await ids(other)).toEqual([])
  expect((await app.request(other, endAbsence, { params: { id: body.id } })).status).toBe(404)
})

test('each has a goal of their own, set by themselves or their head, and sees the progress against it', async () => {
  const me = await app.signInAs('doctor', { staff: staff('D2') })
  const set = (who: string, code: string, goal: number | null) =>
    app.request(who, setGoal, { params: { id: staff(code) }, body: { goal } })
  expect((await set(me, 'D2', 25)).body).toEqual({ goal: 25, ownGoal: true })
  expect((await app.request(me, countTasks, {})).body.dailyGoal).toBe(25)
  expect((await set(me, 'D3', 5)).status).toBe(404)
  expect((await set(other, 'D2', 5)).status).toBe(404)
  expect((await set(head, 'D2', 30)).body.goal).toBe(30)
  const team = (await app.request(head, getTeam, {})).body.members
  expect(team.find((one) => one.staffId === staff('D2'))).toMatchObject({ goal: 30, ownGoal: true })
  expect((await set(head, 'D2', null)).body).toEqual({ goal: 60, ownGoal: false })
})

test('the head sees open, overdue and finished work of each member and of the lists of the roles', async () => {
  const task = await fresh('D1')
  await sql`update task set due_at = now() - interval '1 day' where id = ${task}`.execute(app.db)
  const { body } = await app.request(head, getTeam, {})
  expect(body.departmentId).toBe(ward)
  const { rows } = await sql<{ open: number }>`
    select count(*) as open from task where queue = ${`staff:${staff('D1')}`} and status in ('requested', 'in-progress')`.execute(
    app.db,
  )
  const member = body.members.find((one) => one.staffId === staff('D1'))
  expect(member).toMatchObject({ open: rows[0]?.open, overdue: 1, doneToday: 0 })
})
