import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordReceived } from '../../../contract/contact.ts'
import { getPerson } from '../../../contract/person.ts'
import { holdTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let doctor: string
beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  doctor = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('D1') })
})
afterAll(() => app.close())

const lines = async (id: number, query: Record<string, unknown> = {}) =>
  (await app.request(doctor, getTimeline, { params: { id }, query })).body.items

/** Called twice: first nobody answered, then everything was well. */
async function calledTwice(mrn: string) {
  const { person, task } = await discharged(app, mrn, { doctor: 'D1' })
  const params = { id: task }
  await app.request(doctor, holdTask, { params })
  await app.request(doctor, recordAttempt, { params, body: { outcome: 'unreached', channel: 'phone' } })
  await app.request(doctor, holdTask, { params })
  const answers = await goodAnswers(app, task)
  const body = { outcome: 'done', channel: 'phone', durationSeconds: 95, note: '女儿接的', answers }
  expect((await app.request(doctor, recordAttempt, { params, body })).status).toBe(200)
  return { person, task, answers }
}

test('a contact is one line with everything it led to: result, answers, score, proof, length, note', async () => {
  const { person, task, answers } = await calledTwice('T1')
  const found = (await lines(person)).filter((one) => one.taskId === task)
  const contacts = found.filter((one) => one.kind === 'contact.attempted')
  expect(contacts.map((one) => one.data['outcome'])).toEqual(['done', 'unreached'])
  const [done, unreached] = contacts
  expect(done?.contact).toMatchObject({
    closed: true,
    proof: 'call-record',
    seconds: 95,
    note: '女儿接的',
    flags: 0,
  })
  expect(done?.contact?.lines.map((one) => one.question.linkId).sort()).toEqual(Object.keys(answers).sort())
  expect(unreached?.contact).toMatchObject({ closed: false, proof: null, lines: [] })
  // What is told with the contact is not told beside it.
  expect(found.some((one) => ['task.completed', 'questionnaire.completed'].includes(one.kind))).toBe(false)
})

test('a contact is found by what it led to, and pages of one line each leave none out', async () => {
  const { person } = await calledTwice('T2')
  expect(
    (await lines(person, { kind: ['questionnaire.completed'] })).map((one) => one.data['outcome']),
  ).toEqual(['done'])
  const all = (await lines(person)).map((one) => one.id)
  const seen: number[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: { items: { id: number }[]; nextCursor: string | null } = (
      await app.request(doctor, getTimeline, { params: { id: person }, query: { limit: 1, cursor } })
    ).body
    seen.push(...page.items.map((one) => one.id))
    cursor = page.nextCursor
  }
  expect(seen).toEqual(all)
})

test('a result without a contact of its own keeps its line', async () => {
  const { person, task } = await calledTwice('T3')
  await sql`update event set recorded_at = recorded_at - interval '1 hour' where task_id = ${task} and kind = 'task.completed'`.execute(
    app.db,
  )
  expect((await lines(person)).filter((one) => one.kind === 'task.completed')).toHaveLength(1)
})

test('a call that came in is on the timeline with what it was about, for whoever may see the person', async () => {
  const { person } = await discharged(app, 'T4', { doctor: 'D1' })
  const params = { id: person }
  const said = { channel: 'phone', caller: '女儿', note: '问什么时候拆线' }
  expect((await app.request(doctor, recordReceived, { params, body: said })).status).toBe(201)
  const [line] = await lines(person)
  expect(line).toMatchObject({ kind: 'contact.received', data: said })
  await receive(app, { mrn: 'other-doctor', doctor: 'D9' })
  const stranger = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('D9') })
  expect((await app.request(stranger, recordReceived, { params, body: said })).status).toBe(404)
  const empty = await app.request(doctor, recordReceived, { params, body: { channel: 'phone', note: ' ' } })
  expect(empty.status).toBe(422)
})

test('a person says what comes next: the appointment if there is one, and the next task with its time', async () => {
  const { person, task } = await discharged(app, 'T5', { doctor: 'D1' })
  const read = async () => (await app.request(doctor, getPerson, { params: { id: person } })).body
  expect((await read()).nextTask).toMatchObject({ id: task })
  expect((await read()).facts.nextVisitAt).toBeNull()
  const soon = new Date(Date.now() + 86_400_000).toISOString()
  await sql`update person_facts set next_visit_at = ${soon}::timestamptz where person_id = ${person}`.execute(
    app.db,
  )
  expect((await read()).facts.nextVisitAt).toBe(soon)
  await sql`update person_facts set next_visit_at = now() - interval '1 minute' where person_id = ${person}`.execute(
    app.db,
  )
  expect((await read()).facts.nextVisitAt).toBeNull()
})

test('numbers and addresses in free text are shown to and found by only those who may see them', async () => {
  const { person, task } = await calledTwice('T6')
  const secrets = {
    mobile: '13912345678',
    abroad: '+8613912345679',
    identity: '11010519491231002X',
    older: '110105491231002',
    email: 'li.na+1@example.com',
  }
  const text = `打电话${secrets.mobile}，${secrets.abroad}；证\u0010${secrets.identity}/${secrets.older}邮箱${secrets.email}联系女儿`
  await sql`insert into event (person_id, at, kind, source, data) values (${person}, now(), 'observation.recorded', 'test',
    ${JSON.stringify({ valueString: text, component: [{ note: [text] }], quantity: 5 })}::jsonb)`.execute(
    app.db,
  )
  await sql`update task_attempt set note = ${text} where task_id = ${task}`.execute(app.db)
  await sql`update task set title = ${text} where id = ${task}`.execute(app.db)
  const read = async (who: string, search?: string) =>
    (await app.request(who, getTimeline, { params: { id: person }, query: { ...(search && { search }) } }))
      .body.items
  const manager = await app.signInAs('manager')
  const [masked, open] = [JSON.stringify(await read(manager)), JSON.stringify(await read(doctor))]
  expect(masked).toContain('联系女儿')
  expect(masked).toContain('"quantity":5')
  for (const [name, secret] of Object.entries(secrets)) {
    expect(open, name).toContain(secret)
    expect(masked, name).not.toContain(secret.replace('+', ''))
    expect(masked, name).not.toContain(secret)
    for (const part of [secret, secret.slice(0, -1), secret.slice(2, 9), secret.slice(-6, -1)]) {
      expect(await read(manager, part), `${name} ${part}`).toEqual([])
      expect((await read(doctor, part)).length, `${name} ${part}`).toBeGreaterThan(0)
    }
  }
  expect((await read(manager, '联系女')).length).toBe((await read(doctor, '联系女')).length)
})
