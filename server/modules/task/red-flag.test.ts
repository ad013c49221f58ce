import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson } from '../../../contract/person.ts'
import { getTask, holdTask, listTasks, remindOwner, takeNextTask } from '../../../contract/task.ts'
import { recordAttempt, saveAnswers } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import type { LiveEvent } from '../../platform/live.ts'

let app: TestApp
let doctor: string
let colleague: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  colleague = await app.signInAs('service-centre')
  await app.services.live.ready
})
afterAll(() => app.close())

const fresh = () => discharged(app, `R${++count}`, {})
const hold = (id: number, who = doctor) => app.request(who, holdTask, { params: { id } })
const look = async (id: number, who = doctor) => (await app.request(who, getTask, { params: { id } })).body
const save = (task: number, answers: Body) =>
  app.request(doctor, saveAnswers, { params: { id: task }, body: { answers } })

type Body = Record<string, unknown>

const dangerous = { condition: 'worse' }
const harmless = { condition: 'better' }
async function flagsOf(person: number) {
  const { rows } = await sql<{ id: number; status: string }>`
    select id, status from task where person_id = ${person} and kind = 'red-flag' order by id`.execute(app.db)
  return rows
}

test('a dangerous answer rings the attending doctor at once, and only once', async () => {
  const { task, person } = await fresh()
  await hold(task)
  expect((await save(task, dangerous)).body.redFlags).toHaveLength(1)
  await save(task, { ...dangerous, danger: ['fever'] })
  const flags = await flagsOf(person)
  expect(flags).toHaveLength(1)
  expect(await look(flags[0]?.id ?? 0)).toMatchObject({
    priority: 'stat',
    assigneeRole: 'doctor',
    reason: 'red-flag',
  })
  const { body } = await app.request(doctor, getPerson, { params: { id: person } })
  expect(body.tags).toContain('red-flag')
})

test('a dangerous answer taken back cancels an untouched alarm, not a seen one; said again it rings again', async () => {
  const { task, person } = await fresh()
  await hold(task)
  await save(task, dangerous)
  await save(task, harmless)
  expect((await flagsOf(person)).map((one) => one.status)).toEqual(['cancelled'])
  await save(task, dangerous)
  const [, second] = await flagsOf(person)
  await hold(second?.id ?? 0)
  await save(task, harmless)
  expect((await flagsOf(person)).map((one) => one.status)).toEqual(['cancelled', 'in-progress'])
  await save(task, dangerous)
  expect(await flagsOf(person)).toHaveLength(2)
})

/** A doctor's red flag from a call, with the call itself. */
async function raised(answers: Body) {
  const { task, person } = await fresh()
  await hold(task)
  await save(task, answers)
  const [flag] = await flagsOf(person)
  return { task, person, flag: flag?.id ?? 0 }
}

test('the doctor’s task says what was answered to which question, by whom and when; what is said later comes to the same task', async () => {
  const { task, person, flag } = await raised(dangerous)
  const first = await look(flag)
  expect(first.alarms).toMatchObject([
    { line: { question: { linkId: 'condition' }, value: 'worse' }, source: 'staff' },
  ])
  expect(first.alarms[0]?.byName).toBeTruthy()
  await save(task, { ...dangerous, danger: ['fever'] })
  expect(await flagsOf(person)).toHaveLength(1)
  const both = await look(flag)
  expect(both.redFlags).toHaveLength(2)
  expect(both.title).toBe(both.redFlags.map((text) => text['zh-CN']).join('、'))
  // One of them was a slip: its words go, the other alarm stays.
  await save(task, { condition: 'better', danger: ['fever'] })
  expect((await look(flag)).redFlags).toEqual(both.redFlags.slice(1))
  expect((await look(flag)).status).toBe('requested')
})

test('an answer after the doctor has acted on another one rings again', async () => {
  const { task, person, flag } = await raised(dangerous)
  await hold(flag)
  await app.request(doctor, recordAttempt, { params: { id: flag }, body: { outcome: 'advised' } })
  expect(await look(flag)).toMatchObject({ status: 'completed', outcome: 'advised' })
  await save(task, { ...dangerous, danger: ['fever'] })
  expect((await flagsOf(person)).map((one) => one.status)).toEqual(['completed', 'requested'])
})

test('nobody takes a colleague’s red flag, by hand or as the next one, but may remind the colleague', async () => {
  const { flag, person } = await raised(dangerous)
  const heard: LiveEvent[] = []
  const stop = app.services.live.on((event) => heard.push(event))
  const list = await app.request(colleague, listTasks, {
    query: { whose: 'team', kind: ['red-flag'], limit: 200 },
  })
  expect(list.body.items.find((one) => one.id === flag)).toMatchObject({ ofOthers: true })
  expect((await hold(flag, colleague)).error?.id).toBe('red-flag-of-others')
  expect((await look(flag, colleague)).abilities).toMatchObject({ work: false, remind: true })
  for (let n = 0; n < 3; n++) {
    const { body } = await app.request(colleague, takeNextTask, { body: {} })
    expect(body.task?.kind).not.toBe('red-flag')
  }
  const { body } = await app.request(colleague, remindOwner, { params: { id: flag } })
  expect(body.remindedAt).toBeTruthy()
  await expect.poll(() => heard.filter((one) => one.taskId === flag && one.reminded)).toHaveLength(1)
  stop()
  const { rows } = await sql<{ kind: string }>`
    select kind from event where person_id = ${person} and kind = 'red-flag.reminded' and task_id = ${flag}`.execute(
    app.db,
  )
  expect(rows).toHaveLength(1)
  const { rows: audited } = await sql`
    select 1 from audit_event where action = 'task.remind' and subject = ${`task:${flag}`}`.execute(app.db)
  expect(audited).toHaveLength(1)
  // The owner has nobody to remind, and may take it.
  expect((await app.request(doctor, remindOwner, { params: { id: flag } })).error?.id).toBe('forbidden')
  expect((await hold(flag)).status).toBe(200)
})

test('outcomes of a red flag fit no other task, and who does not answer stays on top', async () => {
  const { task, flag } = await raised(dangerous)
  const attempt = (id: number, outcome: string) =>
    app.request(doctor, recordAttempt, { params: { id }, body: { outcome } })
  expect((await attempt(task, 'sent-to-clinic')).status).toBe(422)
  await hold(flag)
  await attempt(flag, 'unreached')
  expect(await look(flag)).toMatchObject({ status: 'in-progress', nextAttemptAt: null })
  await hold(flag)
  await attempt(flag, 'sent-to-emergency')
  expect(await look(flag)).toMatchObject({ status: 'completed', outcome: 'sent-to-emergency' })
})
