import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getTask, holdTask } from '../../../contract/task.ts'
import { makeLetter, recordAttempt, reopenTask } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let doctor: string
let stranger: string

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  await receive(app, { mrn: 'second', department: 'SURG', doctor: 'D9' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  stranger = await app.signInAs('doctor', { staff: ids.staff('D9') })
  await sql`
    insert into setting (key, value, version) values ('follow-up.ladder', 'true', 1), ('follow-up.attempts.max', '2', 1),
      ('follow-up.ladder.letter-phone', '"0574-12345"', 1)`.execute(app.db)
})
afterAll(() => app.close())

const look = async (id: number) => (await app.request(doctor, getTask, { params: { id } })).body
async function attempt(id: number, body: object = { outcome: 'unreached' }) {
  await app.request(doctor, holdTask, { params: { id } })
  return (await app.request(doctor, recordAttempt, { params: { id }, body })).body
}
const everything = { kin: ['李梅', '13900009999'] as [string, string], address: '解放路 1 号' }

test('after the calls come family, community and letter, each with its own attempts; then the person is lost', async () => {
  const { task } = await discharged(app, 'L1', everything)
  const steps = []
  for (let n = 0; n < 7; n++) {
    const { ladderStep, status, attemptsMade, attemptsAllowed } = await attempt(task)
    steps.push([ladderStep, attemptsMade, attemptsAllowed, status])
  }
  expect(steps).toEqual([
    ['phone', 1, 2, 'in-progress'],
    ['family', 0, 2, 'in-progress'],
    ['family', 1, 2, 'in-progress'],
    ['community', 0, 1, 'in-progress'],
    ['letter', 0, 2, 'in-progress'],
    ['letter', 1, 2, 'in-progress'],
    ['lost', 0, 0, 'completed'],
  ])
  const closed = await look(task)
  expect(closed).toMatchObject({ outcome: 'unreached', attempts: 7 })
  expect(closed.attemptList.map((one) => one.ladderStep)).toEqual([
    ...['phone', 'phone', 'family', 'family', 'community', 'letter', 'letter'],
  ])
})

test('a step that cannot be gone, or that the site leaves out, is passed over', async () => {
  const { task } = await discharged(app, 'L2')
  await attempt(task)
  expect((await attempt(task)).ladderStep).toBe('community')
  // No address: nothing is left.
  expect(await attempt(task)).toMatchObject({ ladderStep: 'lost', status: 'completed', outcome: 'unreached' })
})

test('a wrong number without another one leads to the family instead of ending the task', async () => {
  const { task } = await discharged(app, 'L3', everything)
  expect(await attempt(task, { outcome: 'wrong-number' })).toMatchObject({
    ladderStep: 'family',
    status: 'in-progress',
  })
  const reached = await attempt(task, { outcome: 'other', note: '女儿说已搬家' })
  expect(reached).toMatchObject({ ladderStep: 'family', status: 'completed', outcome: 'other' })
})

test('taking a result back goes back to the step it was made on, with the attempts it had', async () => {
  const { task } = await discharged(app, 'L4', everything)
  await attempt(task)
  await attempt(task)
  await attempt(task)
  expect(await look(task)).toMatchObject({ ladderStep: 'family', attemptsMade: 1 })
  const undo = () => app.request(doctor, reopenTask, { params: { id: task } })
  expect((await undo()).body).toMatchObject({ ladderStep: 'family', attemptsMade: 0, attempts: 2 })
  expect((await undo()).body).toMatchObject({ ladderStep: 'phone', attemptsMade: 1, attempts: 1 })
})

test('the letter carries the whole address and no clinical word; its number proves the attempt; the wait is a fortnight', async () => {
  const { task } = await discharged(app, 'L5', {
    ...everything,
    diagnoses: [['C50', '乳腺癌']],
    departmentName: '肿瘤科',
  })
  for (let n = 0; n < 5; n++) await attempt(task)
  const { body, status } = await app.request(doctor, makeLetter, { params: { id: task } })
  expect(status).toBe(200)
  expect(body).toMatchObject({ number: `L${task}-6`, phone: '0574-12345', name: '测试甲' })
  expect(body.address).toContain('解放路 1 号')
  expect(JSON.stringify(body)).not.toMatch(/癌|肿瘤|心内|治疗/)
  const sent = await attempt(task, { outcome: 'unreached', channel: 'letter' })
  expect(sent.evidence).toMatchObject([{ kind: 'document', reference: `L${task}-6` }])
  const wait = Date.parse(sent.nextAttemptAt ?? '') - Date.now()
  expect(wait).toBeGreaterThan(13.9 * 86_400_000)
  const { rows } =
    await sql`select 1 from audit_event where action = 'task.letter' and subject like ${`task:${task} %`}`.execute(
      app.db,
    )
  expect(rows).toHaveLength(1)
})

test('a letter to somebody outside one’s reach is not made, nor one without an address', async () => {
  const { task } = await discharged(app, 'L6')
  expect((await app.request(stranger, makeLetter, { params: { id: task } })).status).toBe(404)
  const without = await app.request(doctor, makeLetter, { params: { id: task } })
  expect(without.error?.fields?.[0]?.path).toBe('address')
})
