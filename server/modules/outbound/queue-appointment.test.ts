import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Appointment,
  attendAppointment,
  bookAppointment,
  cancelAppointment,
  listAppointments,
  rescheduleAppointment,
} from '../../../contract/appointment.ts'
import {
  listClinicSessions,
  resumeClinicSession,
  suspendClinicSession,
} from '../../../contract/clinic-schedule.ts'
import { createOutboundChannel, replayOutboundMessages } from '../../../contract/outbound.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { fhir, integrationKey } from '../../../test/support/fhir.ts'
import { about, personOf, receiveText } from '../../../test/support/hl7.ts'

let app: TestApp
let agent: string
let admin: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  agent = await app.signInAs('service-centre')
  admin = await app.signInAs('administrator')
  const channel = {
    host: '127.0.0.1',
    port: 2575,
    receivingApplication: 'HIS',
    receivingFacility: 'NH',
    assigningAuthority: 'NH',
  }
  for (const kinds of [['ADT^A31'], ['SIU']] as const)
    await app.request(admin, createOutboundChannel, {
      body: { ...channel, name: kinds[0], kinds: [...kinds] },
    })
})
afterAll(() => app.close())

type Sent = { id: number; kind: string; channel: string; segments: Map<string, string> }
/** What waits to be sent about somebody, in order. */
async function sent(personId: number): Promise<Sent[]> {
  const { rows } = await sql<{ id: number; kind: string; channel: string; raw: Buffer }>`
    select m.id, m.kind, c.name as channel, m.raw from outbound_message m join outbound_channel c on c.id = m.channel_id
    where m.person_id = ${personId} order by m.id`.execute(app.db)
  return rows.map(({ raw, ...row }) => ({
    ...row,
    segments: new Map(
      raw
        .toString()
        .split('\r')
        .map((one) => [one.slice(0, 3), one]),
    ),
  }))
}
const kinds = async (personId: number) => (await sent(personId)).map((one) => one.kind)
const field = (one: Sent | undefined, segment: string, at: number) =>
  one?.segments.get(segment)?.split('|')[at] ?? ''
const coming = async (personId: number) =>
  (await app.request(agent, listAppointments, { query: { personId, view: 'all' } })).body.items

async function booked(name: string) {
  const clinic = await openClinic(app, agent, name)
  const person = await patient(app, `${name}-1`, name)
  const slots = await clinic.search()
  const answer = await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: slots[0]?.id ?? 0, channel: 'phone' },
  })
  return { ...clinic, person, slots, appointment: answer.body }
}
const move = (one: Appointment, slotId: number) =>
  app.request(agent, rescheduleAppointment, {
    params: { id: one.id },
    body: { version: one.version, slotId, channel: 'phone' },
  })
const cancel = (one: Appointment) =>
  app.request(agent, cancelAppointment, {
    params: { id: one.id },
    body: { version: one.version, by: 'patient', reason: '临时有事' },
  })

test('what is booked, moved and cancelled here goes to channels that send appointments, and to no other', async () => {
  const { person, slots, appointment } = await booked('SA')
  const moved = (await move(appointment, slots[1]?.id ?? 0)).body
  await cancel(moved)
  const all = await sent(person)
  expect(all.map((one) => [one.channel, one.kind])).toEqual([
    ['SIU', 'SIU^S12'],
    ['SIU', 'SIU^S13'],
    ['SIU', 'SIU^S15'],
  ])
  const [first, second, third] = all
  expect(field(first, 'MSH', 8)).toBe('SIU^S12^SIU_S12')
  expect([1, 2, 7, 9, 10, 11, 25].map((at) => field(first, 'SCH', at))).toEqual([
    `${appointment.number}^CARELOOP`,
    '',
    'SA^专家号',
    '15',
    'MIN',
    '^^M15^20261119080000+0800^20261119081500+0800',
    'Booked',
  ])
  expect(field(first, 'SCH', 16)).toBe(field(first, 'SCH', 20))
  expect(field(first, 'TQ1', 7)).toBe('20261119080000+0800')
  expect(field(first, 'PID', 3)).toBe('SA-1^^^NH^MR')
  expect(first?.segments.get('PV1')).toMatch(/^PV1\|1\|O\|SA\^一诊室\^\^NH\^\^\^\^\^SA科\|{4}SA1\^/)
  expect(first?.segments.get('AIS')).toMatch(
    /^AIS\|1\|A\|SA\^专家号\|20261119080000\+0800\|\|\|15\|MIN\|\|Booked$/,
  )
  expect(first?.segments.get('AIP')).toMatch(/^AIP\|1\|A\|SA1\^/)
  expect(first?.segments.has('AIL')).toBe(true)
  expect(field(second, 'SCH', 11)).toContain('20261119081500+0800')
  expect([field(third, 'SCH', 6), field(third, 'SCH', 25), field(third, 'RGS', 2)]).toEqual([
    '^临时有事',
    'Cancelled',
    'D',
  ])
})

