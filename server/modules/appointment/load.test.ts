import { sql } from 'kysely'
import { beforeAll, afterAll, expect, test } from 'vitest'
import { listAppointments } from '../../../contract/appointment.ts'
import { getAppointmentForecast, getAppointmentLoad } from '../../../contract/appointment-load.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let admin: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  admin = await app.signInAs('service-centre')
})
afterAll(() => app.close())

type Clinic = Awaited<ReturnType<typeof openClinic>>
type Place = Pick<Clinic, 'siteId' | 'departmentId' | 'staffId' | 'type'>

type Slots = {
  n: number
  extra?: number
  blocked?: number
  status?: 'open' | 'suspended'
  doctor?: number | null
}

/** A clinic that is over: one place each quarter of an hour, then those above the places. @returns its slots */
async function clinic(
  { siteId, departmentId, staffId, type }: Place,
  starts: string,
  said: Slots,
): Promise<number[]> {
  const { n, extra = 0, blocked = 0, status = 'open', doctor = staffId } = said
  const { rows } = await sql<{ id: number }>`
    with made as (
      insert into clinic_session (site_id, department_id, staff_id, visit_type_id, date, period, status)
      values (${siteId}, ${departmentId}, ${doctor}, ${type.id}, (${starts}::timestamptz at time zone 'Asia/Shanghai')::date,
        tstzrange(${starts}::timestamptz, ${starts}::timestamptz + ${n} * interval '15 minutes'), ${status}) returning id)
    insert into slot (session_id, site_id, department_id, staff_id, visit_type_id, starts_at, ends_at, number, overbooked, status)
    select id, ${siteId}, ${departmentId}, ${doctor}, ${type.id}, ${starts}::timestamptz + (at - 1) * interval '15 minutes',
      ${starts}::timestamptz + at * interval '15 minutes', at, at > ${n},
      case when ${status} = 'suspended' or at between ${n - blocked} + 1 and ${n} then 'blocked' else 'free' end
    from made cross join generate_series(1, ${n + extra}::int) as at order by at returning id`.execute(app.db)
  return rows.map((row) => row.id)
}

type Booked = {
  slot?: number
  starts?: string
  status?: string
  /** Days before. */
  booked?: number
  cancelled?: { by: string; hours: number }
  /** Minutes from arrival to call. */
  waited?: number
  staff?: number
}

/** An appointment as it stood when all was over. */
async function appoint(place: Place, personId: number, one: Booked): Promise<void> {
  const {
    slot,
    starts,
    status = one.cancelled ? 'cancelled' : 'fulfilled',
    booked = 1,
    cancelled,
    waited,
  } = one
  await sql`
    insert into appointment (site_id, person_id, department_id, staff_id, visit_type_id, title, slot_id, starts_at, status, channel, booked_at, booked_by,
      booked_by_name, cancelled_at, cancelled_by, arrived_at, called_at)
    select ${place.siteId}, ${personId}, ${place.departmentId}, coalesce(${one.staff ?? null}::int, ${place.staffId}), ${place.type.id}, '专家号', ${slot ?? null},
      x.at, ${status}, 'phone', x.at - ${booked} * interval '1 day', 'system:test', 'Test',
      case when ${status} = 'cancelled' then x.at - ${cancelled?.hours ?? 0} * interval '1 hour' end, ${cancelled?.by ?? null},
      case when ${waited ?? null}::int is not null then x.at end, x.at + ${waited ?? null}::int * interval '1 minute'
    from (select coalesce(${starts ?? null}::timestamptz, (select starts_at from slot where id = ${slot ?? null})) as at) x`.execute(
    app.db,
  )
  if (slot && status !== 'cancelled')
    await sql`update slot set status = 'booked' where id = ${slot}`.execute(app.db)
}

const load = (place: Place, query: Record<string, unknown> = {}, who = admin) =>
  app.request(who, getAppointmentLoad, {
    query: {
      siteId: place.siteId,
      departmentId: place.departmentId,
      from: '2026-11-02',
      to: '2026-11-08',
      ...query,
    },
  })
const rows = async (place: Place, query: Record<string, unknown>, who = admin) =>
  (
    await app.request(who, listAppointments, {
      query: {
        siteId: place.siteId,
        departmentId: place.departmentId,
        view: 'all',
        from: '2026-11-02',
        to: '2026-11-08',
        ...query,
      },
    })
  ).body.items

