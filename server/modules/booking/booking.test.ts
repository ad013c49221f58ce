import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookAppointment, getAppointment, listAppointments } from '../../../contract/appointment.ts'
import {
  bookingCalendar,
  bookingPlaces,
  bookingSlots,
  cancelBooking,
  chooseBookingPerson,
  holdBookingSlot,
  listBookings,
  makeBooking,
  moveBooking,
  readBookingSession,
} from '../../../contract/booking.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openTelephones } from '../../../test/support/booking.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'

let app: TestApp
let admin: string
let phones: Awaited<ReturnType<typeof openTelephones>>
beforeAll(async () => {
  app = await createTestApp({ trustedProxies: 1 }, await createTestDatabase())
  admin = await app.signInAs('service-centre')
  phones = await openTelephones(app)
})
afterAll(async () => {
  await phones.close()
  await app.close()
})

const call: TestApp['request'] = (caller, contract, input) =>
  app.request(caller, contract, { headers: phones.from(), ...input })
const book = (token: string, slotId: number, stated: object | null = null) =>
  call(undefined, makeBooking, { body: { token, slotId, stated } })
const mine = async (token: string) => (await call(undefined, listBookings, { body: { token } })).body.items

test('what can be booked is shown without signing in: places, days, slots with their doctors, the earliest first', async () => {
  const { siteId, departmentId, search } = await openClinic(app, admin, 'BA')
  const places = await call(undefined, bookingPlaces)
  const site = places.body.sites.find((one) => one.id === siteId)
  expect(site?.departments).toContainEqual(
    expect.objectContaining({ id: departmentId, name: 'BA科', firstAt: '2026-11-19T00:00:00.000Z' }),
  )
  const query = { siteId, departmentId }
  const first = (await call(undefined, bookingSlots, { query })).body
  expect(first).toMatchObject({ timeZone: 'Asia/Shanghai', date: '2026-11-19' })
  expect(first.days.slice(0, 2)).toEqual(['2026-11-19', '2026-11-26'])
  expect(first.items.map((one) => one.id)).toEqual((await search()).slice(0, 4).map((one) => one.id))
  expect(first.items[0]).toMatchObject({ visitTypeName: '专家号', fee: 30 })
  expect(first.items[0]?.staffName).toBeTruthy()
  const later = (await call(undefined, bookingSlots, { query: { ...query, date: '2026-11-26' } })).body
  expect(later.items.map((one) => one.startsAt.slice(0, 10))).toEqual(Array(4).fill('2026-11-26'))
})

test('somebody known by their telephone proves it by a code and books; the way there and what to do is told', async () => {
  const { siteId, departmentId, search } = await openClinic(app, admin, 'BB')
  await receive(app, { mrn: 'BB-1', name: '钱守一', phone: '13910000001' })
  const [slot] = await search()
  const opened = await phones.enter(siteId, '13910000001', slot?.id)
  expect(opened).toMatchObject({
    phone: '139****0001',
    who: { state: 'known', name: '钱*' },
    hold: { slotId: slot?.id },
  })
  const booked = await book(opened.token, slot?.id ?? 0)
  expect(booked.status).toBe(201)
  expect(booked.body).toMatchObject({
    name: '钱*',
    departmentName: 'BB科',
    roomName: '一诊室',
    directions: '门诊楼二层',
    preparation: '请空腹',
    queueNumber: 1,
    changeable: true,
  })
  const seen = (await app.request(admin, getAppointment, { params: { id: booked.body.id } })).body
  expect(seen).toMatchObject({
    personId: await personOf(app, 'BB-1'),
    personName: '钱守一',
    channel: 'web',
    bookedByName: '本人（网上预约）',
  })
  const file = await app.send(undefined, 'post', `/api/v1${bookingCalendar.path}`, {
    body: { token: opened.token, id: booked.body.id, language: 'zh-CN' },
    headers: phones.from(),
  })
  const text = await file.text()
  expect(text).toContain('DTSTART:20261119T000000Z')
  expect(text).toContain(booked.body.number)
  expect(text).not.toContain('钱')
  expect((await call(undefined, bookingSlots, { query: { siteId, departmentId } })).body.items).toHaveLength(
    3,
  )
})

