import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listCallBacks, moveCallBack } from '../../../contract/call-back.ts'
import { getTask, holdTask, listTasks } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let doctor: string
let stranger: string
let head: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  await receive(app, { mrn: 'second', department: 'SURG', doctor: 'D9' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  stranger = await app.signInAs('doctor', { staff: ids.staff('D9') })
  head = await app.signInAs('department-head', { department: ids.department('CARD') })
})
afterAll(() => app.close())

/** Tomorrow at this hour in China, to the second. */
const tomorrow = (hour: number, minute = 0) =>
  new Date(
    Date.parse(`${new Date(Date.now() + 32 * 3600_000).toISOString().slice(0, 10)}T00:00:00+08:00`) +
      (hour * 60 + minute) * 60_000,
  ).toISOString()

async function agreed(at: string) {
  const { task } = await discharged(app, `B${++count}`)
  await app.request(doctor, holdTask, { params: { id: task } })
  await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: { outcome: 'call-back', callBackAt: at },
  })
  return task
}
const calendar = (who = doctor, whose = 'mine') =>
  app.request(who, listCallBacks, { query: { from: tomorrow(0), to: tomorrow(24), whose } })
const move = (id: number, body: object, who = doctor) =>
  app.request(who, moveCallBack, { params: { id }, body })

test('agreed and planned calls stand at their hour; an hour with more than one agent keeps is marked', async () => {
  const tasks = [await agreed(tomorrow(10, 5)), await agreed(tomorrow(10, 30)), await agreed(tomorrow(15))]
  await sql`insert into setting (key, value, version) values ('follow-up.calls-per-hour', '1', 1)`.execute(
    app.db,
  )
  const { body } = await calendar()
  expect(body.items.map((one) => [one.id, one.at, one.agreed])).toEqual([
    [tasks[0], tomorrow(10, 5), true],
    [tasks[1], tomorrow(10, 30), true],
    [tasks[2], tomorrow(15), true],
  ])
  expect(body.hours).toEqual([
    { at: tomorrow(10), count: 2, overFull: true },
    { at: tomorrow(15), count: 1, overFull: false },
  ])
})

test('a call is moved, goes back to the list at its new time, and is not moved over what a colleague did meanwhile', async () => {
  const task = await agreed(tomorrow(11))
  const moved = await move(task, { at: tomorrow(12), was: tomorrow(11) })
  expect(moved.body).toMatchObject({ id: task, at: tomorrow(12) })
  expect((await app.request(doctor, getTask, { params: { id: task } })).body.nextAttemptAt).toBe(tomorrow(12))
  expect((await move(task, { at: tomorrow(13), was: tomorrow(11) })).error?.id).toBe('changed-meanwhile')
  const past = await move(task, { at: new Date(Date.now() - 1000).toISOString(), was: tomorrow(12) })
  expect(past.error?.fields?.[0]?.path).toBe('at')
  const waiting = (await app.request(doctor, listTasks, { query: { view: 'waiting' } })).body.items
  expect(waiting.find((one) => one.id === task)?.nextAttemptAt).toBe(tomorrow(12))
})

test('a calendar shows and moves only what lies within one’s reach', async () => {
  const task = await agreed(tomorrow(16))
  expect((await calendar(stranger, 'team')).body.items).toEqual([])
  expect((await move(task, { at: tomorrow(17), was: tomorrow(16) }, stranger)).status).toBe(404)
  const seen = (await calendar(head, 'team')).body
  expect(seen.items.some((one) => one.id === task)).toBe(true)
})

test('a calendar of more than a month is refused', async () => {
  const { error } = await app.request(doctor, listCallBacks, {
    query: { from: tomorrow(0), to: new Date(Date.now() + 40 * 86_400_000).toISOString() },
  })
  expect(error?.fields?.[0]?.path).toBe('to')
})
