import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookAppointment, listAppointments } from '../../../contract/appointment.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient, siu } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { fhir, integrationKey } from '../../../test/support/fhir.ts'
import { personOf, receiveText } from '../../../test/support/hl7.ts'

let app: TestApp
let agent: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  agent = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const coming = async (personId: number) =>
  (await app.request(agent, listAppointments, { query: { personId, view: 'all' } })).body.items

test('an appointment of the HIS takes its slot here, moves with it and gives it back', async () => {
  const { search } = await openClinic(app, agent, 'TA')
  const person = await patient(app, 'TA-1', 'TA')
  const free = async () => (await search(agent, { to: '2026-11-20T00:00:00Z' })).map((one) => one.number)
  await receiveText(app, siu('S12', 'TA-1', 'H1', '202611190815', 'TA1'))
  expect(await free()).toEqual([1, 3, 4])
  expect(await coming(person)).toMatchObject([
    {
      status: 'booked',
      source: 'hl7:LIS/NH',
      sourceNumber: 'H1',
      channel: 'his',
      conflict: false,
      queueNumber: 2,
    },
  ])
  await receiveText(app, siu('S13', 'TA-1', 'H1', '202611190845', 'TA1'))
  expect(await free()).toEqual([1, 2, 3])
  await receiveText(app, siu('S15', 'TA-1', 'H1', '202611190845', 'TA1'))
  expect(await free()).toEqual([1, 2, 3, 4])
  expect(await coming(person)).toMatchObject([{ status: 'cancelled', slotId: null }])
})

test('HIS, a FHIR client and staff want one slot: one has it, the others are told or stand as conflicts', async () => {
  const { search } = await openClinic(app, agent, 'TB')
  const key = await integrationKey(app)
  const [one, two, three] = [
    await patient(app, 'TB-1', 'TB'),
    await patient(app, 'TB-2', 'TB'),
    await patient(app, 'TB-3', 'TB'),
  ]
  const slotId = (await search())[0]?.id ?? 0
  await receiveText(app, siu('S12', 'TB-1', 'H2', '202611190800', 'TB1'))
  const booked = await app.request(agent, bookAppointment, {
    body: { personId: two, slotId, channel: 'phone' },
  })
  expect(booked.error?.id).toBe('slot-taken')
  const said = await fhir(app, key, 'put', '/Appointment/tb-3', {
    resourceType: 'Appointment',
    id: 'tb-3',
    status: 'booked',
    start: '2026-11-19T00:00:00Z',
    end: '2026-11-19T00:15:00Z',
    description: '复诊',
    participant: [
      { actor: { reference: `Patient/${three}` }, status: 'accepted' },
      { actor: { display: 'TB1' }, status: 'accepted' },
    ],
  })
  expect(said.status).toBe(201)
  expect(await coming(one)).toMatchObject([{ conflict: false, queueNumber: 1 }])
  expect(await coming(three)).toMatchObject([{ conflict: true, slotId: null }])
  const conflicts = await app.request(agent, listAppointments, { query: { view: 'conflict' } })
  expect(conflicts.body.items.map((row) => row.personId)).toEqual([three])
  expect(await personOf(app, 'TB-3')).toBe(three)
})

test('a change leaves attendance and cancellation as they are, and its status may end it', async () => {
  await openClinic(app, agent, 'TC')
  const person = await patient(app, 'TC-1', 'TC')
  const start = '202611190830'
  const changed = (event: string, status: string, doctor = 'TC1') =>
    siu(event, 'TC-1', 'H3', start, doctor).replace('+0800\rAIP', `+0800${'|'.repeat(14)}${status}\rAIP`)
  await receiveText(app, siu('S12', 'TC-1', 'H3', start, 'TC1'))
  await sql`update appointment set status = 'arrived' where person_id = ${person}`.execute(app.db)
  await receiveText(app, changed('S14', 'Started'))
  expect(await coming(person)).toMatchObject([{ status: 'arrived', queueNumber: 3 }])
  // The nurse of it is withdrawn, not the doctor.
  await receiveText(app, changed('S19', '', 'NURSE'))
  expect(await coming(person)).toMatchObject([{ status: 'arrived', staffName: '林某', queueNumber: 3 }])
  await receiveText(app, changed('S22', 'Cancelled'))
  expect(await coming(person)).toMatchObject([{ status: 'cancelled', slotId: null }])
  await receiveText(app, changed('S18', ''))
  expect(await coming(person)).toMatchObject([{ status: 'cancelled', slotId: null }])
})
