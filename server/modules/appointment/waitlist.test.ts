import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookAppointment, cancelAppointment, listAppointments } from '../../../contract/appointment.ts'
import {
  listClinicSessions,
  resumeClinicSession,
  suspendClinicSession,
} from '../../../contract/clinic-schedule.ts'
import { decideOffer, joinWaitlist, leaveWaitlist, listWaitlist } from '../../../contract/waitlist.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'

let app: TestApp
let agent: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  agent = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const run = (text: string, values: unknown[] = []) => app.services.database.pool.query(text, values)
const book = async (personId: number, slotId: number) =>
  (await app.request(agent, bookAppointment, { body: { personId, slotId, channel: 'phone' } })).body
const cancel = ({ id, version }: { id: number; version: number }) =>
  app.request(agent, cancelAppointment, { params: { id }, body: { version, by: 'patient', reason: '有事' } })
const offers = async () =>
  (
    await run(
      `select o.id, o.person_id, o.status, o.slot_id from slot_offer o where o.status = 'open' order by o.id desc`,
    )
  ).rows as { id: number; person_id: number; status: string; slot_id: number }[]

/** A clinic of one morning with two slots, both booked, and so many people who wait for it. */
async function fullClinic(name: string, waiting: number, urgent = -1) {
  const clinic = await openClinic(app, agent, name, {
    starts: '08:00',
    ends: '08:30',
    validTo: '2026-11-19',
  })
  const people: number[] = []
  for (let at = 1; at <= waiting + 2; at++) people.push(await patient(app, `${name}-${at}`, name))
  const [a = 0, b = 0, ...others] = people
  const slots = await clinic.search()
  const booked = [await book(a, slots[0]?.id ?? 0), await book(b, slots[1]?.id ?? 0)]
  for (const [at, personId] of others.entries()) {
    const joined = await app.request(agent, joinWaitlist, {
      body: {
        personId,
        departmentId: clinic.departmentId,
        earliest: '2026-11-18',
        latest: '2026-11-30',
        urgent: at === urgent,
      },
    })
    expect(joined.status).toBe(201)
  }
  return { ...clinic, booked, others }
}

test('a freed slot is offered at once to the first who waits, urgent ones before others, and to nobody else meanwhile', async () => {
  const { booked, others, search, departmentId } = await fullClinic('WA', 3, 2)
  const list = await app.request(agent, listWaitlist, { query: { departmentId } })
  expect(list.body.items.map((one) => [one.personId, one.ahead])).toEqual([
    [others[2], 0],
    [others[0], 1],
    [others[1], 2],
  ])
  await cancel(booked[0] ?? { id: 0, version: 0 })
  expect(await search()).toEqual([])
  const [offer] = await offers()
  expect(offer?.person_id).toBe(others[2])
  const yes = await app.request(agent, decideOffer, {
    params: { id: offer?.id ?? 0 },
    body: { accept: true },
  })
  expect(yes.status).toBe(200)
  const mine = await app.request(agent, listAppointments, { query: { personId: others[2] } })
  expect(mine.body.items).toMatchObject([{ status: 'booked', queueNumber: 1 }])
  const again = await app.request(agent, decideOffer, {
    params: { id: offer?.id ?? 0 },
    body: { accept: true },
  })
  expect(again.error?.id).toBe('already-closed')
})

test('an offer that is refused, runs out or is given up goes to the next, who is never passed over', async () => {
  const { booked, others, departmentId } = await fullClinic('WB', 3)
  await cancel(booked[0] ?? { id: 0, version: 0 })
  const [first] = await offers()
  expect(first?.person_id).toBe(others[0])
  await app.request(agent, decideOffer, { params: { id: first?.id ?? 0 }, body: { accept: false } })
  const [second] = await offers()
  expect(second?.person_id).toBe(others[1])
  await run(`update slot_offer set expires_at = now() - interval '1 second' where id = $1`, [second?.id])
  await app.processAll()
  const [third] = await offers()
  expect(third?.person_id).toBe(others[2])
  const list = await app.request(agent, listWaitlist, { query: { departmentId } })
  const entry = list.body.items.find((one) => one.personId === others[2])
  await app.request(agent, leaveWaitlist, {
    params: { id: entry?.id ?? 0 },
    body: { reason: '已在别处就诊' },
  })
  expect((await offers()).map((one) => one.person_id)).not.toContain(others[2])
  const { rows } = await run(`select status from slot where id = $1`, [first?.slot_id])
  expect(rows).toEqual([{ status: 'free' }])
})

test('who joins while a suitable slot is free is offered it at once, and who wanted it earlier moves to it', async () => {
  const { search, departmentId } = await openClinic(app, agent, 'WC')
  const person = await patient(app, 'WC-1', 'WC')
  const slots = await search()
  const late = await book(person, slots.at(-1)?.id ?? 0)
  await app.request(agent, joinWaitlist, {
    body: {
      personId: person,
      departmentId,
      earliest: '2026-11-18',
      latest: '2026-12-31',
      appointmentId: late.id,
    },
  })
  const [offer] = await offers()
  expect(offer).toMatchObject({ person_id: person, slot_id: slots[0]?.id })
  const yes = await app.request(agent, decideOffer, {
    params: { id: offer?.id ?? 0 },
    body: { accept: true },
  })
  expect(yes.body).toEqual({ appointmentId: late.id })
  const mine = await app.request(agent, listAppointments, { query: { personId: person } })
  expect(mine.body.items).toMatchObject([{ id: late.id, startsAt: slots[0]?.startsAt }])
})

