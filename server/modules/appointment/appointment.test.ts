import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  attendAppointment,
  bookAppointment,
  bookSeries,
  cancelAppointment,
  getAppointment,
  holdSlot,
  listAppointments,
  releaseSlot,
  rescheduleAppointment,
} from '../../../contract/appointment.ts'
import {
  createClinicSession,
  createSchedule,
  deleteSchedule,
  listClinicSessions,
  resumeClinicSession,
  suspendClinicSession,
  updateClinicSession,
  updateSchedule,
} from '../../../contract/clinic-schedule.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { at } from '../../../test/support/clock.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let admin: string
let agent: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  admin = await app.signInAs('service-centre')
  agent = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const timeline = async (personId: number) =>
  (await app.request(admin, getTimeline, { params: { id: personId }, query: { limit: 200 } })).body.items
    .map((one) => one.kind)
    .filter((kind) => kind.startsWith('appointment.'))

test('a weekly schedule makes its sessions with numbered slots, and none on a public holiday', async () => {
  const { schedule, siteId, search } = await openClinic(app, admin, 'SA')
  expect(schedule.status).toBe(201)
  const days = await app.request(admin, listClinicSessions, {
    query: { siteId, from: '2026-11-18', to: '2027-01-15', departmentId: schedule.body.departmentId },
  })
  const dates = days.body.items.map((one) => one.date)
  expect(dates.slice(0, 3)).toEqual(['2026-11-19', '2026-11-26', '2026-12-03'])
  expect(schedule.body.sessions).toMatchObject({ made: dates.length, kept: [] })
  expect(days.body.items[0]).toMatchObject({
    slots: 4,
    free: 4,
    booked: 0,
    startsAt: '2026-11-19T00:00:00.000Z',
  })
  const [first] = await search()
  expect(first).toMatchObject({
    number: 1,
    startsAt: '2026-11-19T00:00:00.000Z',
    fee: 30,
    roomName: '一诊室',
  })
})

test('a slot is one person’s: who books it second is told, and a cancelled one is free again', async () => {
  const { search } = await openClinic(app, admin, 'SB')
  const [one, two] = [await patient(app, 'SB-1', 'SB'), await patient(app, 'SB-2', 'SB')]
  const slotId = (await search())[0]?.id ?? 0
  const book = (personId: number) =>
    app.request(agent, bookAppointment, { body: { personId, slotId, channel: 'phone' } })
  const both = await Promise.all([book(one), book(two)])
  expect(both.map((answer) => answer.status).toSorted()).toEqual([201, 409])
  const [won, lost] = both.toSorted((a, b) => a.status - b.status)
  expect(lost?.error?.id).toBe('slot-taken')
  const { id, version } = won?.body ?? { id: 0, version: 0 }
  const cancel = { params: { id }, body: { version, by: 'patient', reason: '有事' } as const }
  expect((await app.request(agent, cancelAppointment, cancel)).body).toMatchObject({
    status: 'cancelled',
    cancelledBy: 'patient',
  })
  const other = both[0].status === 201 ? two : one
  expect((await book(other)).status).toBe(201)
})

test('a hold keeps a slot for its holder alone, and runs out by itself', async () => {
  const { search } = await openClinic(app, admin, 'SC')
  const person = await patient(app, 'SC-1', 'SC')
  const [slot] = await search()
  const params = { id: slot?.id ?? 0 }
  const hold = (who: string) => app.request(who, holdSlot, { params, body: { channel: 'phone' } })
  expect((await hold(agent)).status).toBe(200)
  expect((await hold(admin)).error?.id).toBe('slot-taken')
  expect((await search()).map((one) => one.id)).not.toContain(slot?.id)
  expect((await app.request(agent, releaseSlot, { params })).status).toBe(204)
  await hold(agent)
  await at('2026-11-18T10:10:00+08:00', async () => {
    await app.services.database.pool.query(
      `update slot set held_until = now() - interval '1 second' where id = $1`,
      [slot?.id],
    )
    await app.processAll()
  })
  expect((await search()).map((one) => one.id)).toContain(slot?.id)
  const booked = await app.request(admin, bookAppointment, {
    body: { personId: person, slotId: params.id, channel: 'phone' },
  })
  expect(booked.status).toBe(201)
})

