import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  attendAppointment,
  bookAppointment,
  listAppointments,
  rescheduleAppointment,
} from '../../../contract/appointment.ts'
import { makeBooking } from '../../../contract/booking.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openTelephones } from '../../../test/support/booking.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { bundleOf, fhir, integrationKey, type Json, uuid } from '../../../test/support/fhir.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { about, receive, receiveText } from '../../../test/support/hl7.ts'

let app: TestApp
let agent: string
let key: string
let phones: Awaited<ReturnType<typeof openTelephones>>
beforeAll(async () => {
  app = await createTestApp({ trustedProxies: 1 }, await createTestDatabase())
  agent = await app.signInAs('service-centre')
  key = await integrationKey(app)
  phones = await openTelephones(app)
})
afterAll(async () => {
  await phones.close()
  await app.close()
})

const appointment = (person: number, slot: number | null, more: Record<string, unknown> = {}) => ({
  resourceType: 'Appointment',
  status: 'booked',
  ...(slot !== null && { slot: [{ reference: `Slot/${slot}` }] }),
  participant: [{ actor: { reference: `Patient/${person}` }, status: 'accepted' }],
  ...more,
})
const get = async (path: string, caller: string = key) => (await fhir(app, caller, 'get', path)).body
const found = async (path: string) =>
  ((await get(path)).entry as Json['entry'] | undefined)?.map((one) => one.resource) ?? []
const create = (resource: unknown) => fhir(app, key, 'post', '/Appointment', resource)
const update = (resource: { id: string }, headers = {}) =>
  fhir(app, key, 'put', `/Appointment/${resource.id}`, resource, headers)
const coming = async (personId: number) =>
  (await app.request(agent, listAppointments, { query: { personId, view: 'all' } })).body.items

test('a client finds sessions and their free places by doctor, kind and time, page by page', async () => {
  const { staffId, departmentId, room } = await openClinic(app, agent, 'FA')
  const doctor = `Practitioner/careloop-${staffId}`
  const sessions = await found(`/Schedule?actor=${doctor}&date=2026-11-19`)
  expect(sessions).toMatchObject([
    {
      active: true,
      serviceType: [{ coding: [{ system: 'urn:careloop:visit-type:NH', code: 'FA' }], text: '专家号' }],
      planningHorizon: { start: '2026-11-19T00:00:00.000Z', end: '2026-11-19T01:00:00.000Z' },
      actor: [
        { reference: doctor },
        { reference: `Location/careloop-${departmentId}`, display: 'FA科' },
        { reference: `Location/careloop-room-${room.id}`, display: '一诊室' },
      ],
    },
  ])
  const schedule = `Schedule/${sessions[0]?.id ?? ''}`
  const free = await found(`/Slot?schedule=${schedule}&status=free&start=ge2026-11-19T00:15:00Z`)
  expect(free.map((one) => one['start'])).toEqual([
    '2026-11-19T00:15:00.000Z',
    '2026-11-19T00:30:00.000Z',
    '2026-11-19T00:45:00.000Z',
  ])
  expect(free[0]).toMatchObject({ schedule: { reference: schedule }, overbooked: false })
  expect(await get(`/Slot/${free[0]?.id ?? ''}`)).toEqual(free[0])
  const between = 'start=gt2026-11-19T00:00:00Z&start=lt2026-11-19T00:30:00Z'
  expect(await found(`/Slot?actor=${doctor}&service-type=fa&${between}`)).toHaveLength(1)
  expect(await found(`/Slot?schedule=${schedule}&start=le2026-11-19T00:15:00Z`)).toHaveLength(2)
  expect(await found(`/Slot?schedule=${schedule}&service-type=other`)).toEqual([])
  const page = await get(`/Slot?schedule=${schedule}&_count=3`)
  expect(page.entry).toHaveLength(3)
  const next = page.link.find((one) => one.relation === 'next')?.url ?? ''
  expect((await get(next.slice(next.indexOf('/Slot?')))).entry).toHaveLength(1)
  expect(await get(`/${doctor}`)).toMatchObject({ identifier: [{ value: 'FA1' }] })
  expect(await get(`/Location/careloop-room-${room.id}`)).toMatchObject({ name: '一诊室' })
})