test('a code is wrong five times, then it is over, also for the right one', async () => {
  const { siteId } = await openClinic(app, admin, 'BC')
  const asked = (await phones.ask(siteId, '13910000002')).body
  const code = await phones.codeOf('13910000002')
  const wrong = code === '000000' ? '000001' : '000000'
  for (let time = 1; time < 5; time++)
    expect((await phones.prove(asked.request, '13910000002', wrong)).error?.id).toBe('booking-code-wrong')
  expect((await phones.prove(asked.request, '13910000002', wrong)).error?.id).toBe('booking-code-ended')
  expect((await phones.prove(asked.request, '13910000002', code)).error?.id).toBe('booking-code-ended')
})

test('twenty guesses at once are five tries', async () => {
  const { siteId } = await openClinic(app, admin, 'BD')
  const asked = (await phones.ask(siteId, '13910000003')).body
  const code = await phones.codeOf('13910000003')
  const guesses = Array.from({ length: 20 }, (_, at) =>
    String((Number(code) + at + 1) % 1_000_000).padStart(6, '0'),
  )
  const answers = await Promise.all(guesses.map((guess) => phones.prove(asked.request, '13910000003', guess)))
  expect(answers.filter((one) => one.error?.id === 'booking-code-wrong')).toHaveLength(4)
  expect((await phones.prove(asked.request, '13910000003', code)).status).toBe(410)
})

test('a code works for some minutes, once, and for the number that it was sent to', async () => {
  const { siteId } = await openClinic(app, admin, 'BE')
  const asked = (await phones.ask(siteId, '13910000004')).body
  const code = await phones.codeOf('13910000004')
  expect((await phones.prove(asked.request, '13910000005', code)).error?.id).toBe('booking-code-wrong')
  await sql`update booking_code set expires_at = now() where id = ${asked.request}`.execute(app.db)
  expect((await phones.prove(asked.request, '13910000004', code)).error?.id).toBe('booking-code-ended')
  const again = (await phones.ask(siteId, '13910000004')).body
  const fresh = await phones.codeOf('13910000004')
  expect((await phones.prove(again.request, '13910000004', fresh)).status).toBe(200)
  expect((await phones.prove(again.request, '13910000004', fresh)).error?.id).toBe('booking-code-ended')
  const rows = JSON.stringify((await sql`select * from booking_code`.execute(app.db)).rows)
  expect(rows).not.toContain('3910000004')
  expect(rows).not.toContain(fresh)
})

test('before the code was right, nothing tells whether anybody is known by a number', async () => {
  const { siteId } = await openClinic(app, admin, 'BF')
  await receive(app, { mrn: 'BF-1', phone: '13910000006' })
  const answers = [await phones.ask(siteId, '13910000006'), await phones.ask(siteId, '13910000007')]
  expect(answers.map((one) => [one.status, Object.keys(one.body), one.body.again])).toEqual([
    [200, ['request', 'expiresAt', 'again'], 60],
    [200, ['request', 'expiresAt', 'again'], 60],
  ])
  for (const [at, phone] of ['13910000006', '13910000007'].entries())
    expect((await phones.prove(answers[at]?.body.request ?? '', phone, '12')).error?.id).toBe(
      'booking-code-wrong',
    )
  expect((await phones.ask(siteId, '0571-88886666')).error).toMatchObject({
    id: 'invalid',
    fields: [{ path: 'phone' }],
  })
})

