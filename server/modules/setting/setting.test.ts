import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createDepartment,
  createSite,
  listCalendar,
  listSettingHistory,
  listSettings,
  putCalendarYear,
  updateDepartment,
  updateSetting,
} from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { settingDefinitions } from './definitions.ts'
import { readSettings, readSettingsBySite } from './setting.ts'
import { calendarRows, calendarsOf, isWorkingDay, loadCalendars } from '../../platform/calendar.ts'

let app: TestApp
let admin: string
let north = 0
let east = 0
beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  const site = async (code: string) =>
    (await app.request(admin, createSite, { body: { code, name: code, timeZone: 'Asia/Shanghai' } })).body.id
  north = await site('NORTH')
  east = await site('EAST')
})
afterAll(() => app.close())

const put = (key: string, value: unknown, version = 0, siteId: number | null = null) =>
  app.request(admin, updateSetting, { params: { key }, body: { value, version, siteId } })
const history = (key: string, siteId?: number) =>
  app.request(admin, listSettingHistory, { params: { key }, query: { siteId } })

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
  ['security.outbound-hosts', 'x'.repeat(501)],
  ['follow-up.hours.from', 20],
  ['follow-up.hours.to', 9],
])('%s refuses %s and stays as it was', async (key, value) => {
  const answer = await put(key, value)
  expect([answer.status, answer.error?.fields?.[0]?.path]).toEqual([422, 'value'])
  expect((await history(key)).body.items).toEqual([])
})

test('a site has its own value, inherits what it has not, and goes back to inheriting', async () => {
  const key = 'follow-up.attempts.max'
  const at = async (site: number | null) =>
    (await app.request(admin, listSettings, { query: { siteId: site } })).body.items.find(
      (one) => one.key === key,
    )
  const inForce = async () => {
    const bySite = await readSettingsBySite(app.db, [key], [north, east])
    return [
      (await readSettings(app.db, [key]))[key],
      bySite.get(north)?.[key],
      (await readSettings(app.db, [key], east))[key],
    ]
  }
  expect(await inForce()).toEqual([3, 3, 3])
  await put(key, 4)
  expect((await put(key, 6, 0, north)).body).toMatchObject({ value: 6, inheritedValue: 4, isSet: true })
  expect(await inForce()).toEqual([4, 6, 4])
  expect(await at(null)).toMatchObject({ value: 4, inheritedValue: 3, differsAt: [north] })
  expect(await at(east)).toMatchObject({ value: 4, isSet: false, version: 0 })
  expect((await put(key, null, 1, north)).body).toMatchObject({ value: 4, isSet: false })
  expect(await inForce()).toEqual([4, 4, 4])
  expect((await history(key, north)).body.items.map((one) => one.value)).toEqual([null, 6])
  expect((await history(key)).body.items.map((one) => one.value)).toEqual([4])
  const { rows } = await sql<{ subject: string }>`
    select subject from audit_event where subject like ${`${key} %`}`.execute(app.db)
  expect(rows).toEqual([{ subject: `${key} site:NORTH` }, { subject: `${key} site:NORTH` }])
})

test('what is one for all sites is refused for a site, in words', async () => {
  const answer = await put('security.session-idle-minutes', 5, 0, north)
  expect([answer.status, answer.error?.fields]).toEqual([
    422,
    [{ path: 'siteId', message: 'This setting is one for all sites.' }],
  ])
  expect((await put('follow-up.attempts.max', 5, 0, 4711)).status).toBe(404)
  const listed = (await app.request(admin, listSettings, { query: { siteId: north } })).body.items
  expect(listed.every((one) => one.perSite)).toBe(true)
  expect(listed.length).toBeGreaterThan(20)
})

test('hours that a site half inherits leave room for calls as well', async () => {
  expect((await put('follow-up.hours.from', 18, 0, north)).status).toBe(200)
  // 20 is the installation's end; 17 would close the site that begins at 18.
  expect((await put('follow-up.hours.to', 17)).error?.fields?.[0]?.path).toBe('value')
  expect((await put('follow-up.hours.to', 17, 0, north)).status).toBe(422)
  expect((await put('follow-up.hours.from', null, 1, north)).status).toBe(200)
})

test('who administers one site changes that site and nothing else', async () => {
  const theirs = await app.signInAs('administrator', { site: north })
  const set = (siteId: number | null) =>
    app.request(theirs, updateSetting, {
      params: { key: 'visit.minutes' },
      body: { value: 30, version: 0, siteId },
    })
  expect((await set(null)).error?.id).toBe('forbidden')
  expect((await set(east)).error?.id).toBe('forbidden')
  expect((await set(north)).status).toBe(200)
  const days = [{ date: '2097-05-01', working: false, name: '劳动节' }]
  const enter = (siteId: number | null) =>
    app.request(theirs, putCalendarYear, { params: { year: 2097 }, body: { days, siteId } })
  expect((await enter(null)).error?.id).toBe('forbidden')
  expect((await enter(north)).status).toBe(200)
  const department = (siteId: number) =>
    app.request(theirs, createDepartment, { body: { siteId, code: 'D', name: 'D', specialty: null } })
  expect((await department(east)).error?.id).toBe('forbidden')
  const { body } = await department(north)
  const { body: other } = await app.request(admin, createDepartment, {
    body: { siteId: east, code: 'D', name: 'D', specialty: null },
  })
  const rename = (id: number) =>
    app.request(theirs, updateDepartment, { params: { id }, body: { name: 'E' } })
  expect([(await rename(body.id)).status, (await rename(other.id)).error?.id]).toEqual([200, 'forbidden'])
  const site = { code: 'NEW', name: 'NEW', timeZone: 'Asia/Shanghai' }
  expect((await app.request(theirs, createSite, { body: site })).error?.id).toBe('forbidden')
})

