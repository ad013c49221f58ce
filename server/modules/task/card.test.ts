import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson } from '../../../contract/person.ts'
import { getTask, holdTask } from '../../../contract/task.ts'
import { recordAttempt, reopenTask } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { about, receive, receiveText } from '../../../test/support/hl7.ts'

let app: TestApp
let doctor: string
let other: string

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  other = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const card = async (task: number, who = doctor) =>
  (await app.request(who, getTask, { params: { id: task } })).body.card

const blood = (mrn: string, value: string, flag: string, at: string) =>
  about(
    'ORU^R01',
    { mrn },
    'PV1|1|I|CARD^12',
    `ORC|RE|P${at}|F${at}`,
    `OBR|1|P${at}|F${at}|CBC^血常规^L|||${at}|||||||||||||||||F`,
    `OBX|1|NM|HGB^血红蛋白^L||${value}|g/L|115-150|${flag}|||F|||${at}`,
    `OBX|2|NM|PLT^血小板^L||200|10*9/L|125-350|N|||F|||${at}`,
  )

const drug = (mrn: string, control: string, order: string) =>
  about(
    'RDE^O11',
    { mrn },
    `ORC|${control}|${order}`,
    'RXE|^^^20261101090000+0800|ASA^阿司匹林肠溶片^L|100||mg||||||30||||||||||||||||',
    'RXR|PO',
  )

test('a person without drugs, results, answers and relatives has a card without them', async () => {
  const { task } = await discharged(app, 'C1')
  expect(await card(task)).toMatchObject({
    stay: { departmentName: '心内科', attendingName: '林某' },
    medications: [],
    observations: [],
    responses: [],
    relationships: [],
  })
})

test('the card shows the newest word on each test, what is out of range first, and masks numbers', async () => {
  const { task } = await discharged(app, 'C2', { kin: ['李梅', '13900009999'], doctor: 'D1' })
  await receiveText(app, blood('C2', '97', 'L', '20261101081500+0800'))
  await receiveText(app, blood('C2', '101', 'L', '20261103081500+0800'))
  await receiveText(app, drug('C2', 'NW', 'RX1'))
  const shown = await card(task)
  expect(shown?.observations).toMatchObject([
    { text: '血红蛋白', value: '101', unit: 'g/L', range: '115-150', interpretation: 'L', flag: 'abnormal' },
    { text: '血小板', value: '200', flag: null },
  ])
  expect(shown?.medications).toMatchObject([{ text: '阿司匹林肠溶片' }])
  expect(shown?.telecoms[0]?.value).toBe('138****1111')
  expect(shown?.relationships).toMatchObject([
    { relation: 'SPO', name: '李梅', phone: '139****9999', phoneValid: true },
  ])
})

test('a drug that was stopped, and a result that was withdrawn, are not shown', async () => {
  const { task, person } = await discharged(app, 'C3')
  await sql`
    insert into event (person_id, at, kind, source, data) values
      (${person}, now() - interval '2 days', 'medication.requested', 'fhir', '{"code":{"text":"华法林"},"status":"active"}'),
      (${person}, now() - interval '1 day', 'medication.requested', 'fhir', '{"code":{"text":"华法林"},"status":"stopped"}'),
      (${person}, now() - interval '1 day', 'observation.recorded', 'fhir', '{"code":{"text":"血钾"},"value":7,"status":"entered-in-error"}'),
      (${person}, now() - interval '1 day', 'observation.recorded', 'fhir', '{"code":{"text":"血钠"},"value":140,"superseded":true}')`.execute(
    app.db,
  )
  expect(await card(task)).toMatchObject({ medications: [], observations: [] })
})

test('answers of an earlier questionnaire stand on the card of the next task, with score and band', async () => {
  const { task, person } = await discharged(app, 'C4')
  await app.request(doctor, holdTask, { params: { id: task } })
  await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: { outcome: 'done', answers: await goodAnswers(app, task) },
  })
  await sql`
    insert into questionnaire_response (questionnaire_version_id, person_id, status, answers, score, author)
    select v.id, ${person}, 'completed', (select jsonb_object_agg(i ->> 'linkId', '3') from jsonb_array_elements(v.definition -> 'items') i where i ->> 'type' = 'choice'),
      24, 'test' from questionnaire_version v join questionnaire q on q.id = v.questionnaire_id where q.code = 'phq-9'`.execute(
    app.db,
  )
  await sql`
    insert into task (kind, title, person_id, site_id, assignee_role, assignee_staff_id, queue, start_at, due_at)
    select 'other', 'next', person_id, site_id, 'doctor', assignee_staff_id, queue, now(), now() from task where id = ${task}`.execute(
    app.db,
  )
  const { rows } = await sql<{
    id: number
  }>`select id from task where person_id = ${person} and title = 'next'`.execute(app.db)
  // Done weeks before and written down now: the card says when it was done.
  const done = new Date('2026-11-01T02:00:00.000Z')
  await sql`update task set completed_at = ${done} where id = ${task}`.execute(app.db)
  const shown = await card(rows[0]?.id ?? 0)
  expect(shown?.responses).toHaveLength(2)
  expect(shown?.responses.at(-1)?.at).toBe(done.toISOString())
  expect(shown?.responses.map((one) => one.score).includes(24)).toBe(true)
  expect(shown?.responses.every((one) => one.lines.length > 0)).toBe(true)
})

test('a call to a relative is written down as such; a wrong number of theirs spares the person’s own, and the undo takes it back', async () => {
  const { task, person } = await discharged(app, 'C5', { kin: ['王强', '13700007777'] })
  const relative = (await card(task))?.relationships[0]
  const foreign = { outcome: 'unreached', relationshipId: 999_999 }
  await app.request(doctor, holdTask, { params: { id: task } })
  const refused = await app.request(doctor, recordAttempt, { params: { id: task }, body: foreign })
  expect(refused.error?.fields?.[0]?.path).toBe('relationshipId')
  const { body } = await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: { outcome: 'wrong-number', relationshipId: relative?.id },
  })
  expect(body).toMatchObject({
    status: 'in-progress',
    attemptList: [{ outcome: 'wrong-number', callee: { relation: 'SPO', name: '王强' } }],
    card: { relationships: [{ phoneValid: false }], telecoms: [{ valid: true }] },
  })
  // The HIS repeats the wrong number: it stays wrong.
  await receive(app, { event: 'A08', mrn: 'C5', visit: 'C5', kin: ['王强', '13700007777'] })
  expect((await card(task))?.relationships[0]?.phoneValid).toBe(false)
  await app.request(doctor, reopenTask, { params: { id: task } })
  const { relationships } = (await app.request(doctor, getPerson, { params: { id: person } })).body
  expect(relationships[0]?.phoneValid).toBe(true)
})

test('a look at the card is in the audit with its fields', async () => {
  const { task, person } = await discharged(app, 'C6')
  await card(task, other)
  const { rows } = await sql<{ fields: string[] }>`
    select fields from audit_event where action = 'task.read' and person_id = ${person} order by at desc limit 1`.execute(
    app.db,
  )
  expect(rows[0]?.fields).toEqual(expect.arrayContaining(['contacts-masked', 'medications', 'observations']))
})
