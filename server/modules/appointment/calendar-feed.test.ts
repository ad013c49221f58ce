import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookAppointment } from '../../../contract/appointment.ts'
import { getCalendarFeed, makeCalendarFeed, revokeCalendarFeed } from '../../../contract/calendar-feed.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'

let app: TestApp
let agent: string
let siteId: number
let departmentId: number
beforeAll(async () => {
  app = await createTestApp({ publicUrl: 'http://careloop.test' })
  agent = await app.signInAs('service-centre')
  const clinic = await openClinic(app, agent, 'CF')
  siteId = clinic.siteId
  departmentId = clinic.departmentId
  const person = await patient(app, 'CF-1', 'CF')
  await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: (await clinic.search())[1]?.id ?? 0, channel: 'phone', note: '血压高' },
  })
})
afterAll(() => app.close())

/** The doctor of the clinic, signed in. */
const doctorOf = async (staff: string) => {
  const { rows } = await sql<{ id: number }>`select id from staff where code = ${staff}`.execute(app.db)
  return app.signInAs('doctor', { site: siteId, department: departmentId, staff: rows[0]?.id ?? 0 })
}
const make = async (who: string) =>
  (await app.request(who, makeCalendarFeed, { body: { language: 'zh-CN' } })).body.url
const read = (url: string) => app.send(undefined, 'get', new URL(url).pathname)

test('a doctor’s calendar shows clinics and booked places by number, time and kind of visit, and nobody’s name', async () => {
  const doctor = await doctorOf('CF1')
  const url = await make(doctor)
  expect(url).toMatch(/^http:\/\/careloop\.test\/api\/v1\/calendar-feeds\/[\w-]{43}$/)
  const answer = await read(url)
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    'text/calendar; charset=utf-8',
    'private, max-age=900',
  ])
  const text = await answer.text()
  expect(text).toContain('SUMMARY:出诊 专家号')
  expect(text).toContain('已约 1/4')
  expect(text).toContain('SUMMARY:2 号 专家号')
  expect(text).toContain('DTSTART:20261119T001500Z')
  expect(text).not.toMatch(/测试|血压|1380000|CF-1|A0000/)
})

test('an address is kept as a hash, replaced by the next one, and ended with its account', async () => {
  const doctor = await doctorOf('CF1')
  const first = await make(doctor)
  const rows = JSON.stringify((await sql`select * from calendar_feed`.execute(app.db)).rows)
  expect(rows).not.toContain(first.split('/').at(-1))
  const second = await make(doctor)
  expect([(await read(first)).status, (await read(second)).status]).toEqual([410, 200])
  expect((await app.request(doctor, getCalendarFeed)).body.createdAt).not.toBeNull()
  await app.request(doctor, revokeCalendarFeed)
  expect((await read(second)).status).toBe(410)
  expect((await app.request(doctor, getCalendarFeed)).body.createdAt).toBeNull()
  const third = await make(doctor)
  await sql`update app_user set suspended = true where staff_id is not null`.execute(app.db)
  expect((await read(third)).status).toBe(410)
  await sql`update app_user set suspended = false`.execute(app.db)
  const { rows: kept } = await sql<{ action: string }>`
    select action from audit_event where action like 'calendar-feed.%' order by seq desc limit 4`.execute(
    app.db,
  )
  expect(kept.map((one) => one.action)).toEqual([
    'calendar-feed.make',
    'calendar-feed.revoke',
    'calendar-feed.make',
    'calendar-feed.make',
  ])
})

test('who sees no patients has no address, and asking too often is stopped', async () => {
  expect((await app.request(agent, makeCalendarFeed, { body: { language: 'en' } })).status).toBe(404)
  const url = await make(await doctorOf('CF1'))
  const answers = []
  for (let time = 0; time < 61; time++) answers.push((await read(url)).status)
  expect(answers.filter((status) => status === 200)).toHaveLength(60)
  expect(answers.at(-1)).toBe(429)
})
