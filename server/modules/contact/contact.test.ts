import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { giveConsent, listConsents, withdrawConsent } from '../../../contract/contact.ts'
import { setOptOut } from '../../../contract/person.ts'
import { getTask, holdTask, releaseTask, takeNextTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { fromLocal, localDate, shiftDate, toLocal } from '../../platform/clock.ts'
import { transaction } from '../../platform/db.ts'
import type { ContactRequest } from './facts.ts'
import { foresee, permit } from './permit.ts'

let app: TestApp
let centre: string
let doctor: string
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  await discharged(app, 'first')
  const ids = await idsOf(app)
  const staff = await app.db
    .selectFrom('staff')
    .select('id')
    .where('code', '=', 'D1')
    .executeTakeFirstOrThrow()
  doctor = await app.signInAs('doctor', { site: ids.site('NH'), staff: staff.id })
  await set({ 'contact.quiet-from': 0, 'contact.quiet-to': 0 })
})
afterAll(() => app.close())

async function set(values: Record<string, unknown>): Promise<void> {
  await sql`insert into setting (key, value) select key, value from jsonb_each(${JSON.stringify(values)}::jsonb)
    on conflict (key, site_id) do update set value = excluded.value`.execute(app.db)
}
/** The person's address is theirs alone, so that nobody else's contacts count. */
const patient = () =>
  discharged(app, `C${++people}`, { phone: `1390000${1000 + people}`, email: `c${people}@example.test` })
const refuse = (id: number, channel: string, purpose = 'all') =>
  app.request(centre, setOptOut, { params: { id }, body: { channel, purpose, active: true } })
const kindsOf = async (id: number) =>
  (
    await app.request(centre, getTimeline, {
      params: { id },
      query: { kind: ['contact.refused', 'consent.given', 'consent.withdrawn'] },
    })
  ).body.items
const hold = (id: number) => app.request(doctor, holdTask, { params: { id } })
const request = (personId: number, more: Partial<ContactRequest> = {}): ContactRequest => ({
  key: 1,
  personId,
  channel: 'email',
  purpose: 'marketing',
  automatic: false,
  siteId: null,
  ...more,
})
const verdict = async (one: ContactRequest, at?: Date) =>
  (await transaction(app.db, (trx) => permit(trx, [one], at))).get(1)

test('a consent is given with its proof, shown, and taken back; marketing may go only in between', async () => {
  const { person } = await patient()
  const params = { id: person }
  expect(await verdict(request(person))).toEqual({ kind: 'refuse', reason: 'no-consent' })
  const body = { purpose: 'marketing', channel: 'email', proof: 'paper', reference: '2026-17' }
  const given = await app.request(centre, giveConsent, { params, body })
  expect(given.body.items).toMatchObject([{ ...body, withdrawnAt: null, recordedByName: 'service-centre-1' }])
  expect((await app.request(centre, giveConsent, { params, body })).error?.id).toBe('already-exists')
  expect(await verdict(request(person))).toMatchObject({ kind: 'permit' })
  expect(await verdict(request(person, { channel: 'phone' }))).toMatchObject({ reason: 'no-consent' })
  const consentId = given.body.items[0]?.id ?? 0
  const taken = { params: { ...params, consentId }, body: { reason: '不想再收到' } }
  expect((await app.request(centre, withdrawConsent, taken)).body.items[0]?.withdrawnByName).toBe(
    'service-centre-1',
  )
  expect((await app.request(centre, withdrawConsent, taken)).error?.id).toBe('already-closed')
  expect(await verdict(request(person))).toMatchObject({ reason: 'no-consent' })
  expect((await app.request(centre, listConsents, { params })).body.items).toHaveLength(1)
  expect((await kindsOf(person)).map((one) => one.kind)).toEqual(['consent.withdrawn', 'consent.given'])
})

test('a consent from the future, or of a person out of reach, is refused', async () => {
  const { person } = await patient()
  const body = {
    purpose: 'marketing',
    channel: 'all',
    proof: 'form',
    givenAt: new Date(Date.now() + 3600_000).toISOString(),
  }
  expect(
    (await app.request(centre, giveConsent, { params: { id: person }, body })).error?.fields?.[0]?.path,
  ).toBe('givenAt')
  const elsewhere = await app.signInAs('service-centre', { site: (await otherSite('Europe/Berlin')).id })
  expect((await app.request(elsewhere, listConsents, { params: { id: person } })).status).toBe(404)
  expect((await app.request(elsewhere, giveConsent, { params: { id: person }, body })).status).toBe(404)
})

async function otherSite(zone: string) {
  return app.db
    .insertInto('site')
    .values({ code: `S${++people}`, name: 'S', time_zone: zone })
    .returning('id')
    .executeTakeFirstOrThrow()
}