test('a place shows as free only while the channel of other systems may take it', async () => {
  const quotas = [{ channel: 'web' as const, places: 2, releaseHours: 1 }]
  const { search } = await openClinic(app, agent, 'FB', { quotas, overbook: 1 })
  const all = (await search(agent, { channel: 'web' })).slice(0, 4)
  const [schedule] = await found(`/Schedule?service-type=FB&date=2026-11-19`)
  const slots = await found(`/Slot?schedule=${schedule?.id ?? ''}`)
  const status = (one: string) => slots.filter((slot) => slot['status'] === one).length
  // Two of four are for others, two are for the page; the one above them waits until nothing else is left.
  expect([status('free'), status('busy-unavailable')]).toEqual([2, 3])
  const person = await patient(app, 'FB-1', 'FB')
  const kept = all.find((one) => slots.find((slot) => slot.id === String(one.id))?.['status'] !== 'free')
  const refused = await create(appointment(person, kept?.id ?? 0))
  expect([refused.status, refused.body.issue[0]]).toEqual([
    409,
    expect.objectContaining({ code: 'conflict', expression: ['Appointment.slot'] }),
  ])
})

test('sessions and places are not written by FHIR, and the statement of capabilities says so', async () => {
  const refused = await fhir(app, key, 'post', '/Slot', { resourceType: 'Slot' })
  expect([refused.status, refused.body.issue[0]?.code]).toEqual([422, 'not-supported'])
  const { rest } = (await get('/metadata')) as unknown as {
    rest: { resource: { type: string; interaction: { code: string }[] }[] }[]
  }
  const offered = (type: string) =>
    rest[0]?.resource.find((one) => one.type === type)?.interaction.map(({ code }) => code)
  expect(offered('Slot')?.sort()).toEqual(['read', 'search-type'])
  expect(offered('Appointment')?.sort()).toEqual(['create', 'read', 'search-type', 'update'])
})

test('an appointment with a place is booked as staff book it, is read back, found, moved and cancelled', async () => {
  const { search } = await openClinic(app, agent, 'FC')
  const person = await patient(app, 'FC-1', 'FC')
  const [first, second] = await search()
  const identifier = [{ system: 'http://partner.example/booking', value: 'P-77' }]
  const made = await create(appointment(person, first?.id ?? 0, { identifier, comment: '轮椅' }))
  expect(made.status).toBe(201)
  const id = made.body.id
  expect(made.headers.get('location')).toMatch(new RegExp(`/fhir/R4/Appointment/${id}$`))
  expect(made.body).toMatchObject({
    status: 'booked',
    start: first?.startsAt,
    end: first?.endsAt,
    minutesDuration: 15,
    comment: '轮椅',
  })
  expect(await coming(person)).toMatchObject([
    { slotId: first?.id, channel: 'alliance', source: 'careloop', note: '轮椅', bookedByName: 'HIS' },
  ])
  expect(await get(`/Slot/${first?.id ?? 0}`)).toMatchObject({ status: 'busy' })
  const queries = [
    `patient=${person}`,
    `slot=Slot/${first?.id ?? 0}`,
    `patient=${person}&date=2026-11-19&status=booked`,
    'identifier=http://partner.example/booking|P-77',
    `identifier=urn:careloop:appointment|${(made.body['identifier'] as { value: string }[])[0]?.value ?? ''}`,
  ]
  for (const query of queries)
    expect([query, (await found(`/Appointment?${query}`)).map((one) => one.id)]).toEqual([query, [id]])

  const moved = await update({
    ...made.body,
    ...appointment(person, second?.id ?? 0),
    start: second?.startsAt,
  } as never)
  expect([moved.status, moved.body['start']]).toEqual([200, second?.startsAt])
  expect(await get(`/Slot/${first?.id ?? 0}`)).toMatchObject({ status: 'free' })
  const stale = await update(appointment(person, second?.id ?? 0, { id, status: 'cancelled' }) as never, {
    'if-match': made.headers.get('etag') ?? '',
  })
  expect(stale.status).toBe(412)
  const cancelationReason = {
    coding: [
      { system: 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason', code: 'pat-cpp' },
    ],
    text: '时间冲突',
  }
  const gone = await update(
    appointment(person, second?.id ?? 0, { id, status: 'cancelled', cancelationReason }) as never,
    { 'if-match': moved.headers.get('etag') ?? '' },
  )
  expect([gone.status, gone.body['status']]).toEqual([200, 'cancelled'])
  expect(await coming(person)).toMatchObject([
    { status: 'cancelled', cancelledBy: 'patient', cancelReason: '时间冲突' },
  ])
  expect((await update(appointment(person, second?.id ?? 0, { id }) as never)).status).toBe(409)
  expect(await found(`/Appointment?patient=${person}&status=booked`)).toEqual([])
})

test('an appointment that staff booked is read, moved by staff and cancelled by a client', async () => {
  const { search } = await openClinic(app, agent, 'FD')
  const person = await patient(app, 'FD-1', 'FD')
  const [first, second] = await search()
  const booked = await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: first?.id ?? 0, channel: 'phone' },
  })
  const id = `careloop-${booked.body.id}`
  const before = await get(`/Appointment/${id}`)
  expect(before).toMatchObject({ status: 'booked', slot: [{ reference: `Slot/${first?.id ?? 0}` }] })
  await app.request(agent, rescheduleAppointment, {
    params: { id: booked.body.id },
    body: { version: booked.body.version, slotId: second?.id ?? 0, channel: 'phone' },
  })
  const everything = await found(`/Patient/${person}/$everything`)
  expect(everything.filter((one) => one.resourceType === 'Appointment')).toMatchObject([
    { id, start: second?.startsAt },
  ])
  const { versionId } = before['meta'] as { versionId: string }
  const stale = await update(before, { 'if-match': `W/"${versionId}"` })
  expect([stale.status, stale.body.issue[0]?.code]).toEqual([412, 'conflict'])
  const gone = await update(appointment(person, null, { id, status: 'cancelled' }) as never)
  expect([gone.status, gone.body['status']]).toEqual([200, 'cancelled'])
  expect((await found(`/Appointment?patient=${person}`)).map((one) => one.id)).toEqual([id])
})