/** One week of a clinic, to be counted by hand. 2026-11-02 is a Monday. */
async function week(name: string) {
  const place = await openClinic(app, admin, name)
  const person = await patient(app, `${name}-1`, name)
  const monday = await clinic(place, '2026-11-02T08:00:00+08:00', { n: 10, extra: 2, blocked: 1 })
  const tuesday = await clinic(place, '2026-11-03T14:30:00+08:00', { n: 4, doctor: null })
  await clinic(place, '2026-11-04T08:00:00+08:00', { n: 6, status: 'suspended' })
  const seen = async (slot: number | undefined, booked: number, waited: number) =>
    appoint(place, person, { slot: slot ?? 0, booked, waited })
  // Five seen, one still "booked", two missed, and one above the places.
  await seen(monday[0], 1, 10)
  await seen(monday[1], 2, 20)
  await seen(monday[2], 3, 30)
  await seen(monday[3], 4, 40)
  await seen(tuesday[0], 10, 50)
  await appoint(place, person, { slot: monday[4] ?? 0, status: 'booked', booked: 5 })
  await appoint(place, person, { slot: monday[5] ?? 0, status: 'noshow', booked: 6 })
  await appoint(place, person, { slot: tuesday[1] ?? 0, status: 'noshow', booked: 7 })
  await appoint(place, person, { slot: monday[10] ?? 0, status: 'arrived', booked: 0 })
  // Three cancelled, two of them late; one at a time that is no slot; and one of the week after.
  await appoint(place, person, { slot: monday[6] ?? 0, cancelled: { by: 'patient', hours: 2 } })
  await appoint(place, person, { slot: monday[6] ?? 0, cancelled: { by: 'patient', hours: 25 } })
  await appoint(place, person, { slot: monday[6] ?? 0, cancelled: { by: 'doctor', hours: 23 } })
  await appoint(place, person, { starts: '2026-11-05T09:00:00+08:00', booked: 8 })
  await appoint(place, person, { starts: '2026-11-09T09:00:00+08:00' })
  return place
}

test('a week of clinics gives the figures that one counts by hand', async () => {
  const place = await week('LA')
  const { body } = await load(place)
  // 9 places on Monday (one is blocked) and 4 on Tuesday; the suspended clinic counts for nothing.
  expect(body.total).toMatchObject({
    open: 13,
    utilisation: 6 / 13,
    counts: {
      all: 13,
      used: 6,
      overbooked: 1,
      due: 9,
      missed: 2,
      cancelled: 3,
      late: 2,
      lead: 10,
      waited: 5,
      'waited-long': 2,
      demand: 11,
    },
    missedRate: 2 / 9,
    lateRate: 2 / 13,
    // 0 1 2 3 4 5 6 7 8 10
    lead: { median: 4.5 },
    // 10 20 30 40 50
    wait: { median: 30, p90: 46, within30: 0.6 },
  })
  expect(body.total.lead.p90).toBeCloseTo(8.2)
  expect(body.cancelledBy).toEqual([
    { by: 'patient', cancelled: 2, late: 1 },
    { by: 'staff', cancelled: 0, late: 0 },
    { by: 'doctor', cancelled: 1, late: 1 },
    { by: 'hospital', cancelled: 0, late: 0 },
  ])
  expect(body.hours).toEqual([
    { weekday: 1, hour: 8, open: 4, used: 4 },
    { weekday: 1, hour: 9, open: 4, used: 1 },
    { weekday: 1, hour: 10, open: 1, used: 0 },
    { weekday: 2, hour: 14, open: 2, used: 1 },
    { weekday: 2, hour: 15, open: 2, used: 0 },
  ])
  expect(body.departments).toHaveLength(1)
  expect(body.departments[0]).toMatchObject({ departmentName: 'LA科', staffId: null, open: 13 })
  expect(body.doctors.map((one) => [one.staffId, one.open, one.counts.used])).toEqual([
    [place.staffId, 9, 6],
    [null, 4, 0],
  ])
})

test('every number opens as many appointments as it counts', async () => {
  const place = await week('LB')
  const { total, cancelledBy, hours } = (await load(place)).body
  for (const [measure, n] of Object.entries(total.counts))
    expect([measure, (await rows(place, { measure })).length]).toEqual([measure, n])
  for (const { by, late } of cancelledBy)
    expect(await rows(place, { measure: 'late', cancelledBy: by })).toHaveLength(late)
  for (const { weekday, hour, used } of hours)
    expect(await rows(place, { measure: 'used', weekday, hourFrom: hour, hourTo: hour + 1 })).toHaveLength(
      used,
    )
  expect(await rows(place, { measure: 'used', visitTypeId: place.type.id })).toHaveLength(6)
})

test('an empty period has no rates, and a reversed one is refused', async () => {
  const place = await openClinic(app, admin, 'LC')
  const { body } = await load(place)
  expect(body.total).toMatchObject({
    open: 0,
    utilisation: null,
    missedRate: null,
    wait: { median: null, within30: null },
  })
  expect((await load(place, { from: '2026-11-08', to: '2026-11-02' })).status).toBe(422)
  expect((await load(place, { from: '2024-11-08' })).status).toBe(422)
})

