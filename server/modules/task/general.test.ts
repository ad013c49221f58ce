import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGroup } from '../../../contract/group.ts'
import {
  assignTasks,
  countTasks,
  getTask,
  holdTask,
  listTasks,
  releaseTask,
  takeNextTask,
} from '../../../contract/task.ts'
import { completeTask, recordAttempt, reopenTask, saveAnswers } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { transaction } from '../../platform/db.ts'
import { type RecordedEvent, recordEvents } from '../event/event.ts'
import { createTasks, type NewTask } from './create.ts'
import { cancelTasks } from './transition.ts'

let app: TestApp
let centre: string
let group: number
let site: number
let elsewhere: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' }, { mrn: 'far', site: 'EAST' })
  const ids = await idsOf(app)
  site = ids.site('NH')
  centre = await app.signInAs('service-centre', { site, staff: ids.staff('D1') })
  elsewhere = await app.signInAs('service-centre', { site: ids.site('EAST') })
  const made = await app.request(centre, createGroup, {
    body: { siteId: site, code: 'NBP-7', name: '宁波港集团有限公司' },
  })
  group = made.body.id
})
afterAll(() => app.close())

/** Work that belongs to no person: the id of its task. */
async function made(more: Partial<NewTask> = {}): Promise<number> {
  const cause = `general:${++count}`
  await transaction(app.db, (trx) =>
    createTasks(trx, [
      {
        kind: 'other',
        level: null,
        title: `续签协议 ${count}`,
        description: '协议将于月底到期。',
        personId: null,
        groupId: group,
        subject: { kind: 'agreement', id: 17 },
        encounterId: null,
        enrollmentId: null,
        stepKey: null,
        cause,
        place: { siteId: site, departmentId: null, attendingStaffId: null },
        assignee: 'service-centre',
        priority: 0,
        startAt: new Date(Date.now() - 1000),
        dueAt: new Date(Date.now() + 86_400_000),
        questionnaireVersionId: null,
        ...more,
      },
    ]),
  )
  const { rows } = await sql<{ id: number }>`select id from task where cause = ${cause}`.execute(app.db)
  return rows[0]?.id ?? 0
}

const hold = (id: number, who = centre) => app.request(who, holdTask, { params: { id } })
const complete = (id: number, body: object, who = centre) =>
  app.request(who, completeTask, { params: { id }, body })
const look = (id: number, who = centre) => app.request(who, getTask, { params: { id } })

test('work about an organisation stands on the list of its place, is found by name, done with a note, and taken back', async () => {
  const id = await made()
  const listed = await app.request(centre, listTasks, { query: { search: '宁波港' } })
  expect(listed.body.items.find((one) => one.id === id)).toMatchObject({
    personId: null,
    personName: null,
    groupId: group,
    groupName: '宁波港集团有限公司',
    subject: { kind: 'agreement', id: 17 },
    phone: null,
  })
  expect((await look(id, elsewhere)).status).toBe(404)
  expect((await complete(id, { outcome: 'done' })).error?.id).toBe('not-held')
  expect((await hold(id)).body).toMatchObject({ card: null, abilities: { complete: true, work: true } })
  const done = await complete(id, { outcome: 'done', note: '已续签一年' })
  expect(done.body).toMatchObject({
    status: 'completed',
    outcome: 'done',
    resultNote: '已续签一年',
    proof: null,
    attempts: 0,
    heldByMe: false,
    abilities: { reopen: true, prove: false },
  })
  expect((await complete(id, { outcome: 'done' })).error?.id).toBe('already-closed')
  const undone = await app.request(centre, reopenTask, { params: { id } })
  expect(undone.body).toMatchObject({ status: 'in-progress', resultNote: null, heldByMe: true })
  expect((await app.request(elsewhere, reopenTask, { params: { id } })).status).toBe(404)
  await app.request(centre, releaseTask, { params: { id } })
})

test('work about nothing at all is listed by its title, counted and assigned', async () => {
  const id = await made({ groupId: null, subject: null, title: '盘点宣教资料' })
  const before = (await app.request(centre, countTasks, {})).body
  expect(before.todo).toBeGreaterThan(0)
  const found = await app.request(centre, listTasks, { query: { search: '宣教' } })
  expect(found.body.items.map((one) => one.id)).toEqual([id])
  const { staff } = await idsOf(app)
  const assigned = await app.request(centre, assignTasks, { body: { taskIds: [id], staffId: staff('D1') } })
  expect(assigned.body.changed).toBe(1)
  expect((await look(id)).body).toMatchObject({ assigneeStaffId: staff('D1') })
  const next = await app.request(centre, takeNextTask, { body: {} })
  expect(next.body.task).not.toBeNull()
})

test('a contact with nobody cannot be recorded, nor a call closed without saying how it ended', async () => {
  const id = await made()
  await hold(id)
  const attempt = await app.request(centre, recordAttempt, { params: { id }, body: { outcome: 'unreached' } })
  expect(attempt.error?.id).toBe('invalid')
  const saved = await app.request(centre, saveAnswers, { params: { id }, body: { answers: {} } })
  expect(saved.error?.id).toBe('invalid')
  const { task } = await discharged(app, 'call')
  const { staff } = await idsOf(app)
  const doctor = await app.signInAs('doctor', { staff: staff('D1') })
  await hold(task, doctor)
  expect((await complete(task, { outcome: 'done' }, doctor)).error?.id).toBe('invalid')
  await expect(made({ kind: 'follow-up-call' })).rejects.toThrow('task_needs_person')
})

test('a cancelled task is nobody’s any more, says why, and modules learn of it though it is about no person', async () => {
  const [id, other] = [await made(), await made()]
  await hold(id)
  const events = await transaction(app.db, async (trx) => {
    const rows = await cancelTasks(trx, sql`t.id = ${id}`, {
      reason: 'dispute-closed',
      actorId: null,
      source: 'careloop',
    })
    expect(rows.map((row) => [row.id, row.person_id])).toEqual([[id, null]])
    return recordEvents(trx, [
      { personId: null, at: new Date(), kind: 'task.cancelled', source: 'careloop', taskId: id },
    ])
  })
  expect(events[0]).toMatchObject({ personId: null, taskId: id } satisfies Partial<
    Omit<RecordedEvent, 'personId'> & { personId: null }
  >)
  expect((await look(id)).body).toMatchObject({ status: 'cancelled', heldByName: null })
  expect((await look(other)).body.status).toBe('requested')
  const { rows } = await sql`select person_id, group_id from event where task_id = ${id} limit 1`.execute(
    app.db,
  )
  expect(rows).toEqual([{ person_id: null, group_id: group }])
})
