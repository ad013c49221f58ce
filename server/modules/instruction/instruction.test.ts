import { sql } from 'kysely'
import { getTimeline } from '../../../contract/timeline.ts'
import { fireDue } from '../clock/fire.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  fileInstruction,
  getInstruction,
  getInstructionFigures,
  issueInstruction,
  listInstructions,
  returnInstruction,
  submitInstruction,
  withdrawInstruction,
} from '../../../contract/instruction.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { holdTask, listTasks } from '../../../contract/task.ts'
import { recordAttempt, reopenTask } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { updateSetting } from '../setting/setting.ts'

let app: TestApp
let ids: Awaited<ReturnType<typeof idsOf>>
const who = { centre: '', head: '', d1: '', d2: '', nurse: '', manager: '', elsewhere: '' }
const day = 86_400_000
const tomorrow = () => new Date(Date.now() + day).toISOString()

beforeAll(async () => {
  app = await createTestApp()
  for (const mrn of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9'])
    await receive(app, { event: 'A03', mrn, visit: mrn, phone: '13800001111', doctor: 'D1' })
  await receive(app, { event: 'A03', mrn: 'other', visit: 'other', doctor: 'D2' })
  await receive(app, { mrn: 'east', site: 'EAST' })
  ids = await idsOf(app)
  const site = ids.site('NH')
  const department = ids.department('CARD')
  who.centre = await app.signInAs('service-centre', { site })
  who.manager = await app.signInAs('manager', { site })
  who.head = await app.signInAs('department-head', { site, department })
  who.nurse = await app.signInAs('nurse', { site, department })
  who.d1 = await app.signInAs('doctor', { site, department, staff: ids.staff('D1') })
  who.d2 = await app.signInAs('doctor', { site, department, staff: ids.staff('D2') })
  who.elsewhere = await app.signInAs('service-centre', { site: ids.site('EAST') })
})
afterAll(() => app.close())

async function issue(mrn: string, more: object = {}) {
  const body = {
    personId: await personOf(app, mrn),
    departmentId: ids.department('CARD'),
    staffId: ids.staff('D1'),
    reason: 'abnormal-result',
    text: '血钾 6.1，请问有无乏力，叮嘱当天复查',
    dueAt: tomorrow(),
    ...more,
  }
  return app.request(who.centre, issueInstruction, { body })
}
async function execute(caller: string, taskId: number, outcome = 'done', note = '已嘱当天复查') {
  expect((await app.request(caller, holdTask, { params: { id: taskId } })).status).toBe(200)
  return app.request(caller, recordAttempt, { params: { id: taskId }, body: { outcome, note } })
}
const get = async (caller: string, id: number) =>
  (await app.request(caller, getInstruction, { params: { id } })).body
const list = async (caller: string, query = {}) =>
  (await app.request(caller, listInstructions, { query: { view: 'all', ...query } })).body.items
const byHand = (value: boolean, version: number) =>
  transaction(app.db, (trx) =>
    updateSetting(trx, testActor, 'x', 'follow-up.instruction.by-hand', { value, version }),
  )

test('an instruction goes from the service centre to a doctor, is executed, submitted and filed', async () => {
  const { body: made, status } = await issue('I1')
  expect(status).toBe(201)
  const [task] = (await app.request(who.d1, listTasks, { query: { kind: 'return-visit' } })).body.items
  expect(task).toMatchObject({ id: made.taskId, title: '客服中心回访指令' })
  expect(await get(who.d1, made.id)).toMatchObject({
    status: 'issued',
    late: false,
    abilities: { work: true, submit: false, settle: false, withdraw: false },
  })
  await execute(who.d1, made.taskId)
  expect(await get(who.centre, made.id)).toMatchObject({
    status: 'submitted',
    outcome: 'done',
    report: '已嘱当天复查',
    abilities: { settle: true, withdraw: false },
  })
  expect(
    (await app.request(who.centre, fileInstruction, { params: { id: made.id }, body: { note: '好' } }))
      .status,
  ).toBe(204)
  const filed = await get(who.manager, made.id)
  expect(filed.status).toBe('filed')
  expect(filed.history.map((one) => one.action)).toEqual(['issued', 'executed', 'submitted', 'filed'])
})

test('a result that is not enough is sent back and becomes a new task with the reason in it', async () => {
  const { body: made } = await issue('I2', { staffId: null, assigneeRole: 'nurse' })
  await execute(who.nurse, made.taskId, 'done', '已打')
  const back = { reason: '请问清有无乏力', dueAt: tomorrow() }
  const send = () => app.request(who.centre, returnInstruction, { params: { id: made.id }, body: back })
  expect((await send()).status).toBe(204)
  expect((await send()).error?.id).toBe('not-closed')
  const again = await get(who.nurse, made.id)
  expect(again).toMatchObject({ status: 'issued', round: 2, outcome: null, report: null })
  expect(again.taskId).not.toBe(made.taskId)
  const tasks = (await app.request(who.nurse, listTasks, { query: { kind: 'return-visit' } })).body.items
  expect(tasks.map((one) => one.id)).toContain(again.taskId)
  await execute(who.nurse, again.taskId)
  expect((await get(who.centre, made.id)).status).toBe('submitted')
})

test('where the hospital wants it, the department submits in a step of its own', async () => {
  await byHand(true, 0)
  const { body: made } = await issue('I3')
  await execute(who.d1, made.taskId)
  expect(await get(who.head, made.id)).toMatchObject({ status: 'executed', abilities: { submit: true } })
  expect(
    (await app.request(who.centre, fileInstruction, { params: { id: made.id }, body: {} })).error?.id,
  ).toBe('not-closed')
  const submit = (caller: string) =>
    app.request(caller, submitInstruction, { params: { id: made.id }, body: { report: '血钾已复查 4.2' } })
  expect((await submit(who.centre)).error?.id).toBe('forbidden')
  expect((await submit(who.head)).status).toBe(204)
  expect((await submit(who.head)).error?.id).toBe('already-closed')
  expect(await get(who.centre, made.id)).toMatchObject({ status: 'submitted', report: '血钾已复查 4.2' })
  await byHand(false, 1)
})

test('undoing a result undoes the execution, until it is filed', async () => {
  const { body: made } = await issue('I4')
  await execute(who.d1, made.taskId)
  const undo = () => app.request(who.d1, reopenTask, { params: { id: made.taskId } })
  expect((await undo()).status).toBe(200)
  expect(await get(who.d1, made.id)).toMatchObject({ status: 'issued', outcome: null, submittedAt: null })
  await execute(who.d1, made.taskId)
  await app.request(who.centre, fileInstruction, { params: { id: made.id }, body: {} })
  expect((await undo()).error?.id).toBe('cannot-undo')
})

test('an instruction is withdrawn with its task, unless somebody is at it or has done it', async () => {
  const { body: made } = await issue('I5')
  const withdraw = () =>
    app.request(who.centre, withdrawInstruction, {
      params: { id: made.id },
      body: { reason: '已由门诊处理' },
    })
  await app.request(who.d1, holdTask, { params: { id: made.taskId } })
  expect((await withdraw()).error?.id).toBe('held-by-other')
  expect((await get(who.centre, made.id)).status).toBe('issued')
  await app.request(who.d1, recordAttempt, { params: { id: made.taskId }, body: { outcome: 'unreached' } })
  expect((await withdraw()).status).toBe(204)
  expect((await get(who.centre, made.id)).status).toBe('withdrawn')
  const open = (await app.request(who.d1, listTasks, { query: { whose: 'team', view: 'all' } })).body.items
  expect(open.find((one) => one.id === made.taskId)?.status ?? 'cancelled').toBe('cancelled')
})

test('when the patient dies, nobody is sent to phone any more', async () => {
  const { body: made } = await issue('I6')
  await receive(app, { event: 'A08', mrn: 'I6', visit: 'I6', diedAt: new Date() })
  const ended = await get(who.centre, made.id)
  expect(ended.status).toBe('withdrawn')
  expect(ended.history.at(-1)).toMatchObject({ action: 'withdrawn', byName: 'CareLoop' })
  const { body: other } = await issue('I7')
  await execute(who.d1, other.taskId, 'deceased')
  expect(await get(who.centre, other.id)).toMatchObject({ status: 'submitted', outcome: 'deceased' })
})

test('a late instruction becomes urgent, a neglected one goes to the top, once; without a time the site says how long', async () => {
  await transaction(app.db, (trx) =>
    updateSetting(trx, testActor, 'x', 'follow-up.instruction.days', {
      value: 3,
      version: 0,
      siteId: ids.site('NH'),
    }),
  )
  const { body: made } = await issue('I4', { dueAt: undefined })
  const due = Date.parse((await get(who.centre, made.id)).dueAt)
  expect(due - Date.now()).toBeGreaterThan(3 * day - 60_000)
  expect(due - Date.now()).toBeLessThan(3 * day + 3_700_000)
  const priority = async () =>
    (await app.request(who.d1, listTasks, { query: { kind: 'return-visit', limit: 200 } })).body.items.find(
      (one) => one.id === made.taskId,
    )?.priority
  const look = async (after: number) => {
    const fired = await Promise.all([0, 0].map(() => fireDue(app.db, new Date(due + after))))
    return [fired.reduce((sum, one) => sum + one, 0), await priority()]
  }
  await sql`update clock set next_at = null where kind = 'instruction.execution' and subject_id <> ${made.id}`.execute(
    app.db,
  )
  expect(await look(-1)).toEqual([0, 'routine'])
  expect(await look(0)).toEqual([1, 'urgent'])
  expect(await look(day - 1)).toEqual([0, 'urgent'])
  expect(await look(day)).toEqual([1, 'stat'])
  expect(await look(9 * day)).toEqual([0, 'stat'])
  expect((await get(who.centre, made.id)).clock).toMatchObject({ escalationLevel: 1 })
  const { body } = await app.request(who.centre, getTimeline, { params: { id: await personOf(app, 'I4') } })
  expect(body.items.filter((event) => event.kind.startsWith('clock.')).map((event) => event.kind)).toEqual([
    'clock.escalated',
    'clock.breached',
  ])
})

test('an instruction follows its patient through a merge and back', async () => {
  const { body: made } = await issue('I8')
  const [i8, i9] = [await personOf(app, 'I8'), await personOf(app, 'I9')]
  const merged = await app.request(who.centre, mergePersons, {
    body: { survivorId: i9, mergedId: i8, reason: '同一人' },
  })
  expect(merged.error).toBeUndefined()
  expect((await get(who.centre, made.id)).personId).toBe(i9)
  expect((await list(who.centre, { personId: i8 })).map((one) => one.id)).toEqual([made.id])
  const back = await app.request(who.centre, undoPersonMerge, {
    params: { id: merged.body.mergeId },
    body: { reason: '不是同一人' },
  })
  expect(back.error).toBeUndefined()
  expect((await get(who.centre, made.id)).personId).toBe(i8)
})

test('bad input is refused with the field named, and nothing is made', async () => {
  const before = (await list(who.centre)).length
  const past = await issue('I1', { dueAt: new Date(Date.now() - day).toISOString() })
  expect(past.error?.fields?.[0]?.path).toBe('dueAt')
  expect((await issue('I1', { text: ' ' })).error?.fields?.[0]?.path).toBe('text')
  expect((await issue('I1', { staffId: 999_999 })).error?.fields?.[0]?.path).toBe('staffId')
  expect((await issue('I1', { encounterId: 999_999 })).error?.id).toBe('not-found')
  const stranger = await personOf(app, 'east', 'EAST')
  expect((await issue('I1', { personId: stranger })).error?.id).toBe('not-found')
  expect((await list(who.centre)).length).toBe(before)
})

test('each sees the instructions within reach, and only the service centre issues them', async () => {
  const all = await list(who.centre)
  expect((await list(who.manager)).length).toBe(all.length)
  expect((await list(who.head)).length).toBe(all.length)
  expect(await list(who.elsewhere)).toEqual([])
  expect(await list(who.d2)).toEqual([])
  expect((await list(who.d1)).length).toBe(all.filter((one) => one.assigneeName !== null).length)
  for (const caller of [who.head, who.d1, who.nurse, who.manager]) {
    const answer = await app.request(caller, issueInstruction, {
      body: {
        personId: await personOf(app, 'I1'),
        departmentId: ids.department('CARD'),
        reason: 'other',
        text: '请回访',
        dueAt: tomorrow(),
      },
    })
    expect(answer.error?.id).toBe('forbidden')
  }
})

test('figures count what the rows show', async () => {
  const rows = (await list(who.centre, { limit: 200 })).filter((one) => one.status !== 'withdrawn')
  const { departments } = (await app.request(who.manager, getInstructionFigures, { query: {} })).body
  const count = (status: string) => rows.filter((one) => one.status === status).length
  expect(departments).toEqual([
    expect.objectContaining({
      issued: rows.length,
      open: count('issued') + count('executed'),
      late: 0,
      onTime: rows.filter((one) => one.executedAt).length,
      submitted: count('submitted'),
      filed: count('filed'),
    }),
  ])
})