test('the third free place counts, in calendar days from today, as far as the channel may book it', async () => {
  // Thursday the 19th and each Thursday after it, four places.
  const place = await openClinic(app, admin, 'LD', {
    quotas: [{ channel: 'web', places: 2, releaseHours: 1 }],
  })
  const next = async (channel: string) => (await load(place, { channel })).body
  expect((await next('web')).total.thirdNext).toEqual({ days: 1, date: '2026-11-19' })
  // Two on the 19th; the third is a week later.
  expect((await next('phone')).total.thirdNext).toEqual({ days: 8, date: '2026-11-26' })
  await sql`update slot set status = 'booked' where department_id = ${place.departmentId} and starts_at < '2026-12-01'`.execute(
    app.db,
  )
  const { departments, doctors } = await next('phone')
  expect([departments[0]?.thirdNext?.days, doctors[0]?.thirdNext?.days]).toEqual([22, 22])
  await sql`update slot set status = 'booked' where department_id = ${place.departmentId}`.execute(app.db)
  expect((await next('phone')).total.thirdNext).toBeNull()
})

test('a head sees the own departments alone, figures and forecast alike; who works elsewhere finds nothing', async () => {
  const [mine, other] = [await week('LE'), await week('LF')]
  const ids = await idsOf(app)
  const head = await app.signInAs('department-head', { department: mine.departmentId })
  const all = (await load(mine, { departmentId: undefined }, head)).body
  expect(all.departments.map((one) => one.departmentId)).toEqual([mine.departmentId])
  expect(all.total.open).toBe(13)
  expect((await load(other, {}, head)).body.total.open).toBe(0)
  expect(
    (await app.request(head, getAppointmentForecast, { query: { siteId: other.siteId } })).body.items
      .map((one) => one.departmentId)
      .every((id) => id === mine.departmentId),
  ).toBe(true)
  const doctor = await app.signInAs('doctor', { department: mine.departmentId, staff: ids.staff('LE1') })
  expect((await load(mine, {}, doctor)).body.total.open).toBe(9)
  const auditor = await app.signInAs('auditor')
  expect((await load(mine, {}, auditor)).status).toBe(403)
})

test('Wednesdays that had more patients than the coming ones have places are short, and say by how many', async () => {
  const place = await openClinic(app, admin, 'LG', { weekday: 3, starts: '08:00', ends: '08:30' })
  const person = await patient(app, 'LG-1', 'LG')
  // 5, 4, 5, 4 patients on the four Wednesdays before today; none before that.
  for (const [at, n] of [5, 4, 5, 4].entries())
    for (let one = 0; one < n; one++)
      await appoint(place, person, {
        starts: new Date(
          Date.parse('2026-11-11T09:00:00+08:00') - (7 * at * 24 + one / 4) * 3_600_000,
        ).toISOString(),
      })
  const query = { siteId: place.siteId, departmentId: place.departmentId }
  const { body } = await app.request(admin, getAppointmentForecast, { query })
  expect([body.from, body.to]).toEqual(['2026-11-19', '2026-12-16'])
  expect(body.items).toHaveLength(1)
  expect(body.items[0]).toMatchObject({
    weekday: 3,
    part: 'morning',
    counted: [
      { date: '2026-11-11', demand: 5, open: 0 },
      { date: '2026-11-04', demand: 4 },
      { date: '2026-10-28', demand: 5 },
      { date: '2026-10-21', demand: 4 },
    ],
    forecast: { expected: 4.5 },
    coming: ['2026-11-25', '2026-12-02', '2026-12-09', '2026-12-16'].map((date) => ({
      date,
      open: 2,
      taken: 0,
    })),
    places: 2,
    advice: { kind: 'short', n: 3 },
  })
  const [first] = body.items[0]?.counted ?? []
  expect(
    await rows(place, { measure: 'demand', from: first?.date, to: first?.date, hourFrom: 0, hourTo: 12 }),
  ).toHaveLength(5)
})

test('a clinic that began three weeks ago has no forecast, and says from how many days', async () => {
  const place = await openClinic(app, admin, 'LH', { weekday: 3 })
  for (const date of ['2026-10-28', '2026-11-04', '2026-11-11'])
    await clinic(place, `${date}T08:00:00+08:00`, { n: 4 })
  const { body } = await app.request(admin, getAppointmentForecast, {
    query: { siteId: place.siteId, departmentId: place.departmentId },
  })
  expect(body.fewest).toBe(4)
  expect(body.items[0]).toMatchObject({ forecast: null, advice: null, places: 4 })
  expect(body.items[0]?.counted).toHaveLength(3)
})
