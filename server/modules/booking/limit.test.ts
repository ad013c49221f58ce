import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getAppointment } from '../../../contract/appointment.ts'
import {
  askBookingCode,
  bookingPlaces,
  listBookingRefusals,
  listBookings,
  makeBooking,
} from '../../../contract/booking.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openTelephones } from '../../../test/support/booking.ts'
import { openClinic } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { changeSetting } from '../../../test/support/setting.ts'
import { citizenCheck } from '../person/identity-number.ts'
import { networkOf } from './limit.ts'

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

const book = (token: string, slotId: number | undefined, stated: object | null = null) =>
  app.request(undefined, makeBooking, { body: { token, slotId, stated }, headers: phones.from() })
const citizen = (digits: string) => digits + citizenCheck(digits)
const refusals = async () =>
  (await app.request(admin, listBookingRefusals, { query: { limit: 200 } })).body.items
const personOfBooking = async (id: number) =>
  (await app.request(admin, getAppointment, { params: { id } })).body.personId
const personsNamed = async (name: string) =>
  (await sql<{ id: number }>`select id from person where name = ${name}`.execute(app.db)).rows.length

test('somebody new gives a name and is known by their number from then on, told as somebody who booked', async () => {
  const { siteId, search } = await openClinic(app, admin, 'LA', { weekday: 4, slotMinutes: 10 })
  const slots = await search()
  const first = await phones.enter(siteId, '13920000001')
  expect(first.who).toEqual({ state: 'unknown' })
  const booked = await book(first.token, slots[0]?.id, { name: '郑新来', identity: null })
  expect(booked.body.name).toBe('郑*')
  const id = await personOfBooking(booked.body.id)
  const person = (await app.request(admin, getPerson, { params: { id } })).body
  expect(person).toMatchObject({ name: '郑新来', source: 'booking', phone: '139****0001' })
  const again = await phones.enter(siteId, '13920000001')
  expect(again.who).toEqual({ state: 'known', name: '郑*' })
  const items = (
    await app.request(undefined, listBookings, { body: { token: again.token }, headers: phones.from() })
  ).body.items
  expect(items.map((one) => one.id)).toEqual([booked.body.id])
})

test('what is no name is not repeated in a message', async () => {
  const { siteId, search } = await openClinic(app, admin, 'LN', { weekday: 4 })
  const [slot] = await search()
  const { token } = await phones.enter(siteId, '13920000019')
  for (const name of ['<b>x</b>', '123456', 'www.win.cn/1', '领奖 1 号'])
    expect((await book(token, slot?.id, { name, identity: null })).status, name).toBe(422)
  for (const name of ['阿依古丽·买买提', 'Anne-Marie O’Neil'])
    expect((await book(token, slot?.id, { name, identity: null })).status, name).not.toBe(422)
})

test('a booking that does not come about leaves no new person behind', async () => {
  const { siteId, search } = await openClinic(app, admin, 'LB')
  const [slot] = await search()
  const fast = await phones.enter(siteId, '13920000002', slot?.id)
  const slow = await phones.enter(siteId, '13920000003')
  expect(fast.hold).not.toBeNull()
  expect((await book(slow.token, slot?.id, { name: '吴没约', identity: null })).error?.id).toBe('slot-taken')
  expect(await personsNamed('吴没约')).toBe(0)
})

test('where real names are the rule, an identity number is asked for, and a wrong one is refused', async () => {
  const { siteId, search } = await openClinic(app, admin, 'LC')
  await changeSetting(app, 'appointment.real-name', true)
  await receive(app, { mrn: 'LC-1', name: '周有名', birth: '19700102', phone: '13920000004' })
  const [slot, other] = await search()
  const { token } = await phones.enter(siteId, '13920000004', slot?.id)
  expect((await book(token, slot?.id)).error?.id).toBe('real-name')
  const say = (identity: string, name = '周有名') => book(token, slot?.id, { name, identity })
  expect((await say('330203197001021234')).error?.id).toBe('identity-wrong')
  const number = citizen('33020319700102122')
  const booked = await say(number)
  expect(booked.status).toBe(201)
  const id = await personOf(app, 'LC-1')
  expect(await personOfBooking(booked.body.id)).toBe(id)
  const person = (await app.request(admin, getPerson, { params: { id } })).body
  expect(person.identifiers.map((one) => one.system)).toContain('national-id')
  // Somebody new brings their own.
  const fresh = await phones.enter(siteId, '13920000005', other?.id)
  expect((await book(fresh.token, other?.id, { name: '冯路过', identity: null })).error?.id).toBe('real-name')
  expect((await book(fresh.token, other?.id, { name: '冯路过', identity: 'EA1234567' })).status).toBe(201)
  await changeSetting(app, 'appointment.real-name', false)
})