test('arrived, checked in, fulfilled and missed are steps of the day, and of the day only', async () => {
  const { search } = await openClinic(app, agent, 'FE')
  const [one, two] = [await patient(app, 'FE-1', 'FE'), await patient(app, 'FE-2', 'FE')]
  const [first, second] = await search()
  const [a, b] = [
    (await create(appointment(one, first?.id ?? 0))).body.id,
    (await create(appointment(two, second?.id ?? 0))).body.id,
  ]
  const say = async (person: number, id: string, status: string) => {
    const answer = await update(appointment(person, null, { id, status }) as never)
    return [answer.status, answer.body['status']]
  }
  expect((await say(one, a, 'arrived'))[0]).toBe(409)
  await sql`update appointment set starts_at = now() - interval '5 minutes', ends_at = now() where person_id in (${one}, ${two})`.execute(
    app.db,
  )
  expect(await say(one, a, 'checked-in')).toEqual([200, 'checked-in'])
  expect((await coming(one))[0]?.status).toBe('arrived')
  expect(await found(`/Appointment?patient=${one}&status=checked-in`)).toHaveLength(1)
  expect((await say(one, a, 'booked'))[0]).toBe(409)
  expect(await say(one, a, 'fulfilled')).toEqual([200, 'fulfilled'])
  expect(await say(two, b, 'noshow')).toEqual([200, 'noshow'])
  expect((await coming(two))[0]?.status).toBe('noshow')
  const [missed] = await coming(two)
  await app.request(agent, attendAppointment, {
    params: { id: missed?.id ?? 0 },
    body: { version: missed?.version ?? 0, step: 'arrive' },
  })
  expect(await get(`/Appointment/${b}`)).toMatchObject({ status: 'arrived' })
})