test('the HIS repeats an appointment of ours: it stays one, and takes the number of the HIS along', async () => {
  const { person, slots, appointment } = await booked('SB')
  const [told] = await sent(person)
  const echo = about(
    'SIU^S12',
    { mrn: 'SB-1' },
    (told?.segments.get('SCH') ?? '').replace('^CARELOOP|', '^CARELOOP|H-900'),
    told?.segments.get('AIP') ?? '',
  )
  await receiveText(app, echo)
  expect(await coming(person)).toMatchObject([
    { id: appointment.id, source: 'careloop', sourceNumber: 'H-900', status: 'booked', conflict: false },
  ])
  expect(await kinds(person)).toEqual(['SIU^S12'])
  const [now] = await coming(person)
  await move(now as Appointment, slots[1]?.id ?? 0)
  const last = (await sent(person)).at(-1)
  expect([last?.kind, field(last, 'SCH', 1), field(last, 'SCH', 2)]).toEqual([
    'SIU^S13',
    `${appointment.number}^CARELOOP`,
    'H-900',
  ])
  // Moved and then cancelled by the HIS, under its own number alone.
  const said = (event: string) =>
    about(
      `SIU^${event}`,
      { mrn: 'SB-1' },
      'SCH||H-900|||||FU^复诊|FU^复诊|||^^^20261119083000+0800^20261119084500+0800',
      'AIP|1||SB1',
    )
  await receiveText(app, said('S13'))
  expect(await coming(person)).toMatchObject([
    { id: appointment.id, title: '专家号', startsAt: '2026-11-19T00:30:00.000Z', queueNumber: 3 },
  ])
  await receiveText(app, said('S15'))
  expect(await coming(person)).toMatchObject([{ id: appointment.id, status: 'cancelled' }])
  expect(await kinds(person)).toEqual(['SIU^S12', 'SIU^S13'])
})

test('what the HIS or FHIR states is never sent back; that the patient did not come is told, and taken back', async () => {
  await openClinic(app, agent, 'SC')
  const person = await patient(app, 'SC-1', 'SC')
  const start = new Date(Date.now() - 3_600_000).toISOString()
  const stamp = `${start.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`
  await receiveText(
    app,
    about('SIU^S12', { mrn: 'SC-1' }, `SCH||H-1|||||FU^复诊||||^^^${stamp}`, 'AIP|1||SC1'),
  )
  await fhir(app, await integrationKey(app), 'put', '/Appointment/stated', {
    resourceType: 'Appointment',
    id: 'stated',
    status: 'booked',
    start: '2026-11-20T00:00:00Z',
    end: '2026-11-20T00:15:00Z',
    participant: [{ actor: { reference: `Patient/${person}` }, status: 'accepted' }],
  })
  expect(await kinds(person)).toEqual([])
  const step = async (what: 'miss' | 'undo' | 'arrive' | 'call') => {
    const his = (await coming(person)).find((one) => one.sourceNumber === 'H-1')
    const { error } = await app.request(agent, attendAppointment, {
      params: { id: his?.id ?? 0 },
      body: { version: his?.version ?? 0, step: what },
    })
    expect(error).toBeUndefined()
  }
  for (const what of ['miss', 'undo', 'arrive', 'call'] as const) await step(what)
  const all = await sent(person)
  expect(all.map((one) => [one.kind, field(one, 'SCH', 2), field(one, 'SCH', 25)])).toEqual([
    ['SIU^S26', 'H-1', 'Noshow'],
    ['SIU^S14', 'H-1', 'Booked'],
  ])
})

test('a suspended clinic tells the HIS that its patients wait for another time, and a resumed one that they come', async () => {
  const { person, siteId, departmentId } = await booked('SD')
  const { items } = (
    await app.request(agent, listClinicSessions, {
      query: { siteId, departmentId, from: '2026-11-19', to: '2026-11-19' },
    })
  ).body
  const suspended = await app.request(agent, suspendClinicSession, {
    params: { id: items[0]?.id ?? 0 },
    body: { version: items[0]?.version ?? 0, reason: '医生外出会诊' },
  })
  const last = (await sent(person)).at(-1)
  expect([last?.kind, field(last, 'SCH', 6), field(last, 'SCH', 25)]).toEqual([
    'SIU^S14',
    '^医生外出会诊',
    'Pending',
  ])
  await app.request(agent, resumeClinicSession, {
    params: { id: suspended.body.id },
    body: { version: suspended.body.version },
  })
  const again = (await sent(person)).at(-1)
  expect([again?.kind, field(again, 'SCH', 6), field(again, 'SCH', 25)]).toEqual(['SIU^S14', '', 'Booked'])
})

test('somebody whom the HIS does not know yet is named by our number', async () => {
  const { search } = await openClinic(app, agent, 'SE')
  await receiveText(
    app,
    about('ADT^A28', { mrn: 'SE-1' }, 'PV1|1|N').replace('SE-1^^^NH^MR', 'SE-1^^^ELSEWHERE^MR'),
  )
  const person = await personOf(app, 'SE-1', 'ELSEWHERE')
  await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: (await search())[0]?.id ?? 0, channel: 'window' },
  })
  const [only] = await sent(person)
  expect(field(only, 'PID', 3)).toBe(`${person}^^^CARELOOP^PI`)
})

test('an old message is not sent again after a newer one about the same appointment', async () => {
  const { person, appointment } = await booked('SF')
  await cancel(appointment)
  const [first, second] = await sent(person)
  await sql`update outbound_message set status = 'rejected', attempts = 1 where id = ${first?.id}`.execute(
    app.db,
  )
  await sql`update outbound_message set status = 'acknowledged', attempts = 1 where id = ${second?.id}`.execute(
    app.db,
  )
  const { body } = await app.request(admin, replayOutboundMessages, { body: { ids: [first?.id ?? 0] } })
  expect(body).toEqual({ replayed: 0, overtaken: 1 })
})