test('a name and number of somebody known here lead to them from another telephone, without a word about it', async () => {
  const { siteId, search } = await openClinic(app, admin, 'LD', { slotMinutes: 10 })
  const number = citizen('33020319480203122')
  await receive(app, {
    mrn: 'LD-1',
    name: '褚奶奶',
    birth: '19480203',
    nationalId: number,
    phone: '13920000006',
  })
  const [one, two] = await search()
  const child = await phones.enter(siteId, '13920000007')
  const booked = await book(child.token, one?.id, { name: '褚奶奶', identity: number.toLowerCase() })
  expect(await personOfBooking(booked.body.id)).toBe(await personOf(app, 'LD-1'))
  const { body: person } = await app.request(admin, getPerson, {
    params: { id: await personOf(app, 'LD-1') },
  })
  expect(person.telecoms).toHaveLength(1)

  // The number of somebody else with another name: the same answer, and staff look at the document.
  const stranger = await phones.enter(siteId, '13920000008')
  const doubtful = await book(stranger.token, two?.id, { name: '卫某某', identity: number })
  expect(doubtful.status).toBe(201)
  expect(Object.keys(doubtful.body)).toEqual(Object.keys(booked.body))
  const seen = (await app.request(admin, getAppointment, { params: { id: doubtful.body.id } })).body
  expect(seen.personId).not.toBe(person.id)
  expect(seen.note).toContain('核对证件')
  const third = (await search())[0]?.id
  expect((await book(stranger.token, third, { name: '卫某某', identity: number })).error?.id).toBe(
    'appointment-limit',
  )
  expect(await personsNamed('卫某某')).toBe(1)
})

test('a number that asked for too many codes is refused for a while, whoever it is, and staff see it masked', async () => {
  const { siteId } = await openClinic(app, admin, 'LE')
  await changeSetting(app, 'appointment.web-codes-phone', 2)
  for (let time = 0; time < 2; time++) expect((await phones.ask(siteId, '13920000009')).status).toBe(200)
  for (let time = 0; time < 3; time++) {
    const refused = await phones.ask(siteId, '13920000009', phones.from('203.0.113.77'))
    expect([refused.status, refused.error?.id]).toEqual([429, 'booking-limit'])
  }
  expect((await phones.ask(siteId, '13920000010')).status).toBe(200)
  expect(await refusals()).toContainEqual(
    expect.objectContaining({
      kind: 'code',
      scope: 'phone',
      address: '203.0.113.0/24',
      phone: '139****0009',
      n: 3,
    }),
  )
  await changeSetting(app, 'appointment.web-codes-phone', 5)
})

test('addresses of one network share its limit, and all networks that of everybody', async () => {
  const { siteId } = await openClinic(app, admin, 'LF')
  await changeSetting(app, 'appointment.web-codes-address', 3)
  const at = (address: string, phone: string) => phones.ask(siteId, phone, phones.from(address))
  for (let host = 1; host <= 3; host++)
    expect((await at(`203.0.114.${host}`, `1392001000${host}`)).status).toBe(200)
  expect((await at('203.0.114.200', '13920010009')).status).toBe(429)
  expect((await at('203.0.115.1', '13920010009')).status).toBe(200)
  await changeSetting(app, 'appointment.web-codes-address', 60)
  await changeSetting(app, 'appointment.web-searches-all', 1)
  await app.request(undefined, bookingPlaces, { headers: phones.from() })
  expect((await app.request(undefined, bookingPlaces, { headers: phones.from() })).error?.id).toBe(
    'booking-limit',
  )
  await changeSetting(app, 'appointment.web-searches-all', 60_000)
  const kinds = (await refusals()).map((one) => `${one.kind} ${one.scope}`)
  expect(kinds).toEqual(expect.arrayContaining(['code address', 'search all']))
})

test('a number has only so many open bookings, however many names it gives, also at the same time', async () => {
  const { siteId, search } = await openClinic(app, admin, 'LG', { slotMinutes: 5 })
  await changeSetting(app, 'appointment.web-open', 2)
  const slots = await search()
  const { token } = await phones.enter(siteId, '13920000011')
  const answers = await Promise.all(
    ['陈一', '陈二', '陈三', '陈四'].map((name, at) => book(token, slots[at]?.id, { name, identity: null })),
  )
  expect(answers.map((one) => one.status).toSorted()).toEqual([201, 201, 409, 409])
  expect(answers.find((one) => one.error)?.error?.id).toBe('booking-open-limit')
  expect((await refusals()).filter((one) => one.kind === 'open')).toHaveLength(1)
  await changeSetting(app, 'appointment.web-open', 5)
})

test('refusals are for those who look after schedules', async () => {
  const auditor = await app.signInAs('auditor')
  expect((await app.request(auditor, listBookingRefusals)).status).toBe(403)
  expect((await app.request(undefined, listBookingRefusals)).status).toBe(401)
})

test('without a way to send codes nothing is offered', async () => {
  await openClinic(app, admin, 'LH')
  const sites = async () =>
    (await app.request(undefined, bookingPlaces, { headers: phones.from() })).body.sites.length
  expect(await sites()).toBe(1)
  await sql`update message_account set active = false`.execute(app.db)
  expect(await sites()).toBe(0)
  await sql`update message_account set active = true`.execute(app.db)
  expect((await app.request(undefined, askBookingCode, { body: {}, headers: phones.from() })).status).toBe(
    422,
  )
})

test.each([
  ['192.0.2.7', '192.0.2.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['not an address', 'unknown'],
  [null, 'unknown'],
])('%s belongs to the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