test('who opted out of calls is not called: the task is refused with the reason, kept once on the timeline, and never the next one', async () => {
  const { person, task } = await patient()
  await refuse(person, 'phone')
  for (let n = 0; n < 2; n++) {
    const held = await hold(task)
    expect(held.status).toBe(409)
    expect(held.error).toMatchObject({
      id: 'contact-refused',
      fields: [{ path: 'contact', message: 'opted-out' }],
    })
  }
  expect((await app.request(doctor, getTask, { params: { id: task } })).body.contact.refused).toBe(
    'opted-out',
  )
  expect(await kindsOf(person)).toMatchObject([
    {
      kind: 'contact.refused',
      taskId: task,
      data: { channel: 'phone', purpose: 'clinical', refusal: 'opted-out' },
    },
  ])
  const next = await app.request(doctor, takeNextTask, { body: {} })
  expect(next.body.task?.id).not.toBe(task)
  if (next.body.task) await app.request(doctor, releaseTask, { params: { id: next.body.task.id } })
})

test.each([
  ['of another channel', 'email', 'all'],
  ['of another purpose', 'all', 'marketing'],
])('an opt-out %s does not keep anybody from calling', async (_, channel, purpose) => {
  const { person, task } = await patient()
  await refuse(person, channel, purpose)
  expect((await hold(task)).status).toBe(200)
})

test('a red flag is followed up whatever the person asked for', async () => {
  const { person, task } = await patient()
  await refuse(person, 'phone')
  await sql`update task set kind = 'red-flag' where id = ${task}`.execute(app.db)
  expect((await hold(task)).status).toBe(200)
})

test('quiet hours are told with a call and do not stop it', async () => {
  const { task } = await patient()
  const { rows } = await sql<{
    hour: number
  }>`select extract(hour from now() at time zone 'Asia/Shanghai')::int as hour`.execute(app.db)
  const hour = rows[0]?.hour ?? 0
  await set({ 'contact.quiet-from': hour, 'contact.quiet-to': (hour + 2) % 24 })
  const held = await hold(task)
  await set({ 'contact.quiet-from': 0, 'contact.quiet-to': 0 })
  expect(held.status).toBe(200)
  expect(held.body.contact.refused).toBeNull()
  expect(Date.parse(held.body.contact.notBefore ?? '')).toBeGreaterThan(Date.now())
})

test('the next attempt is not planned into quiet hours', async () => {
  const { task } = await patient()
  await set({
    'follow-up.hours.from': 0,
    'follow-up.hours.to': 24,
    'follow-up.hours.working-days-only': false,
  })
  await set({ 'contact.quiet-from': 13, 'contact.quiet-to': 12 })
  await hold(task)
  const { body } = await app.request(doctor, recordAttempt, {
    params: { id: task },
    body: { outcome: 'unreached' },
  })
  await set({ 'contact.quiet-from': 0, 'contact.quiet-to': 0 })
  expect(toLocal(new Date(body.nextAttemptAt ?? ''), 'Asia/Shanghai').hour).toBe(12)
})

test('the hour is that of the place it is about, else of the last department, else of the setting', async () => {
  const { person } = await patient()
  await otherSite('America/New_York')
  const stranger = await app.db
    .insertInto('person')
    .values({
      name: '无',
      search_name: '无',
      pinyin: 'wu',
      initials: 'w',
      source: 'test',
      source_time: new Date(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await sql`insert into person_telecom (person_id, system, value, source) values (${stranger.id}, 'email', 'w@example.test', 'test')`.execute(
    app.db,
  )
  await set({ 'contact.quiet-from': 21, 'contact.quiet-to': 8, 'organisation.time-zone': 'Asia/Kathmandu' })
  const ask = async (one: ContactRequest, at: Date) => (await foresee(app.db, [one], at)).get(1)
  const clinical = (id: number, siteId: number | null) => request(id, { purpose: 'clinical', siteId })
  const at = (hour: number, timeZone: string) =>
    fromLocal({ year: 2026, month: 6, day: 10, hour, minute: 0, second: 0 }, timeZone)
  const newYork = (await otherSite('America/New_York')).id
  for (const [one, zone] of [
    [clinical(person, newYork), 'America/New_York'],
    [clinical(person, null), 'Asia/Shanghai'],
    [clinical(stranger.id, null), 'Asia/Kathmandu'],
  ] as const) {
    expect(await ask(one, at(20, zone))).toMatchObject({ kind: 'permit' })
    expect(await ask(one, at(21, zone))).toEqual({
      kind: 'later',
      at: fromLocal({ year: 2026, month: 6, day: 11, hour: 8, minute: 0, second: 0 }, zone),
    })
  }
  await set({ 'contact.quiet-from': 0, 'contact.quiet-to': 0 })
})

test('on a public holiday nothing but clinical contact goes', async () => {
  const { person } = await patient()
  const date = shiftDate(localDate(new Date(), 'Asia/Shanghai'), 1)
  await sql`insert into calendar_day (date, working, name, source) values (${date}, false, '节日', 'test'), (${shiftDate(date, 1)}, true, '补班', 'test')
    on conflict (date, site_id, country) do update set working = excluded.working`.execute(app.db)
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const noon = fromLocal({ year, month, day, hour: 12, minute: 0, second: 0 }, 'Asia/Shanghai')
  expect(await verdict(request(person, { purpose: 'clinical' }), noon)).toMatchObject({ kind: 'permit' })
  expect(await verdict(request(person, { purpose: 'service' }), noon)).toMatchObject({ kind: 'later' })
  await set({ 'contact.on-holidays': true })
  expect(await verdict(request(person, { purpose: 'service' }), noon)).toMatchObject({ kind: 'permit' })
})