test('two people on one telephone are told apart by year of birth, and neither sees the other’s bookings', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BG')
  await receive(app, { mrn: 'BG-1', name: '孙大山', birth: '19480203', phone: '13910000008' })
  await receive(app, { mrn: 'BG-2', name: '李小水', birth: '20150607', phone: '13910000008' })
  const [one, two] = await search()
  const first = await phones.enter(siteId, '13910000008', one?.id)
  expect(first.who).toEqual({ state: 'several', names: ['孙*', '李*'] })
  expect((await book(first.token, one?.id ?? 0)).error?.id).toBe('booking-who')
  const choose = (token: string, name: string, birthYear: number) =>
    call(undefined, chooseBookingPerson, { body: { token, name, birthYear } })
  expect((await choose(first.token, '孙*', 2015)).error?.id).toBe('birth-year-wrong')
  expect((await choose(first.token, '孙*', 1948)).body.who).toEqual({ state: 'known', name: '孙*' })
  const booked = await book(first.token, one?.id ?? 0)
  expect(booked.status).toBe(201)

  const second = await phones.enter(siteId, '13910000008', two?.id)
  expect(await mine(second.token)).toEqual([])
  await choose(second.token, '李*', 2015)
  expect(await mine(second.token)).toEqual([])
  const change = { token: second.token, id: booked.body.id, version: booked.body.version }
  expect((await call(undefined, cancelBooking, { body: change })).status).toBe(404)
  expect((await call(undefined, moveBooking, { body: { ...change, slotId: two?.id } })).status).toBe(404)
  expect(
    (
      await call(undefined, bookingCalendar, {
        body: { token: second.token, id: booked.body.id, language: 'en' },
      })
    ).status,
  ).toBe(404)
  expect((await mine(first.token)).map((item) => item.id)).toEqual([booked.body.id])

  for (let time = 1; time < 4; time++) await choose(second.token, '孙*', 1900 + time)
  expect((await choose(second.token, '孙*', 1910)).error?.id).toBe('booking-ended')
  expect((await call(undefined, readBookingSession, { body: { token: second.token } })).status).toBe(410)
})

test('whoever has the number later sees nothing that the hospital booked for the person before', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BH')
  await receive(app, { mrn: 'BH-1', phone: '13910000009' })
  const [slot] = await search()
  const body = { personId: await personOf(app, 'BH-1'), slotId: slot?.id, channel: 'phone' }
  const booked = await app.request(admin, bookAppointment, { body })
  expect(booked.status).toBe(201)
  const opened = await phones.enter(siteId, '13910000009')
  expect(await mine(opened.token)).toEqual([])
  const change = { token: opened.token, id: booked.body.id, version: 0 }
  expect((await call(undefined, cancelBooking, { body: change })).status).toBe(404)
})

test('a session is one’s own: a made-up token opens nothing, and a code of somebody else neither', async () => {
  const { siteId } = await openClinic(app, admin, 'BI')
  expect((await call(undefined, listBookings, { body: { token: 'x'.repeat(43) } })).error?.id).toBe(
    'booking-ended',
  )
  const asked = (await phones.ask(siteId, '13910000010')).body
  await phones.ask(siteId, '13910000011')
  expect((await phones.prove(asked.request, '13910000010', await phones.codeOf('13910000011'))).status).toBe(
    422,
  )
})

test('two on the web and one at the counter want the same slot: one gets it, the others are told', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BJ')
  const known = await patient(app, 'BJ-1', 'BJ')
  for (const at of [12, 13]) await receive(app, { mrn: `BJ-${at}`, phone: `139100000${at}` })
  const one = await phones.enter(siteId, '13910000012')
  const two = await phones.enter(siteId, '13910000013')
  const slotId = (await search())[0]?.id ?? 0
  const answers = await Promise.all([
    book(one.token, slotId),
    book(two.token, slotId),
    app.request(admin, bookAppointment, { body: { personId: known, slotId, channel: 'phone' } }),
  ])
  expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409])
  expect(answers.flatMap((answer) => answer.error?.id ?? [])).toEqual(['slot-taken', 'slot-taken'])
})

