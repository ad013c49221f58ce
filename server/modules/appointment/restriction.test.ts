import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  attendAppointment,
  bookAppointment,
  cancelAppointment,
  listAppointments,
} from '../../../contract/appointment.ts'
import {
  appealRestriction,
  decideRestriction,
  excuseAppointment,
  listBookingRestrictions,
} from '../../../contract/booking-restriction.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient, siu } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { receiveText } from '../../../test/support/hl7.ts'
import { changeSetting } from '../../../test/support/setting.ts'

let app: TestApp
let admin: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  admin = await app.signInAs('service-centre')
  await changeSetting(app, 'appointment.no-show-rule', 'beijing-114')
  await changeSetting(app, 'appointment.per-day', 20)
})
afterAll(() => app.close())

const rows = async <T>(text: string, values: unknown[] = []) =>
  (await app.services.database.pool.query(text, values)).rows as T[]

/** A person with so many appointments, all of which began an hour ago without anybody coming. */
async function missing(name: string, count: number): Promise<{ personId: number; book: Book }> {
  const clinic = await openClinic(app, admin, name, { slotMinutes: 10 })
  const personId = await patient(app, `${name}-1`, name)
  const book: Book = async (channel = 'phone', more = {}) => {
    const [slot] = await clinic.search(admin, { channel })
    return app.request(admin, bookAppointment, {
      body: { personId, slotId: slot?.id ?? 0, channel, ...more },
    })
  }
  for (let at = 0; at < count; at++) {
    const { id } = (await book()).body
    // Another day for each, as the rule of one appointment at a time asks; the hours are over.
    await rows(
      `update appointment set starts_at = now() - interval '1 hour' - $2 * interval '1 day', ends_at = now() - interval '50 minutes' - $2 * interval '1 day' where id = $1`,
      [id, at],
    )
  }
  return { personId, book }
}
type Book = (
  channel?: 'phone' | 'web' | 'window' | 'follow-up' | 'green',
  more?: object,
) => Promise<{ status: number; body: { id: number; version: number }; error?: { id: string } }>

const restrictions = async (personId: number) =>
  (await app.request(admin, listBookingRestrictions, { query: { personId, view: 'all' } })).body.items
const mine = async (personId: number) =>
  (await app.request(admin, listAppointments, { query: { personId, view: 'all' } })).body.items

test('three not come within three months stop phone and web for three months; counter, follow-up and green channel stay open', async () => {
  const { personId, book } = await missing('NA', 3)
  await app.processAll()
  expect((await mine(personId)).map((one) => one.status)).toEqual(['noshow', 'noshow', 'noshow'])
  const [one] = await restrictions(personId)
  expect(one).toMatchObject({ status: 'active', rule: { count: 3 }, leftOut: [], appeal: null })
  expect(one?.until.slice(0, 10)).toBe('2027-02-18')
  expect(one?.counted.map((past) => past.kind)).toEqual(['missed', 'missed', 'missed'])
  expect((await book()).error?.id).toBe('booking-restricted')
  expect((await book('web')).error?.id).toBe('booking-restricted')
  expect((await book('phone', { urgent: true })).status).toBe(201)
  expect((await book('window')).status).toBe(201)
  expect((await book('green')).status).toBe(201)
  expect((await book('follow-up')).status).toBe(201)
  const { items } = (await app.request(admin, getTimeline, { params: { id: personId } })).body
  expect(items.filter((event) => event.kind === 'booking.restricted')).toHaveLength(1)
})

test('two do not, nor do those that the doctor cancelled; who comes late after all takes it back', async () => {
  const { personId, book } = await missing('NB', 2)
  await app.processAll()
  const third = (await book()).body
  await app.request(admin, cancelAppointment, {
    params: { id: third.id },
    body: { version: third.version, by: 'doctor', reason: '出差' },
  })
  expect(await restrictions(personId)).toEqual([])
  // Cancelled by the patient on the day itself: too late.
  const fourth = (await book()).body
  await rows(
    `update appointment set starts_at = now() + interval '3 hours', ends_at = now() + interval '4 hours' where id = $1`,
    [fourth.id],
  )
  await app.request(admin, cancelAppointment, {
    params: { id: fourth.id },
    body: { version: fourth.version, by: 'patient', reason: '有事' },
  })
  const [one] = await restrictions(personId)
  expect(one?.counted.map((past) => past.kind)).toEqual(['missed', 'missed', 'cancelled-late'])
  expect(one?.leftOut.map((past) => past.why)).toEqual(['hospital'])
  const [late] = (await mine(personId)).filter((past) => past.status === 'noshow')
  await app.request(admin, attendAppointment, {
    params: { id: late?.id ?? 0 },
    body: { version: late?.version ?? 0, step: 'arrive' },
  })
  expect((await restrictions(personId))[0]).toMatchObject({ status: 'lifted', reason: '计入的爽约已更正' })
  expect((await book()).status).toBe(201)
})

test('an appeal is noted and decided with a reason; an excused appointment lifts the restriction, and what was counted once does not count again', async () => {
  const { personId, book } = await missing('NC', 3)
  await app.processAll()
  const [one] = await restrictions(personId)
  const id = one?.id ?? 0
  const appealed = await app.request(admin, appealRestriction, {
    params: { id },
    body: { reason: '当天住院' },
  })
  expect(appealed.body.appeal).toMatchObject({ text: '当天住院' })
  expect(
    (await app.request(admin, listBookingRestrictions, { query: { view: 'appealed' } })).body.items.map(
      (row) => row.id,
    ),
  ).toEqual([id])
  const upheld = await app.request(admin, decideRestriction, {
    params: { id },
    body: { lift: false, reason: '没有证明' },
  })
  expect(upheld.body).toMatchObject({ status: 'active', reason: '没有证明' })
  const [first] = await mine(personId)
  const excuse = await app.request(admin, excuseAppointment, {
    params: { id: first?.id ?? 0 },
    body: { version: first?.version ?? 0, reason: '住院证明已交' },
  })
  expect(excuse.status).toBe(204)
  expect((await restrictions(personId))[0]?.status).toBe('lifted')
  const again = (await book()).body
  await rows(`update appointment set starts_at = now() - interval '1 hour', ends_at = now() where id = $1`, [
    again.id,
  ])
  await app.processAll()
  expect((await restrictions(personId)).map((row) => row.status)).toEqual(['lifted'])
})

test('what the HIS says was missed counts as well', async () => {
  await openClinic(app, admin, 'NE')
  const personId = await patient(app, 'NE-1', 'NE')
  for (const day of ['02', '09', '16'])
    await receiveText(app, siu('S26', 'NE-1', `H${day}`, `202611${day}0815`, 'NE1'))
  expect((await restrictions(personId))[0]).toMatchObject({ status: 'active', counted: [{}, {}, {}] })
})

test('without a rule nobody is marked or restricted by themselves', async () => {
  await changeSetting(app, 'appointment.no-show-rule', 'none')
  const { personId } = await missing('ND', 3)
  await app.processAll()
  expect((await mine(personId)).map((one) => one.status)).toEqual(['booked', 'booked', 'booked'])
  expect(await restrictions(personId)).toEqual([])
})
