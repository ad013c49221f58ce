import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Hl7ProfileDefinition,
  listHl7Profiles,
  previewHl7Profile,
  putHl7Profile,
} from '../../../contract/hl7-profile.ts'
import {
  correctIntakeMessage,
  getIntakeMessage,
  getIntakeOverview,
  listIntakeMessages,
  replayIntakeMessages,
  revealIntakeMessage,
} from '../../../contract/intake.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, adt, adtBytes, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { RawStore } from './store.ts'

let app: TestApp
let admin: string
let auditor: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  auditor = await app.signInAs('nurse')
})
afterAll(() => app.close())

const definition = (part: Partial<Hl7ProfileDefinition>): Hl7ProfileDefinition => ({
  charset: null,
  timeZone: null,
  country: null,
  site: null,
  authority: 'whole',
  testMessages: null,
  silentMinutes: null,
  fields: [],
  codes: { sex: {}, class: {}, department: {}, disposition: {} },
  ...part,
})

async function put(sender: string, part: Partial<Hl7ProfileDefinition>, version = 0, facility = '') {
  return app.request(admin, putHl7Profile, {
    body: { sender, facility, version, definition: definition(part) },
  })
}

async function messages(query: Record<string, unknown>) {
  return (await app.request(admin, listIntakeMessages, { query })).body.items
}

test('a sender that writes things its own way is read by its profile', async () => {
  await put('ODD', {
    site: 'NH',
    timeZone: 'Asia/Tokyo',
    fields: [
      { to: 'PID-3', from: 'ZPD-2', value: null },
      { to: 'PV1-2', from: null, value: 'I' },
      { to: 'PV1-36.1', from: 'ZPD-3', value: null },
    ],
    codes: { sex: { 女: 'F' }, class: {}, department: { 内一: 'CARD' }, disposition: { 好转: '01' } },
  })
  const text = adt({
    sender: 'ODD',
    mrn: 'wrong',
    event: 'A03',
    visit: 'ODD1',
    sex: '女',
    class: 'Q',
    department: '内一',
  })
  await receiveText(app, `${text.replaceAll('+0800', '')}ZPD|1|R-ODD^^^NH^MR|好转\r`)
  const { rows } = await sql`
    select p.sex, e.class, d.code, e.disposition, to_char(e.ends_at at time zone 'Asia/Tokyo', 'YYYYMMDDHH24MISS') as ended
    from person p join encounter e on e.person_id = p.id join department d on d.id = e.department_id
    where p.id = ${await personOf(app, 'R-ODD')}`.execute(app.db)
  const ended = /\|(\d{14})\r/.exec(text.replaceAll('+0800', ''))?.[1]
  expect(rows).toEqual([{ sex: 'female', class: 'inpatient', code: 'CARD', disposition: '01', ended }])
})

test('a profile names the character set of a sender that says another one or none', async () => {
  await put('GBSENDER', { charset: 'GB18030' })
  const said = { sender: 'GBSENDER', mrn: 'gb-profile', name: '欧阳某' }
  // The helper writes GB18030 bytes; MSH-18 then claims something else.
  const bytes = adtBytes({ ...said, charset: 'GB18030' })
    .toString('latin1')
    .replace('GB18030', 'ASCII')
  await new RawStore(app.db, () => undefined).accept(Buffer.from(bytes, 'latin1'))
  await app.processAll()
  const { rows } = await sql`select name from person where id = ${await personOf(app, 'gb-profile')}`.execute(
    app.db,
  )
  expect(rows).toEqual([{ name: '欧阳某' }])
})

test('a profile of one facility comes before that of the sender, others are read as ever', async () => {
  await put('TWO', { codes: { sex: { X: 'F' }, class: {}, department: {}, disposition: {} } })
  await put('TWO', { codes: { sex: { X: 'M' }, class: {}, department: {}, disposition: {} } }, 0, 'NH')
  await receive(
    app,
    { sender: 'TWO', site: 'NH', mrn: 'two-1', sex: 'X' },
    { sender: 'TWO', site: 'SH', mrn: 'two-2', sex: 'X' },
    { sender: 'THREE', site: 'NH', mrn: 'two-3', sex: 'X' },
  )
  const { rows } = await sql<{ sex: string }>`
    select p.sex from person p join person_identifier i on i.person_id = p.id where i.value like 'two-%' order by i.value`.execute(
    app.db,
  )
  expect(rows.map((row) => row.sex)).toEqual(['male', 'female', 'unknown'])
})