test('what contradicts itself or names somebody else is refused with the element', async () => {
  const { search, staffId } = await openClinic(app, agent, 'FF')
  const [one, two] = [await patient(app, 'FF-1', 'FF'), await patient(app, 'FF-2', 'FF')]
  const [first, second] = await search()
  const slot = first?.id ?? 0
  const refusals: [unknown, number, string][] = [
    [appointment(one, slot, { start: '2026-11-19T05:00:00Z', end: '2026-11-19T05:15:00Z' }), 422, 'start'],
    [appointment(one, slot, { status: 'fulfilled' }), 422, 'status'],
    [appointment(one, 99_999_999), 422, 'slot'],
    [
      {
        ...appointment(one, slot),
        slot: [{ reference: `Slot/${slot}` }, { reference: `Slot/${second?.id ?? 0}` }],
      },
      422,
      'slot',
    ],
  ]
  for (const [resource, status, element] of refusals) {
    const answer = await create(resource)
    expect([answer.status, answer.body.issue[0]?.expression]).toEqual([status, [`Appointment.${element}`]])
  }
  const { id } = (await create(appointment(one, slot))).body
  expect((await update(appointment(two, slot, { id }) as never)).status).toBe(422)
  await receive(app, { mrn: 'FF-9', site: 'SH' })
  const elsewhere = await integrationKey(app, (await idsOf(app)).site('SH'))
  expect(await get(`/Slot/${slot}`, elsewhere)).toMatchObject({ issue: [{ code: 'not-found' }] })
  expect((await get('/Slot?_count=1', elsewhere)).entry).toBeUndefined()
  expect(await get(`/Practitioner/careloop-${staffId}`, elsewhere)).toMatchObject({
    issue: [{ code: 'not-found' }],
  })
  expect(await get(`/Appointment/${id}`, elsewhere)).toMatchObject({ issue: [{ code: 'not-found' }] })
})

test('a transaction books with its patient or not at all; a repeated conditional create finds what it booked', async () => {
  const { search } = await openClinic(app, agent, 'FG')
  const [first] = await search()
  const who = uuid()
  const identifier = [{ system: 'http://partner.example/booking', value: 'FG-1' }]
  const bundle = bundleOf('transaction', [
    {
      url: 'Patient',
      fullUrl: who,
      ifNoneExist: 'identifier=urn:careloop:mrn:NH|FG-1',
      resource: {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:careloop:mrn:NH', value: 'FG-1' }],
        name: [{ text: '欧阳某' }],
      },
    },
    {
      url: 'Appointment',
      ifNoneExist: 'identifier=http://partner.example/booking|FG-1',
      resource: {
        ...appointment(0, first?.id ?? 0, { identifier }),
        participant: [{ actor: { reference: who }, status: 'accepted' }],
      },
    },
  ])
  const statuses = async () =>
    (await fhir(app, key, 'post', '', bundle)).body.entry.map((one) => one.response.status.slice(0, 3))
  expect(await statuses()).toEqual(['201', '201'])
  expect(await statuses()).toEqual(['200', '200'])
})

test('HIS, a FHIR client and the page book one place at once: one has it, the others are told, the HIS stands as a conflict', async () => {
  for (let round = 1; round <= 4; round++) {
    const name = `FH${round}`
    const { siteId, search } = await openClinic(app, agent, name)
    const his = await patient(app, `${name}-1`, name)
    const client = await patient(app, `${name}-2`, name)
    const phone = `1391111000${round}`
    await receive(app, { mrn: `${name}-3`, name: '钱守一', phone })
    const slotId = (await search())[0]?.id ?? 0
    // The page holds it only when it books; its code was proved before.
    const { token } = await phones.enter(siteId, phone)
    const siu = about(
      'SIU^S12',
      { mrn: `${name}-1` },
      `SCH|${name}|${name}|||||FU^复诊|FU^复诊|||^^^20261119080000+0800^20261119081500+0800`,
      `AIP|1||${name}1`,
    )
    const [, said, web] = await Promise.all([
      receiveText(app, siu),
      create(appointment(client, slotId)),
      app.request(undefined, makeBooking, {
        body: { token, slotId, stated: null },
        headers: phones.from(),
      }),
    ])
    const stated = (await coming(his))[0]
    const won = [stated?.conflict === false, said.status === 201, web.status === 201]
    expect([round, won.filter(Boolean)]).toEqual([round, [true]])
    if (said.status !== 201)
      expect([said.status, said.body.issue[0]]).toEqual([
        409,
        expect.objectContaining({
          code: 'conflict',
          diagnostics: 'Somebody else has this slot, or it is kept for another channel. Take another one.',
        }),
      ])
    if (web.status !== 201) expect(web.error?.id).toBe('slot-taken')
    expect(stated).toMatchObject({ status: 'booked', conflict: !won[0], slotId: won[0] ? slotId : null })
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from appointment where slot_id = ${slotId} and status <> 'cancelled'`.execute(
      app.db,
    )
    expect(rows).toEqual([{ n: 1 }])
  }
})
