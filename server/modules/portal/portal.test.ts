import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookAppointment } from '../../../contract/appointment.ts'
import { openBookingSession, listBookings } from '../../../contract/booking.ts'
import { readChat, startChat } from '../../../contract/chat.ts'
import { giveConsent } from '../../../contract/contact.ts'
import { getPerson } from '../../../contract/person.ts'
import {
  actOnAppointment,
  confirmPortalPerson,
  endOtherSession,
  endPortalSession,
  endProxy,
  openPortalBooking,
  openPortalConversation,
  openPortalQuestionnaire,
  portalAccessLog,
  portalAppointments,
  portalConsents,
  portalFamily,
  portalHome,
  portalInfo,
  portalMe,
  portalPromises,
  portalResult,
  portalResults,
  portalSessions,
  sayInPortal,
  withdrawPortalConsent,
} from '../../../contract/portal.ts'
import { addProxy, listReports, releaseReport } from '../../../contract/portal-staff.ts'
import { keepPromise, makePromise } from '../../../contract/promise.ts'
import { openForm, submitForm } from '../../../contract/questionnaire-link.ts'
import { getTask } from '../../../contract/task.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { about, type Adt, personOf, receive, receiveText, stamp } from '../../../test/support/hl7.ts'
import { openPortal } from '../../../test/support/portal.ts'
import { changeSetting } from '../../../test/support/setting.ts'

let app: TestApp
let phones: Awaited<ReturnType<typeof openPortal>>
let service: string
let siteId: number
let count = 0

beforeAll(async () => {
  app = await createTestApp(
    { trustedProxies: 1, publicUrl: 'http://careloop.test' },
    await createTestDatabase(),
  )
  phones = await openPortal(app)
  await receive(app, { mrn: 'first', department: 'CARD', doctor: 'D1' })
  siteId = (await idsOf(app)).site('NH')
  service = await app.signInAs('service-centre')
})
afterAll(async () => {
  await phones.close()
  await app.close()
})

/** Somebody with a telephone of their own, signed in. */
async function patient(said: Adt = {}) {
  count += 1
  const phone = `1391000${String(count).padStart(4, '0')}`
  const mrn = `P${count}`
  await receive(app, {
    mrn,
    name: '王小明',
    birth: '19700101',
    phone,
    department: 'CARD',
    doctor: 'D1',
    ...said,
  })
  const person = await personOf(app, mrn)
  return { person, phone, mrn, cookie: await phones.signIn(siteId, phone, '王*', 1970) }
}

test('a number that nobody has is told so only after its code; one that two people have lets in by name and year of birth', async () => {
  expect((await app.request(undefined, portalInfo)).body.sites).toMatchObject([{ id: siteId }])
  expect((await phones.prove(siteId, '13920000001')).entrance).toEqual({ state: 'unknown' })
  const phone = '13920000002'
  await receive(app, { mrn: 'S1', name: '赵一', birth: '19560301', phone })
  await receive(app, { mrn: 'S2', name: '钱二', birth: '19820301', phone })
  const { cookie, entrance } = await phones.prove(siteId, phone)
  expect(entrance).toMatchObject({ state: 'confirm', names: ['赵*', '钱*'] })
  expect((await app.request(cookie, portalMe)).status).toBe(401)
  expect((await phones.confirm(cookie, '赵*', 1982)).body).toMatchObject({ state: 'confirm', triesLeft: 4 })
  expect((await phones.confirm(cookie, '赵*', 1956)).body).toEqual({ state: 'open' })
  const person = await personOf(app, 'S1')
  expect((await app.request(cookie, portalMe)).body.persons).toEqual([{ id: person, name: '赵一', as: null }])
  expect((await app.request(cookie, portalHome, { query: { for: await personOf(app, 'S2') } })).status).toBe(
    404,
  )
})

test('whoever proved a number lately is in by the code alone, until months have passed or the number is somebody else’s', async () => {
  const { phone, person } = await patient()
  expect((await phones.prove(siteId, phone)).entrance).toEqual({ state: 'open' })
  await sql`update portal_proof set proved_at = now() - interval '7 months' where person_id = ${person}`.execute(
    app.db,
  )
  expect((await phones.prove(siteId, phone)).entrance).toMatchObject({ state: 'confirm' })
  const { cookie } = await phones.prove(siteId, phone)
  await phones.confirm(cookie, '王*', 1970)
  expect((await app.request(cookie, portalMe)).status).toBe(200)
  await sql`update person_telecom set valid = false where person_id = ${person}`.execute(app.db)
  expect((await app.request(cookie, portalMe)).status).toBe(401)
})