test('places kept for a channel are its own until they are released', async () => {
  const { search } = await openClinic(app, admin, 'SD', {
    quotas: [{ channel: 'follow-up', places: 3, releaseHours: 12 }],
  })
  const on = { to: '2026-11-19T04:00:00Z' }
  expect(await search(agent, { ...on, channel: 'phone' })).toHaveLength(1)
  const kept = await search(agent, { ...on, channel: 'follow-up' })
  expect(kept).toHaveLength(4)
  const person = await patient(app, 'SD-1', 'SD')
  const free = (await search(agent, { ...on, channel: 'phone' }))[0]?.id
  const slotId = kept.find((one) => one.id !== free)?.id ?? 0
  const book = (channel: string) =>
    app.request(agent, bookAppointment, { body: { personId: person, slotId, channel } })
  expect((await book('phone')).error?.id).toBe('slot-taken')
  await app.services.database.pool.query(`update slot set release_at = now() where id = $1`, [slotId])
  expect((await book('phone')).status).toBe(201)
})

test('a person has no two appointments at one time, and one a day in a department', async () => {
  const a = await openClinic(app, admin, 'SE')
  const b = await openClinic(app, admin, 'SF')
  const person = await patient(app, 'SE-1', 'SE')
  const book = (slotId: number | undefined) =>
    app.request(agent, bookAppointment, { body: { personId: person, slotId: slotId ?? 0, channel: 'phone' } })
  const mine = await a.search()
  expect((await book(mine[0]?.id)).status).toBe(201)
  expect((await book(mine[2]?.id)).error?.id).toBe('appointment-limit')
  expect((await book((await b.search())[0]?.id)).error?.id).toBe('appointment-overlap')
  expect((await book((await b.search())[2]?.id)).status).toBe(201)
})

test('an appointment is moved, attended and stands on the timeline with every step', async () => {
  const { search } = await openClinic(app, admin, 'SG')
  const person = await patient(app, 'SG-1', 'SG')
  const slots = await search()
  const made = (
    await app.request(agent, bookAppointment, {
      body: { personId: person, slotId: slots[0]?.id ?? 0, channel: 'phone', note: '带上次的片子' },
    })
  ).body
  expect(made).toMatchObject({
    title: '专家号',
    preparation: '请空腹',
    directions: '门诊楼二层',
    queueNumber: 1,
  })
  const moved = await app.request(agent, rescheduleAppointment, {
    params: { id: made.id },
    body: { version: made.version, slotId: slots[1]?.id ?? 0, channel: 'phone' },
  })
  expect(moved.body).toMatchObject({ queueNumber: 2, status: 'booked' })
  const step = (version: number, what: string) =>
    app.request(agent, attendAppointment, { params: { id: made.id }, body: { version, step: what } })
  expect((await step(moved.body.version, 'arrive')).error?.id).toBe('appointment-too-early')
  await at('2026-11-19T08:05:00+08:00', async () => {
    let { version } = moved.body
    for (const what of ['confirm', 'arrive', 'call', 'see', 'leave', 'undo', 'leave']) {
      const answer = await step(version, what)
      expect([what, answer.status]).toEqual([what, 200])
      version = answer.body.version
    }
    expect((await step(version, 'arrive')).error?.id).toBe('already-closed')
  })
  expect(await timeline(person)).toEqual([
    'appointment.fulfilled',
    'appointment.changed',
    'appointment.fulfilled',
    'appointment.changed',
    'appointment.changed',
    'appointment.arrived',
    'appointment.confirmed',
    'appointment.rescheduled',
    'appointment.booked',
  ])
  expect((await app.request(agent, getAppointment, { params: { id: made.id } })).body).toMatchObject({
    status: 'fulfilled',
  })
})