test('nobody waits for days that are over, or for a doctor who has no clinics there', async () => {
  const clinic = await openClinic(app, agent, 'WF')
  const other = await openClinic(app, agent, 'WG')
  const personId = await patient(app, 'WF-1', 'WF')
  const join = (said: object) =>
    app.request(agent, joinWaitlist, {
      body: {
        personId,
        departmentId: clinic.departmentId,
        earliest: '2026-11-18',
        latest: '2026-11-30',
        ...said,
      },
    })
  expect((await join({ earliest: '2020-12-01', latest: '2020-12-05' })).status).toBe(422)
  expect((await join({ staffId: other.staffId })).status).toBe(422)
  expect((await join({ staffId: clinic.staffId })).status).toBe(201)
})

test('patients of a suspended clinic are offered the next time of their doctor; who says no or finds none is called', async () => {
  const { search, siteId, departmentId, fields } = await openClinic(app, agent, 'WD', {
    starts: '08:00',
    ends: '08:30',
    validTo: '2026-11-26',
  })
  expect(fields.weekday).toBe(4)
  const [one, two] = [await patient(app, 'WD-1', 'WD'), await patient(app, 'WD-2', 'WD')]
  const slots = await search()
  await book(one, slots[0]?.id ?? 0)
  await book(two, slots[1]?.id ?? 0)
  const three = await patient(app, 'WD-3', 'WD')
  await book(three, slots[2]?.id ?? 0)
  const list = await app.request(agent, listClinicSessions, {
    query: { siteId, from: '2026-11-19', to: '2026-11-19', departmentId },
  })
  const [session] = list.body.items
  await app.request(agent, suspendClinicSession, {
    params: { id: session?.id ?? 0 },
    body: { version: session?.version ?? 0, reason: '医生请假' },
  })
  await app.processAll()
  const made = await offers()
  expect(made.filter((offer) => [one, two].includes(offer.person_id))).toMatchObject([
    { person_id: one, slot_id: slots[3]?.id },
  ])
  const tasks = async () =>
    (await run(`select person_id from task where cause like 'rebook:%' order by id`)).rows as {
      person_id: number
    }[]
  expect(await tasks()).toEqual([{ person_id: two }])
  const offer = made.find((other) => other.person_id === one)
  await app.request(agent, decideOffer, { params: { id: offer?.id ?? 0 }, body: { accept: true } })
  const mine = await app.request(agent, listAppointments, { query: { personId: one } })
  expect(mine.body.items).toMatchObject([{ startsAt: slots[3]?.startsAt, status: 'booked' }])

  // The clinic takes place after all, so that nobody has to call; suspended again, somebody has to.
  const statuses = async () =>
    (
      (await run(`select status from task where cause like 'rebook:%' and person_id = $1 order by id`, [two]))
        .rows as { status: string }[]
    ).map((one) => one.status)
  for (const [route, version] of [
    [resumeClinicSession, 1],
    [suspendClinicSession, 2],
  ] as const) {
    await app.request(agent, route, {
      params: { id: session?.id ?? 0 },
      body: { version, reason: '医生请假' },
    })
    await app.processAll()
    if (route === resumeClinicSession) expect(await statuses()).toEqual(['cancelled'])
  }
  expect(await statuses()).toEqual(['cancelled', 'requested'])
})

test('what is free already is offered to who joins, also behind places that are kept for another channel', async () => {
  const clinic = await openClinic(app, agent, 'WK', {
    starts: '08:00',
    ends: '10:00',
    validTo: '2026-11-19',
    quotas: [{ channel: 'web', places: 6, releaseHours: 0 }],
  })
  const personId = await patient(app, 'WK-1', 'WK')
  const body = { personId, departmentId: clinic.departmentId, earliest: '2026-11-18', latest: '2026-11-30' }
  expect((await app.request(agent, joinWaitlist, { body })).status).toBe(201)
  const { rows } = await run(
    `select l.channel from slot_offer o join slot l on l.id = o.slot_id where o.person_id = $1 and o.status = 'open'`,
    [personId],
  )
  expect(rows).toEqual([{ channel: null }])
})

test('what is free later is offered to who joins, also when the next free places are extra ones', async () => {
  const clinic = await openClinic(app, agent, 'WL', { overbook: 5, validTo: '2026-11-26' })
  const first = (await clinic.search()).filter((one) => one.startsAt.startsWith('2026-11-19'))
  expect(first).toHaveLength(4)
  for (const [at, slot] of first.entries()) await book(await patient(app, `WL-${at}`, 'WL'), slot.id)
  const personId = await patient(app, 'WL-9', 'WL')
  const body = { personId, departmentId: clinic.departmentId, earliest: '2026-11-18', latest: '2026-11-30' }
  expect((await app.request(agent, joinWaitlist, { body })).status).toBe(201)
  const { rows } = await run(
    `select l.overbooked, l.starts_at::date::text as day from slot_offer o join slot l on l.id = o.slot_id
     where o.person_id = $1 and o.status = 'open'`,
    [personId],
  )
  expect(rows).toEqual([{ overbooked: false, day: '2026-11-26' }])
})
