import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createGuidance,
  giveGuidance,
  listGuidance,
  listGuidanceVersions,
  listTaskGuidance,
  updateGuidance,
} from '../../../contract/guidance.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let admin: string
let head: string
let other: string
let doctor: string
let ward: number
let site: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  await receive(app, { mrn: 'second', department: 'SURG', doctor: 'S1' })
  const ids = await idsOf(app)
  ward = ids.department('CARD')
  site = ids.site('NH')
  admin = await app.signInAs('administrator')
  head = await app.signInAs('department-head', { department: ward })
  other = await app.signInAs('department-head', { department: ids.department('SURG') })
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  await write(text({ title: '复诊时间' }))
})
afterAll(() => app.close())

const text = (more: object = {}) => ({
  title: '按时服药',
  body: '{{hospital}}提醒您按时服药。',
  siteId: null,
  departmentId: ward,
  conditionCodes: [],
  ...more,
})
const write = (body: object, who = head) => app.request(who, createGuidance, { body })
const offered = async (task: number) =>
  (await app.request(doctor, listTaskGuidance, { params: { id: task } })).body
const give = (task: number, body: object, who = doctor) =>
  app.request(who, giveGuidance, { params: { id: task }, body })

test('heads write for their department only, and what a text said before is kept with who changed it', async () => {
  const { body: made, status } = await write(text())
  expect(status).toBe(201)
  expect(made).toMatchObject({ siteId: site, departmentId: ward, version: 1, mayWrite: true })
  expect((await write(text(), other)).status).toBe(404)
  expect((await write(text({ departmentId: null, siteId: site }))).status).toBe(404)
  expect((await write(text({ departmentId: null }))).status).toBe(404)
  expect((await write(text(), doctor)).status).toBe(403)
  const change = { params: { id: made.id }, body: text({ title: '每天服药', version: 1 }) }
  expect((await app.request(other, updateGuidance, change)).status).toBe(404)
  expect((await app.request(head, updateGuidance, change)).body.version).toBe(2)
  expect((await app.request(head, updateGuidance, change)).error?.id).toBe('changed-meanwhile')
  const { items } = (await app.request(head, listGuidanceVersions, { params: { id: made.id } })).body
  expect(items.map((one) => [one.version, one.title])).toEqual([
    [2, '每天服药'],
    [1, '按时服药'],
  ])
  const seen = (await app.request(other, listGuidance, {})).body.items
  expect(seen.some((one) => one.id === made.id)).toBe(false)
  // What is shipped holds everywhere: a department reads it, and leaves it as it is.
  const shipped = seen.find((one) => one.title === '在家怎样量血压')
  expect(shipped).toMatchObject({ departmentId: null, mayWrite: false })
  expect(shipped?.conditionCodes).toContain('I10')
})

test('a task is offered what fits its place and diagnosis, the closest first', async () => {
  const { task } = await discharged(app, 'G1', { diagnoses: [['I10.x00', '高血压', 'A']] })
  await write(text({ title: '低盐饮食', conditionCodes: ['I10', 'I15'] }))
  await write(text({ title: '测血糖', conditionCodes: ['E11'] }))
  await write(text({ title: '停用的', active: false }))
  await write(text({ title: '全院', departmentId: null }), admin)
  const { items } = await offered(task)
  const titles = items.map((one) => one.title)
  expect(titles[0]).toBe('低盐饮食')
  expect(titles.at(-1)).toBe('全院')
  expect(titles).not.toContain('测血糖')
  expect(titles).not.toContain('停用的')
  expect(items[0]?.body).toBe('NH提醒您按时服药。')
})

test('read aloud is recorded on the timeline with the version that stood on the screen', async () => {
  const { task, person } = await discharged(app, 'G2')
  const [one] = (await offered(task)).items
  const body = { guidanceId: one?.id, version: one?.version, how: 'read-aloud' }
  expect((await give(task, { ...body, version: 99 })).error?.id).toBe('changed-meanwhile')
  expect((await give(task, body)).status).toBe(204)
  expect((await offered(task)).given).toMatchObject([{ title: one?.title, how: 'read-aloud', status: null }])
  const { rows } = await sql<{ data: unknown }>`
    select data from event where person_id = ${person} and kind = 'guidance.given'`.execute(app.db)
  expect(rows).toEqual([{ data: { guidanceTitle: one?.title, channel: 'phone' } }])
  const foreign = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('S1') })
  expect((await give(task, body, foreign)).status).toBe(404)
})

test('sent as a message it waits for the contact gate; without an address it is refused', async () => {
  const { task, person } = await discharged(app, 'G3')
  const [one] = (await offered(task)).items
  const body = { guidanceId: one?.id, version: one?.version, how: 'email' }
  expect((await give(task, body)).error?.fields?.[0]?.path).toBe('how')
  await sql`insert into person_telecom (person_id, system, value, source) values (${person}, 'email', 'wang@example.com', 'test')`.execute(
    app.db,
  )
  expect((await offered(task)).address).toBe('w***@example.com')
  expect((await give(task, body)).status).toBe(204)
  const { rows } = await sql<{ status: string; purpose: string; body: string; subject: string }>`
    select m.status, m.purpose, m.body, m.subject from message m join guidance_given g on g.message_id = m.id
    where m.person_id = ${person}`.execute(app.db)
  expect(rows).toEqual([
    { status: 'queued', purpose: 'clinical', body: 'NH提醒您按时服药。', subject: 'NH健康宣教' },
  ])
  expect((await offered(task)).given[0]?.status).toBe('queued')
})