test('a doctor and a room are in one place at a time: the database refuses a second session', async () => {
  const one = await openClinic(app, admin, 'SH')
  const other = await openClinic(app, admin, 'SI')
  const session = {
    ...one.fields,
    startsAt: '2026-11-19T08:30:00+08:00',
    endsAt: '2026-11-19T10:00:00+08:00',
  }
  const {
    siteId,
    departmentId,
    staffId,
    roomId,
    equipmentId,
    visitTypeId,
    slotMinutes,
    places,
    overbook,
    quotas,
  } = session
  const body = {
    siteId,
    departmentId,
    staffId,
    roomId,
    equipmentId,
    visitTypeId,
    slotMinutes,
    places,
    overbook,
    quotas,
    startsAt: session.startsAt,
    endsAt: session.endsAt,
  }
  expect((await app.request(admin, createClinicSession, { body })).error?.id).toBe('session-overlap')
  const free = { ...body, staffId: null, roomId: null }
  expect((await app.request(admin, createClinicSession, { body: free })).status).toBe(201)
  const list = await app.request(admin, listClinicSessions, {
    query: { siteId, from: '2026-11-19', to: '2026-11-19', departmentId: other.departmentId },
  })
  const elsewhere = list.body.items[0]
  const moved = await app.request(admin, updateClinicSession, {
    params: { id: elsewhere?.id ?? 0 },
    body: { version: elsewhere?.version ?? 0, staffId: one.staffId },
  })
  expect(moved.error?.id).toBe('session-overlap')
})

test('a mistyped year, days that are over and a schedule without room on any day are refused', async () => {
  const { fields } = await openClinic(app, admin, 'SY')
  const { siteId, departmentId, visitTypeId, slotMinutes, places, overbook, quotas } = fields
  const clinic = { siteId, departmentId, visitTypeId, slotMinutes, places, overbook, quotas }
  const free = { staffId: null, roomId: null, equipmentId: null }
  const session = (year: string) =>
    app.request(admin, createClinicSession, {
      body: {
        ...clinic,
        ...free,
        startsAt: `${year}-12-03T08:00:00+08:00`,
        endsAt: `${year}-12-03T09:00:00+08:00`,
      },
    })
  expect((await session('9999')).status).toBe(422)
  expect((await session('2025')).status).toBe(422)
  expect((await session('2027')).status).toBe(201)
  const schedule = (said: object) => app.request(admin, createSchedule, { body: { ...fields, ...said } })
  expect((await schedule({ validFrom: '9999-12-31' })).status).toBe(422)
  expect((await schedule({ validFrom: '2025-01-01', validTo: '2025-02-01' })).status).toBe(422)
  // The doctor of the same hour.
  const taken = await schedule({ roomId: null })
  expect(taken.error?.id).toBe('session-overlap')
  const { rows } = await sql`select 1 from schedule where department_id = ${departmentId}`.execute(app.db)
  expect(rows.length).toBe(1)
})

test('a suspended clinic closes its free slots and keeps its patients in sight; a stand-in takes them along', async () => {
  const { search, siteId, departmentId } = await openClinic(app, admin, 'SJ')
  const person = await patient(app, 'SJ-1', 'SJ')
  const [slot] = await search()
  await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: slot?.id ?? 0, channel: 'phone' },
  })
  const session = async () => {
    const list = await app.request(admin, listClinicSessions, {
      query: { siteId, from: '2026-11-19', to: '2026-11-19', departmentId },
    })
    const [found] = list.body.items
    if (!found) throw new Error('no session')
    return found
  }
  const before = await session()
  const stop = { params: { id: before.id }, body: { version: before.version, reason: '医生开会' } }
  expect((await app.request(admin, suspendClinicSession, stop)).body).toMatchObject({
    status: 'suspended',
    free: 0,
    booked: 1,
  })
  expect((await app.request(admin, suspendClinicSession, stop)).error?.id).toBe('changed-meanwhile')
  expect((await search(agent, { to: '2026-11-20T00:00:00Z' })).length).toBe(0)
  const again = { params: { id: before.id }, body: { version: (await session()).version } }
  expect((await app.request(admin, resumeClinicSession, again)).body).toMatchObject({
    status: 'open',
    free: 3,
  })
  const ids = await idsOf(app)
  const standIn = {
    params: { id: before.id },
    body: {
      version: (await session()).version,
      staffId: ids.staff('SB1'),
      startsAt: '2026-11-19T14:00:00+08:00',
    },
  }
  expect((await app.request(admin, updateClinicSession, standIn)).status).toBe(200)
  const [mine] = (await app.request(agent, listAppointments, { query: { personId: person } })).body.items
  expect(mine).toMatchObject({ startsAt: '2026-11-19T06:00:00.000Z', staffId: ids.staff('SB1') })
  // Moved by the stand-in, kept when it was resumed, suspended before that.
  expect((await timeline(person)).slice(0, 3)).toEqual([
    'appointment.rescheduled',
    'appointment.changed',
    'appointment.suspended',
  ])
})