test('wrong years end a session after five, and a number for the day after ten', async () => {
  const phone = '13920000003'
  await receive(app, { mrn: 'G1', name: '孙三', birth: '19600101', phone })
  const guess = async (cookie: string, from: number) => {
    const answers = []
    for (let year = from; year < from + 5; year++)
      answers.push((await phones.confirm(cookie, '孙*', year)).status)
    return answers
  }
  const first = await phones.prove(siteId, phone)
  expect(await guess(first.cookie, 1950)).toEqual([200, 200, 200, 200, 410])
  expect((await phones.confirm(first.cookie, '孙*', 1960)).status).toBe(410)
  const second = await phones.prove(siteId, phone)
  expect((await guess(second.cookie, 1980)).at(-1)).toBe(410)
  const third = await phones.prove(siteId, phone)
  expect((await phones.confirm(third.cookie, '孙*', 1960)).status).toBe(410)
  const none = await app.request(undefined, confirmPortalPerson, {
    body: { name: '孙*', birthYear: 1960 },
    headers: phones.from(),
  })
  expect(none.status).toBe(410)
})

test('a code of the portal opens no booking, and the other way round', async () => {
  const { phone } = await patient()
  const request = await phones.ask(siteId, phone)
  const code = await phones.codeOf(phone)
  const booking = await app.request(undefined, openBookingSession, {
    body: { request, phone, code, slotId: null },
    headers: phones.from(),
  })
  expect(booking.status).toBe(410)
})

test('staff are nobody at the portal, and a patient is nobody elsewhere', async () => {
  const { cookie, person } = await patient()
  expect((await app.request(service, portalHome)).status).toBe(401)
  expect((await app.request(cookie, getPerson, { params: { id: person } })).status).toBe(401)
  expect((await app.request(`${cookie}; ${service}`, portalHome)).status).toBe(200)
})

test('a questionnaire that is answered at the portal finishes the call with the answers as its proof; nobody has to call', async () => {
  const phone = '13920000004'
  const { person, task } = await discharged(app, 'Q1', {
    phone,
    name: '李四',
    birth: '19700101',
    doctor: 'D1',
  })
  await sql`update task set start_at = now() where id = ${task}`.execute(app.db)
  const cookie = await phones.signIn(siteId, phone, '李*', 1970)
  const home = await app.request(cookie, portalHome)
  expect(home.body.questions.map((one) => one.taskId)).toContain(task)
  const opened = await app.request(cookie, openPortalQuestionnaire, { params: { id: task }, body: {} })
  const form = await app.request(undefined, openForm, { body: opened.body })
  expect(form.body).toMatchObject({ state: 'open' })
  const answers = await goodAnswers(app, task)
  const done = await app.request(undefined, submitForm, { body: { ...opened.body, answers } })
  expect(done.status).toBe(200)
  const seen = await app.request(service, getTask, { params: { id: task } })
  expect(seen.body).toMatchObject({ status: 'completed', outcome: 'done', proof: 'reply' })
  expect((await app.request(cookie, portalHome)).body.questions.map((one) => one.taskId)).not.toContain(task)
  const again = await app.request(cookie, openPortalQuestionnaire, { params: { id: task }, body: {} })
  expect(again.error?.id).toBe('already-closed')
  expect(person).toBeGreaterThan(0)
})

test('a form of somebody else’s task is not opened', async () => {
  const { task } = await discharged(app, 'Q2', { phone: '13920000005', name: '周五', birth: '19700101' })
  const { cookie } = await patient()
  const opened = await app.request(cookie, openPortalQuestionnaire, { params: { id: task }, body: {} })
  expect(opened.status).toBe(404)
})

test('appointments are confirmed and cancelled by their patient only, and the page of bookings opens without another code', async () => {
  const clinic = await openClinic(app, service, 'PC')
  const one = await patient()
  const other = await patient()
  const slots = await clinic.search()
  const { body: booked } = await app.request(service, bookAppointment, {
    body: { personId: one.person, slotId: slots[1]?.id, channel: 'phone' },
  })
  const params = { id: booked.id }
  const foreign = await app.request(other.cookie, actOnAppointment, { params, body: { act: 'cancel' } })
  expect(foreign.status).toBe(404)
  const list = await app.request(one.cookie, portalAppointments)
  expect(list.body.items).toMatchObject([{ id: booked.id, may: { confirm: true, cancel: true } }])
  const confirmed = await app.request(one.cookie, actOnAppointment, { params, body: { act: 'confirm' } })
  expect(confirmed.body).toMatchObject({ confirmed: true })
  const cancelled = await app.request(one.cookie, actOnAppointment, { params, body: { act: 'cancel' } })
  expect(cancelled.body).toMatchObject({ status: 'cancelled' })
  const { body } = await app.request(one.cookie, openPortalBooking, { body: {} })
  const mine = await app.request(undefined, listBookings, { body, headers: phones.from() })
  expect(mine.status).toBe(200)
})

