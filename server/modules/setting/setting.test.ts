import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  listCalendar,
  listSettingHistory,
  listSettings,
  putCalendarYear,
  updateSetting,
} from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { unseal } from '../../platform/sealed.ts'
import { settingDefinitions } from './definitions.ts'

let app: TestApp
let admin: string
beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

const put = (key: string, value: unknown, version = 0) =>
  app.request(admin, updateSetting, { params: { key }, body: { value, version } })
const history = (key: string) => app.request(admin, listSettingHistory, { params: { key } })

test('every rule number has a default that its own rule accepts, and a source', async () => {
  const { body } = await app.request(admin, listSettings)
  expect(body.items.map((one) => one.key).sort()).toEqual(Object.keys(settingDefinitions).sort())
  for (const one of body.items) {
    expect([one.key, one.source.length > 3]).toEqual([one.key, true])
    if (typeof one.defaultValue === 'number' && one.min !== null && one.max !== null)
      expect([one.key, one.defaultValue >= one.min && one.defaultValue <= one.max]).toEqual([one.key, true])
  }
})

test.each([
  ['follow-up.level-1.days', 0],
  ['follow-up.level-1.days', 91],
  ['follow-up.level-1.days', 3.5],
  ['follow-up.level-1.days', '7'],
  ['follow-up.level-3.sample-rate', 1.1],
  ['follow-up.hours.working-days-only', 'yes'],
  ['channel.smtp.tls', 'maybe'],
  ['channel.smtp.host', 'x'.repeat(501)],
  ['follow-up.hours.from', 20],
  ['follow-up.hours.to', 9],
])('%s refuses %s and stays as it was', async (key, value) => {
  const answer = await put(key, value)
  expect([answer.status, answer.error?.fields?.[0]?.path]).toEqual([422, 'value'])
  expect((await history(key)).body.items).toEqual([])
})

test('a setting that does not exist is not found', async () => {
  for (const key of ['no.such', 'toString', '__proto__']) expect((await put(key, 1)).status).toBe(404)
})

test('each change is kept with its author; null goes back to the default; an old version is refused', async () => {
  const key = 'follow-up.level-2.days'
  expect((await put(key, 10)).body).toMatchObject({
    value: 10,
    version: 1,
    isSet: true,
    changedByName: 'administrator-1',
  })
  expect((await put(key, 12)).error?.id).toBe('changed-meanwhile')
  expect((await put(key, 12, 1)).body).toMatchObject({ value: 12, version: 2 })
  expect((await put(key, null, 2)).body).toMatchObject({ value: 14, isSet: false, version: 0 })
  await put(key, 20)
  expect((await history(key)).body.items.map(({ version, value }) => [version, value])).toEqual([
    [4, 20],
    [3, null],
    [2, 12],
    [1, 10],
  ])
})

test('of two who set the same thing for the first time at once, one is told', async () => {
  const answers = await Promise.all([put('intake.silent-minutes', 5), put('intake.silent-minutes', 6)])
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
})

test('a secret is stored sealed and comes back nowhere', async () => {
  const secret = 'Mail-Passwort-42'
  const answer = await put('channel.smtp.password', secret)
  expect(answer.body).toMatchObject({ value: null, isSet: true })
  const listed = await app.request(admin, listSettings)
  const past = await history('channel.smtp.password')
  expect(JSON.stringify([answer.body, listed.body, past.body])).not.toContain(secret)
  const { rows } = await sql<{
    value: string
  }>`select value from setting where key = 'channel.smtp.password'`.execute(app.db)
  expect(rows[0]?.value).not.toContain(secret)
  expect(unseal(app.services.secret, rows[0]?.value ?? '')).toBe(secret)
  const everything = await sql<{ all: string }>`
    select (select jsonb_agg(a)::text from audit_event a) || (select jsonb_agg(h)::text from setting_history h) as all`.execute(
    app.db,
  )
  expect(everything.rows[0]?.all).not.toContain(secret)
})

test('the official calendar is there, with the Saturdays worked for the Spring Festival', async () => {
  const { body } = await app.request(admin, listCalendar, { query: { year: 2025 } })
  expect(body.known).toBe(true)
  const day = (date: string) => body.days.find((one) => one.date === date)
  expect(day('2025-01-28')).toMatchObject({ working: false })
  expect(day('2025-01-26')).toMatchObject({ working: true })
  expect((await app.request(admin, listCalendar, { query: { year: 2099 } })).body).toEqual({
    known: false,
    days: [],
  })
})

test('a site enters its own calendar; a day of another year or a day twice is refused', async () => {
  const enter = (days: unknown[]) =>
    app.request(admin, putCalendarYear, { params: { year: 2098 }, body: { days } })
  const day = { date: '2098-05-01', working: false, name: '劳动节' }
  expect((await enter([day])).body).toMatchObject({ known: true, days: [{ ...day, source: 'site' }] })
  expect((await enter([{ ...day, date: '2097-05-01' }])).error?.fields?.[0]?.path).toBe('days.0.date')
  expect((await enter([day, day])).status).toBe(422)
  expect((await app.request(admin, listCalendar, { query: { year: 2098 } })).body.days).toHaveLength(1)
})