test('a changed schedule remakes its empty sessions, names the days that have patients, and leaves these as they are', async () => {
  const { schedule, fields, search } = await openClinic(app, admin, 'SK')
  const person = await patient(app, 'SK-1', 'SK')
  const [slot] = await search()
  await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: slot?.id ?? 0, channel: 'phone' },
  })
  const change = (version: number, said: object) =>
    app.request(admin, updateSchedule, {
      params: { id: schedule.body.id },
      body: { ...fields, ...said, version },
    })
  const changed = await change(0, { slotMinutes: 30 })
  expect(changed.body.sessions.kept).toEqual([{ date: '2026-11-19', reason: 'booked' }])
  expect(changed.body.sessions.changed).toBeGreaterThan(5)
  expect((await change(0, {})).error?.id).toBe('changed-meanwhile')
  const wrong = await change(1, { quotas: [{ channel: 'web', places: 9, releaseHours: 0 }] })
  expect([wrong.status, wrong.error?.fields?.[0]?.path]).toEqual([422, 'quotas'])
  const gone = await app.request(admin, deleteSchedule, { params: { id: schedule.body.id } })
  expect(gone.body.kept).toHaveLength(1)
  expect(
    (await app.request(agent, listAppointments, { query: { personId: person } })).body.items,
  ).toHaveLength(1)
})

test('who reaches neither the place nor the person sees no appointment and books none', async () => {
  const { search, departmentId } = await openClinic(app, admin, 'SL')
  const person = await patient(app, 'SL-1', 'SL')
  const made = await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: (await search())[0]?.id ?? 0, channel: 'phone' },
  })
  const ids = await idsOf(app)
  const near = await app.signInAs('nurse', { department: departmentId })
  const far = await app.signInAs('nurse', { department: ids.department('SA') })
  const read = (who: string) => app.request(who, getAppointment, { params: { id: made.body.id } })
  expect((await read(near)).status).toBe(200)
  expect((await read(far)).status).toBe(404)
  const book = await app.request(far, bookAppointment, {
    body: { personId: person, slotId: (await search())[0]?.id ?? 0, channel: 'phone' },
  })
  expect(book.status).toBe(404)
})

test('a course of visits is booked at once, nearest to the same hour, names the days without a slot, and is cancelled from a visit on', async () => {
  const { search } = await openClinic(app, admin, 'SER', { weekday: 2, validTo: '2026-12-20' })
  const personId = await patient(app, 'SER-1', 'SER')
  const [slot] = await search()
  const made = await app.request(admin, bookSeries, {
    body: { personId, slotId: slot?.id ?? 0, channel: 'phone', count: 6, everyDays: 7 },
  })
  expect(made.status).toBe(201)
  const days = made.body.items.map((one) => one.startsAt.slice(0, 10))
  expect(days).toEqual(['2026-11-24', '2026-12-01', '2026-12-08', '2026-12-15'])
  expect(new Set(made.body.items.map((one) => one.startsAt.slice(11))).size).toBe(1)
  expect(made.body.missing.map((at) => at.slice(0, 10))).toEqual(['2026-12-22', '2026-12-29'])
  const [, second] = made.body.items
  expect(second?.seriesId).toBe(made.body.items[0]?.id)
  await app.request(admin, cancelAppointment, {
    params: { id: second?.id ?? 0 },
    body: { version: second?.version ?? 0, by: 'patient', reason: '出院', later: true },
  })
  const { items } = (await app.request(admin, listAppointments, { query: { personId, view: 'all' } })).body
  expect(items.map((one) => one.status)).toEqual(['booked', 'cancelled', 'cancelled', 'cancelled'])
})