const result = (mrn: string, test: string, value: string, more = '') =>
  about(
    'ORU^R01',
    { mrn },
    `OBR|1||L${test}${value}|${test}^${test}|||${stamp(new Date(Date.now() - 3_600_000))}`,
    `OBX|1|NM|${test}^${test}^L||${value}|g/L|115-150|${more}|||F|||${stamp(new Date(Date.now() - 3_600_000))}`,
  )

test('a report is read at once, or once a doctor has seen it, or has talked about it; until then not even its name is told', async () => {
  const { cookie, person, mrn } = await patient({ visit: 'R1' })
  await receiveText(
    app,
    result(mrn, '血红蛋白', '120'),
    result(mrn, '钾', '6.9', 'HH'),
    result(mrn, 'CEA癌胚抗原', '9'),
  )
  await app.processAll()
  const list = async () => (await app.request(cookie, portalResults)).body.items
  const found = await list()
  expect(found.map((one) => [one.title, one.state]).toSorted()).toEqual([
    ['', 'held'],
    ['', 'held'],
    ['血红蛋白', 'open'],
  ])
  const staff = (await app.request(service, listReports, { params: { id: person } })).body.items
  const potassium = staff.find((one) => one.title === '钾')
  const marker = staff.find((one) => one.title === 'CEA癌胚抗原')
  expect([potassium?.needs, marker?.needs]).toEqual(['seen', 'talked'])
  const held = await app.request(cookie, portalResult, { params: { id: String(potassium?.id) } })
  expect(held.error?.id).toBe('report-held')
  const release = (reportId: number | undefined, how: 'seen' | 'talked') =>
    app.request(service, releaseReport, { params: { id: person, reportId }, body: { how } })
  expect((await release(potassium?.id, 'seen')).status).toBe(204)
  expect((await release(marker?.id, 'seen')).status).toBe(204)
  expect((await list()).filter((one) => one.state === 'held')).toHaveLength(1)
  await release(marker?.id, 'talked')
  const opened = await app.request(cookie, portalResult, { params: { id: String(potassium?.id) } })
  expect(opened.body).toMatchObject({
    title: '钾',
    abnormal: 1,
    values: [{ value: 6.9, interpretation: 'HH' }],
  })
  // A value that comes later was seen by nobody.
  await sql`
    insert into event (person_id, at, kind, source, encounter_id, data, recorded_at)
    select person_id, at, kind, source, encounter_id, data || '{"value": 7.4}', now() + interval '1 minute' from event where id = ${potassium?.id}`.execute(
    app.db,
  )
  const later = await app.request(cookie, portalResult, { params: { id: String(potassium?.id) } })
  expect(later.error?.id).toBe('report-held')
  const other = await patient()
  const foreign = await app.request(other.cookie, portalResult, { params: { id: String(potassium?.id) } })
  expect(foreign.status).toBe(404)
})

test('what was promised stands at the portal as on the ledger', async () => {
  const { cookie, person } = await patient()
  const dueAt = new Date(Date.now() + 86_400_000).toISOString()
  const { body: made } = await app.request(service, makePromise, {
    body: { personId: person, text: '明天回电话告知结果', dueAt },
  })
  const shown = async () => (await app.request(cookie, portalPromises)).body.items
  expect(await shown()).toMatchObject([{ id: made.id, text: '明天回电话告知结果', dueAt, status: 'open' }])
  expect((await app.request(cookie, portalHome)).body.promises).toHaveLength(1)
  await app.request(service, keepPromise, { params: { id: made.id }, body: {} })
  expect(await shown()).toMatchObject([{ status: 'kept' }])
  expect((await app.request(cookie, portalHome)).body.promises).toEqual([])
})

test('what is written comes into the inbox; words of an emergency are answered with the number to call, and make one urgent task', async () => {
  const { cookie, person } = await patient()
  const headers = phones.from()
  expect((await app.request(cookie, openPortalConversation, { body: {} })).body).toEqual({ token: null })
  const first = await app.request(cookie, sayInPortal, { body: { text: '复查要空腹吗？' }, headers })
  expect(first.status).toBe(201)
  await app.request(cookie, sayInPortal, { body: { text: '突然胸痛，喘不上气' }, headers })
  const third = await app.request(cookie, sayInPortal, { body: { text: '还是胸痛' }, headers })
  const chat = await app.request(undefined, readChat, {
    body: { token: third.body.token, after: 0 },
    headers,
  })
  expect(chat.body.messages.map((one) => one.from)).toContain('system')
  expect(chat.body.messages.map((one) => one.text).join()).toContain('120')
  const { rows } = await sql<{ priority: number; queue: string }>`
    select priority, queue from task where person_id = ${person} and cause like 'urgent-words:%'`.execute(
    app.db,
  )
  expect(rows).toEqual([{ priority: 2, queue: `site:${siteId}:service-centre` }])
})

