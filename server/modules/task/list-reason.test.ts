import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getTask, holdTask, listTasks } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let doctor: string

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  doctor = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('D1') })
})
afterAll(() => app.close())

const reasonsOf = async (task: number) =>
  (await app.request(doctor, getTask, { params: { id: task } })).body.standing
const kinds = async (task: number) => (await reasonsOf(task)).map((one) => one.kind)

test('a task that nothing has happened with says when it is due, and nothing that is not known', async () => {
  const { task } = await discharged(app, 'S1')
  expect(await kinds(task)).toEqual(['due'])
})

test('how long it is overdue, a call-back that has come due, and the attempts left are told in the list too', async () => {
  const { task } = await discharged(app, 'S2')
  await app.request(doctor, holdTask, { params: { id: task } })
  await app.request(doctor, recordAttempt, { params: { id: task }, body: { outcome: 'unreached' } })
  await sql`update task set due_at = now() - interval '50 hours', next_attempt_at = now() - interval '1 hour' where id = ${task}`.execute(
    app.db,
  )
  const listed = (await app.request(doctor, listTasks, { query: { view: 'todo' } })).body.items.find(
    (one) => one.id === task,
  )
  expect(listed?.standing).toMatchObject([
    { kind: 'overdue', hours: 50 },
    { kind: 'next-attempt', passed: true },
    { kind: 'attempts-left', left: 2, all: 3 },
  ])
})

test('the last readmission score of the person is told with what it means', async () => {
  const { task, person } = await discharged(app, 'S3')
  await sql`
    insert into questionnaire_response (questionnaire_version_id, person_id, status, answers, score, author)
    select v.id, ${person}, 'completed', '{"length-of-stay":20,"acute":"1","comorbidity":"4","emergency-visits":"4"}', 19, 'test'
    from questionnaire_version v join questionnaire q on q.id = v.questionnaire_id where q.code = 'lace'`.execute(
    app.db,
  )
  expect(await reasonsOf(task)).toContainEqual(
    expect.objectContaining({ kind: 'risk', instrument: 'LACE', score: 19 }),
  )
})

test('the best hour is told once two calls were answered in it, by the clock of the site', async () => {
  const { task, person } = await discharged(app, 'S4')
  const answered = (hour: number, outcome: string, n: number) => sql`
    insert into task_attempt (task_id, number, at, user_id, user_name, channel, outcome)
    select id, ${n}, timestamptz '2026-11-10 00:30+08' + ${hour} * interval '1 hour', 'user:x', 'x', 'phone', ${outcome}
    from task where person_id = ${person} and id = ${task}`
  await answered(9, 'unreached', 1).execute(app.db)
  await answered(18, 'done', 2).execute(app.db)
  expect(await kinds(task)).not.toContain('best-hour')
  await answered(18, 'call-back', 3).execute(app.db)
  await answered(18, 'unreached', 4).execute(app.db)
  expect(await reasonsOf(task)).toContainEqual({ kind: 'best-hour', hour: 18, reached: 2, tried: 3 })
})