test('a preview shows what would be understood, or the field to blame, and writes nothing', async () => {
  const count = async () => (await sql`select 1 from person`.execute(app.db)).rows.length
  const before = await count()
  const message = adt({
    mrn: 'preview',
    sex: '9',
    name: '预览某',
    visit: 'PV',
    diagnoses: [['I10', '高血压']],
  })
  const seen = await app.request(admin, previewHl7Profile, {
    body: {
      message,
      definition: definition({ codes: { sex: { 9: 'M' }, class: {}, department: {}, disposition: {} } }),
    },
  })
  expect(seen.body).toMatchObject({
    problem: null,
    understood: {
      person: { name: '预览某', sex: 'male', recordNumbers: [{ system: 'mrn:NH', value: 'preview' }] },
      encounter: { visitNumber: 'PV', class: 'inpatient', conditions: ['I10 高血压'] },
    },
  })
  const result = await app.request(admin, previewHl7Profile, {
    body: {
      message: about('ORU^R01', { mrn: 'preview' }, 'OBR|1||P|G^糖', 'OBX|1|NM|G^糖||6.1|mmol/L'),
      definition: definition({}),
    },
  })
  expect(result.body.understood?.facts).toMatchObject([
    { kind: 'observation.recorded', data: { value: 6.1 } },
  ])
  const doubtful = await app.request(admin, previewHl7Profile, {
    body: { message: adt({ mrn: 'preview', birth: '19990231' }), definition: definition({}) },
  })
  expect(doubtful.body.understood).toMatchObject({
    person: { birthDate: null },
    notes: [{ location: 'PID-7', kind: 'not-a-date', value: '19990231' }],
  })
  const bad = await app.request(admin, previewHl7Profile, {
    body: { message: adt({ identifiers: '' }), definition: definition({}) },
  })
  expect(bad.body).toMatchObject({ understood: null, problem: { location: 'PID-3' } })
  expect(await count()).toBe(before)
})

test('a profile that somebody changed meanwhile is not overwritten, and each change is in the audit', async () => {
  const first = await put('CONFLICT', { site: 'NH' })
  expect(first.body).toMatchObject({ version: 1, definition: { site: 'NH' } })
  expect((await put('CONFLICT', { site: 'SH' }, 1)).body).toMatchObject({ version: 2 })
  expect((await put('CONFLICT', { site: 'XX' }, 1)).error?.id).toBe('changed-meanwhile')
  expect((await put('CONFLICT', { site: 'XX' }, 0)).error?.id).toBe('changed-meanwhile')
  const { body } = await app.request(admin, listHl7Profiles, {})
  expect(body.items.find((one) => one.sender === 'CONFLICT')?.definition.site).toBe('SH')
  const { rows } = await sql<{ fields: string[] }>`
    select fields from audit_event where action = 'intake.profile' and subject like 'CONFLICT%' order by seq`.execute(
    app.db,
  )
  expect(rows).toEqual([{ fields: ['site'] }, { fields: ['site'] }])
})

test.each([
  ['a path that is none', { fields: [{ to: 'somewhere', from: 'PID-3', value: null }] }],
  ['a line that takes its value from nowhere', { fields: [{ to: 'PID-3', from: null, value: null }] }],
  ['a change of MSH', { fields: [{ to: 'MSH-10', from: null, value: '1' }] }],
  ['a time zone that does not exist', { timeZone: 'Mars/Olympus' }],
])('a profile with %s is refused', async (_, part) => {
  expect((await put('REFUSED', part)).error?.id).toBe('invalid')
})