test('a time zone that does not exist is refused', async () => {
  expect((await put('organisation.time-zone', 'Asia/Nowhere')).error?.fields?.[0]?.path).toBe('value')
  expect((await put('organisation.time-zone', 'Asia/Taipei')).status).toBe(200)
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

test('the official calendar is there, with the Saturdays worked for the Spring Festival', async () => {
  const { body } = await app.request(admin, listCalendar, { query: { year: 2025 } })
  expect(body.known).toBe(true)
  const day = (date: string) => body.days.find((one) => one.date === date)
  expect(day('2025-01-28')).toMatchObject({ working: false })
  expect(day('2025-01-26')).toMatchObject({ working: true })
  expect((await app.request(admin, listCalendar, { query: { year: 2099 } })).body).toEqual({
    known: false,
    country: 'CN',
    inherited: false,
    days: [],
  })
})

test('the official calendars go back to 2011, those of Taiwan as well', async () => {
  for (let year = 2011; year <= 2026; year++)
    for (const country of ['CN', 'TW'])
      expect([
        year,
        country,
        (await app.request(admin, listCalendar, { query: { year, country } })).body.known,
      ]).toEqual([year, country, true])
})

test.each([
  // State Council notices (国办发明电): working Saturdays and Sundays before and after the holidays, and days off.
  ['CN', '2011-01-30', true],
  ['CN', '2011-02-08', false],
  ['CN', '2011-12-31', true],
  ['CN', '2013-10-12', true],
  ['CN', '2015-09-03', false],
  ['CN', '2020-01-31', false],
  ['CN', '2023-01-03', true],
  // 政府行政機關辦公日曆表 of the Directorate-General of Personnel Administration.
  ['TW', '2012-03-03', true],
  ['TW', '2017-02-27', false],
  ['TW', '2017-06-03', true],
  ['TW', '2023-01-07', true],
  ['TW', '2023-01-27', false],
  ['TW', '2024-02-17', true],
  ['TW', '2024-05-01', true],
  ['TW', '2025-12-25', false],
  ['TW', '2026-02-20', false],
  ['TW', '2026-05-01', false],
])('in %s %s is a working day: %s', async (country, date, working) => {
  const calendars = calendarsOf([
    ...(await calendarRows.execute(app.db)).rows.filter((row) => row.days !== null),
    { site_id: null, country, days: null },
  ])
  expect(isWorkingDay(date, calendars(null))).toBe(working)
})

test('a site follows the calendar of its country; what is entered for a country holds at its sites', async () => {
  const country = (value: string | null, version = 0) => put('organisation.country', value, version, north)
  const works = async (date: string) => {
    const calendars = await loadCalendars(app.db)
    return [null, north, east].map((site) => isWorkingDay(date, calendars(site)))
  }
  expect(await works('2023-10-06')).toEqual([false, false, false])
  expect((await country('Taiwan')).error?.fields?.[0]?.path).toBe('value')
  await country('TW')
  expect(await works('2023-10-06')).toEqual([false, true, false])
  const read = async (year: number) =>
    (await app.request(admin, listCalendar, { query: { year, siteId: north } })).body
  expect(await read(2023)).toMatchObject({ known: true, country: 'TW', inherited: true })
  await app.request(admin, putCalendarYear, {
    params: { year: 2095 },
    body: { country: 'TW', days: [{ date: '2095-10-10', working: false, name: '國慶日' }] },
  })
  expect(await read(2095)).toMatchObject({ known: true, inherited: true, days: [{ date: '2095-10-10' }] })
  expect((await app.request(admin, listCalendar, { query: { year: 2095 } })).body.known).toBe(false)
  await country(null, 1)
  expect(await works('2023-10-06')).toEqual([false, false, false])
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

test("a site's calendar of a year replaces the installation's as a whole, and emptying it inherits again", async () => {
  const enter = (siteId: number | null, days: unknown[]) =>
    app.request(admin, putCalendarYear, { params: { year: 2096 }, body: { days, siteId } })
  const holiday = (date: string, working = false) => ({ date, working, name: '节' })
  // 2096-05-01 and -02 are a Tuesday and a Wednesday, the 5th a Saturday.
  await enter(null, [holiday('2096-05-01'), holiday('2096-05-02')])
  const read = async (siteId: number) =>
    (await app.request(admin, listCalendar, { query: { year: 2096, siteId } })).body
  expect(await read(north)).toMatchObject({ known: true, inherited: true })
  await enter(north, [holiday('2096-05-02'), holiday('2096-05-05', true)])
  expect(await read(north)).toMatchObject({ inherited: false, days: [{ date: '2096-05-02' }, {}] })
  const works = async () => {
    const calendars = await loadCalendars(app.db)
    return [null, north, east].map((site) =>
      ['2096-05-01', '2096-05-02', '2096-05-05'].map((date) => isWorkingDay(date, calendars(site))),
    )
  }
  const common = [false, false, false]
  expect(await works()).toEqual([common, [true, false, true], common])
  await enter(north, [])
  expect(await works()).toEqual([common, common, common])
})

test('hosts that are sent to are names, addresses and ranges', async () => {
  expect((await put('security.outbound-hosts', 'http://his')).status).toBe(422)
  expect((await put('security.outbound-hosts', 'his.example 10.1.0.0/16')).status).toBe(200)
})