test('a visitor whose chat staff have linked to a patient reads nothing of what that patient writes signed in', async () => {
  const { cookie, person } = await patient()
  const headers = phones.from()
  const stranger = (
    await app.request(undefined, startChat, { body: { siteId, text: '您好', name: '', phone: '' }, headers })
  ).body.token
  await sql`update conversation set person_id = ${person} where id = (select max(id) from conversation)`.execute(
    app.db,
  )
  await app.request(cookie, sayInPortal, { body: { text: '我的秘密' }, headers })
  const read = await app.request(undefined, readChat, { body: { token: stranger, after: 0 }, headers })
  expect(read.error?.id).toBe('chat-ended')
})

test('a consent is withdrawn by one tap, and who looked is told', async () => {
  const { cookie, person } = await patient()
  await app.request(service, giveConsent, {
    params: { id: person },
    body: { purpose: 'marketing', channel: 'sms', proof: 'paper' },
  })
  const [consent] = (await app.request(cookie, portalConsents)).body.items
  const params = { id: consent?.id }
  expect((await app.request(cookie, withdrawPortalConsent, { params, body: {} })).status).toBe(204)
  expect((await app.request(cookie, portalConsents)).body.items).toMatchObject([
    { withdrawnAt: expect.any(String) as string },
  ])
  await app.request(service, getPerson, { params: { id: person } })
  const log = (await app.request(cookie, portalAccessLog, { query: { own: true } })).body.items
  expect(log.map((one) => [one.self, one.action])).toEqual(
    expect.arrayContaining([
      [false, 'person.read'],
      [false, 'consent.give'],
      [true, 'consent.withdraw'],
    ]),
  )
})

test('a guardian reads the child’s page until the fourteenth birthday or until either ends it; a grown-up has no guardian', async () => {
  const parent = await patient()
  const birth = `${new Date().getFullYear() - 8}0101`
  await receive(app, { mrn: 'K1', name: '王小小', birth, phone: null })
  const child = await personOf(app, 'K1')
  const body = { proxyId: parent.person, kind: 'guardian', reference: '户口本', until: null }
  expect((await app.request(parent.cookie, portalHome, { query: { for: child } })).status).toBe(404)
  expect((await app.request(service, addProxy, { params: { id: child }, body })).status).toBe(201)
  expect((await app.request(service, addProxy, { params: { id: child }, body })).status).toBe(409)
  expect((await app.request(parent.cookie, portalMe)).body.persons).toEqual([
    { id: parent.person, name: '王小明', as: null },
    { id: child, name: '王小小', as: 'guardian' },
  ])
  expect((await app.request(parent.cookie, portalHome, { query: { for: child } })).body.name).toBe('王小小')
  await sql`update person set birth_date = now() - interval '14 years 1 day' where id = ${child}`.execute(
    app.db,
  )
  expect((await app.request(parent.cookie, portalHome, { query: { for: child } })).status).toBe(404)
  await sql`update person set birth_date = now() - interval '8 years' where id = ${child}`.execute(app.db)
  const [proxy] = (await app.request(parent.cookie, portalFamily)).body.items
  expect(proxy).toMatchObject({ kind: 'guardian', mine: true, name: '王*' })
  await app.request(parent.cookie, endProxy, { params: { id: proxy?.id }, body: {} })
  expect((await app.request(parent.cookie, portalHome, { query: { for: child } })).status).toBe(404)
  const grown = await patient()
  const wrong = await app.request(service, addProxy, { params: { id: grown.person }, body })
  expect(wrong.error?.fields?.[0]?.path).toBe('kind')
})

test('devices are listed and ended from another, and signing out ends this one', async () => {
  const { cookie, phone } = await patient()
  const second = await phones.signIn(siteId, phone, '王*', 1970)
  const list = (await app.request(second, portalSessions)).body.items
  expect(list.map((one) => one.current).toSorted()).toEqual([false, true])
  const other = list.find((one) => !one.current)
  await app.request(second, endOtherSession, { params: { id: other?.id }, body: {} })
  expect((await app.request(cookie, portalMe)).status).toBe(401)
  await app.request(second, endPortalSession, { body: {} })
  expect((await app.request(second, portalMe)).status).toBe(401)
})

test('who has died is signed in nowhere', async () => {
  const { cookie, person } = await patient()
  await sql`update person set deceased = true where id = ${person}`.execute(app.db)
  expect((await app.request(cookie, portalMe)).status).toBe(401)
})

test('the words of reports that wait are a setting', async () => {
  await changeSetting(app, 'portal.seen-reports', '血红蛋白')
  const { cookie, mrn } = await patient({ visit: 'R2' })
  await receiveText(app, result(mrn, '血红蛋白', '121'))
  await app.processAll()
  expect((await app.request(cookie, portalResults)).body.items).toMatchObject([{ state: 'held' }])
})