test('a sender counts as silent by its own minutes', async () => {
  await receive(app, { sender: 'QUIET', mrn: 'quiet' })
  await sql`update inbound_message set received_at = received_at - interval '10 minutes' where sender = 'QUIET'`.execute(
    app.db,
  )
  const silent = async () =>
    (await app.request(admin, getIntakeOverview, {})).body.senders.find((one) => one.sender === 'QUIET')
      ?.silent
  await put('QUIET', { silentMinutes: 60 })
  expect(await silent()).toBe(false)
  await put('QUIET', { silentMinutes: 5 }, 1)
  expect(await silent()).toBe(true)
})

test('a dead letter is corrected in a copy: the copy is applied, the original kept and not applied again', async () => {
  await receive(app, { mrn: 'fix', event: 'A03', visit: null, birth: '19990228', controlId: 'fix-1' })
  const [dead] = await messages({ controlId: 'fix-1' })
  expect(dead).toMatchObject({ status: 'dead', location: 'PV1-19' })
  const seen = await app.request(admin, revealIntakeMessage, {
    params: { id: dead?.id },
    body: { reason: '核对就诊号' },
  })
  expect(seen.body.text).toContain('19990228')
  const message = seen.body.text.replaceAll('\r', '\n').replace('ADT^A03', 'ADT^A28')
  const fixed = await app.request(admin, correctIntakeMessage, {
    params: { id: dead?.id },
    body: { message, reason: '就诊号缺失' },
  })
  await app.processAll()
  const copy = await app.request(admin, getIntakeMessage, { params: { id: fixed.body.id } })
  expect(copy.body).toMatchObject({ status: 'applied', correctsId: dead?.id })
  const original = await app.request(admin, getIntakeMessage, { params: { id: dead?.id } })
  expect(original.body).toMatchObject({ status: 'ignored', correctedById: fixed.body.id })
  const { rows } = await sql`select birth_date from person where id = ${await personOf(app, 'fix')}`.execute(
    app.db,
  )
  expect(rows).toEqual([{ birth_date: '1999-02-28' }])
  // Neither a replay nor a second copy may say the same twice.
  const replayed = await app.request(admin, replayIntakeMessages, { body: { ids: [dead?.id] } })
  expect(replayed.body.replayed).toBe(0)
  const again = await app.request(admin, correctIntakeMessage, {
    params: { id: dead?.id },
    body: { message, reason: '再来一次' },
  })
  expect(again.error?.id).toBe('already-closed')
  const { rows: logged } = await sql<{ action: string; reason: string | null }>`
    select action, reason from audit_event where action in ('intake.reveal', 'intake.correct') and subject like ${`message:${dead?.id}%`}
    order by seq`.execute(app.db)
  expect(logged).toEqual([
    { action: 'intake.reveal', reason: '核对就诊号' },
    { action: 'intake.correct', reason: '就诊号缺失' },
  ])
})

test('a correction that is no message is refused in words', async () => {
  await receive(app, { mrn: 'fix2', event: 'A03', visit: null, controlId: 'fix-2' })
  const [dead] = await messages({ controlId: 'fix-2' })
  const answer = await app.request(admin, correctIntakeMessage, {
    params: { id: dead?.id },
    body: { message: 'PID|1||fix2', reason: '试试' },
  })
  expect(answer.error).toMatchObject({ id: 'invalid', fields: [{ path: 'message' }] })
  expect((await messages({ controlId: 'fix-2' }))[0]?.status).toBe('dead')
})

test('messages are found by their words in any character set, only by who may read them, and the search is logged', async () => {
  await receive(
    app,
    { mrn: 'word-1', controlId: 'word-1', name: '皇甫嵩' },
    { mrn: 'word-2', controlId: 'word-2', name: '皇甫嵩', charset: 'GB18030' },
    { mrn: 'word-3', controlId: 'word-3', name: '别的人' },
  )
  // The family name stands apart from the given one in the message.
  expect((await messages({ text: '甫嵩' })).map((one) => one.controlId).sort()).toEqual(['word-1', 'word-2'])
  const { rows } = await sql`select 1 from audit_event where action = 'intake.search'`.execute(app.db)
  expect(rows).toHaveLength(1)
  const refused = await app.request(auditor, listIntakeMessages, { query: { text: '皇甫' } })
  expect(refused.status).toBe(403)
})