test('a slot is kept while somebody fills in who they are; kept too long it is anybody’s', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BK')
  for (const at of [14, 15]) await receive(app, { mrn: `BK-${at}`, phone: `139100000${at}` })
  const [slot, other] = await search()
  const slotId = slot?.id ?? 0
  const slow = await phones.enter(siteId, '13910000014', slotId)
  const fast = await phones.enter(siteId, '13910000015', slotId)
  expect([slow.hold?.slotId, fast.hold]).toEqual([slotId, null])
  expect((await book(fast.token, slotId)).error?.id).toBe('slot-taken')
  await sql`update slot set held_until = now() - interval '1 second' where id = ${slotId}`.execute(app.db)
  expect((await book(fast.token, slotId)).status).toBe(201)
  expect((await book(slow.token, slotId)).error?.id).toBe('slot-taken')
  const held = (await call(undefined, holdBookingSlot, { body: { token: slow.token, slotId: other?.id } }))
    .body
  expect(held.hold?.slotId).toBe(other?.id)
  expect((await book(slow.token, other?.id ?? 0)).status).toBe(201)
})

test('a session keeps one slot at a time', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BL')
  const [one, two] = await search()
  const opened = await phones.enter(siteId, '13910000016', one?.id)
  await call(undefined, holdBookingSlot, { body: { token: opened.token, slotId: two?.id } })
  const free = (await search()).map((slot) => slot.id)
  expect([free.includes(one?.id ?? 0), free.includes(two?.id ?? 0)]).toEqual([true, false])
})

test('a person cancels and moves their own booking; the slots are free again', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BM')
  await receive(app, { mrn: 'BM-1', phone: '13910000017' })
  const [one, two] = await search()
  const { token } = await phones.enter(siteId, '13910000017', one?.id)
  const booked = (await book(token, one?.id ?? 0)).body
  const change = { token, id: booked.id, version: booked.version }
  const moved = await call(undefined, moveBooking, { body: { ...change, slotId: two?.id } })
  expect(moved.body).toMatchObject({ id: booked.id, startsAt: two?.startsAt, status: 'booked' })
  expect((await search()).map((slot) => slot.id)).toContain(one?.id)
  expect((await call(undefined, cancelBooking, { body: change })).error?.id).toBe('changed-meanwhile')
  const cancelled = await call(undefined, cancelBooking, { body: { ...change, version: moved.body.version } })
  expect(cancelled.body).toMatchObject({ status: 'cancelled', cancelledBy: 'patient', changeable: false })
  expect((await search()).map((slot) => slot.id)).toContain(two?.id)
  const list = (
    await app.request(admin, listAppointments, {
      query: { view: 'all', personId: await personOf(app, 'BM-1') },
    })
  ).body.items
  expect(list[0]).toMatchObject({ cancelledBy: 'patient', cancelReason: '本人网上取消' })
})

test('what is not for the public, or kept for another channel, is not bookable here by its number either', async () => {
  const { siteId, search } = await openClinic(app, admin, 'BN', {
    quotas: [{ channel: 'phone', places: 4, releaseHours: 0 }],
  })
  const kept = (await search(admin, { channel: 'phone' }))[0]?.id ?? 0
  await receive(app, { mrn: 'BN-1', phone: '13910000018' })
  const { token } = await phones.enter(siteId, '13910000018')
  expect((await book(token, kept)).error?.id).toBe('slot-taken')
  const own = await openClinic(app, admin, 'BO')
  await sql`update visit_type set public = false where id = ${own.type.id}`.execute(app.db)
  const hidden = (await own.search())[0]?.id ?? 0
  expect((await book(token, hidden)).status).toBe(404)
  expect((await call(undefined, holdBookingSlot, { body: { token, slotId: hidden } })).status).toBe(404)
  const query = { siteId, departmentId: own.departmentId }
  expect((await call(undefined, bookingSlots, { query })).body.days).toEqual([])
})
