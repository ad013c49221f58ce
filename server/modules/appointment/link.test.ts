import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actByAppointmentLink, openAppointmentLink } from '../../../contract/appointment-link.ts'
import {
  bookAppointment,
  cancelAppointment,
  listAppointments,
  rescheduleAppointment,
} from '../../../contract/appointment.ts'
import {
  listClinicSessions,
  resumeClinicSession,
  suspendClinicSession,
  updateClinicSession,
} from '../../../contract/clinic-schedule.ts'
import { joinWaitlist } from '../../../contract/waitlist.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { useMailSink } from '../../../test/support/channel.ts'
import { openClinic } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { startSmtpSink } from '../../../sim/smtp-sink.ts'
import { transaction } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { answerOf } from './reply.ts'

let app: TestApp
let agent: string
let sink: Awaited<ReturnType<typeof startSmtpSink>>
beforeAll(async () => {
  app = await createTestApp({ publicUrl: 'https://care.test' }, await createTestDatabase())
  agent = await app.signInAs('service-centre')
  sink = await startSmtpSink()
  await useMailSink(app, sink.port)
})
afterAll(async () => {
  await app.close()
  await sink.close()
})

const run = async <T>(text: string, values: unknown[] = []) =>
  (await app.services.database.pool.query(text, values)).rows as T[]

/** Somebody who reads mail, booked for a slot. */
async function booked(name: string, slotAt = 0) {
  const clinic = await openClinic(app, agent, name)
  await receive(app, { mrn: `${name}-1`, department: name, email: `${name.toLowerCase()}@patient.test` })
  const person = await personOf(app, `${name}-1`)
  await run(`update person set preferred_channel = 'email' where id = $1`, [person])
  const slots = await clinic.search()
  const answer = await app.request(agent, bookAppointment, {
    body: { personId: person, slotId: slots[slotAt]?.id ?? 0, channel: 'phone' },
  })
  return { ...clinic, person, slots, appointment: answer.body }
}

/** The messages that were sent about somebody's appointments, and the token in the last one. */
async function sent(person: number) {
  await app.processAll()
  const rows = await run<{ id: number; status: string; body: string }>(
    `select id, status, body from message where person_id = $1 order by id`,
    [person],
  )
  const mails = sink.mails.map((mail) => mail.text).join('\n')
  const tokens = [...mails.matchAll(/care\.test\/a\/([\w-]{20,})/g)].map((match) => match[1] ?? '')
  return { rows, token: tokens.at(-1) ?? '' }
}

const open = (token: string) => app.request(undefined, openAppointmentLink, { body: { token } })
const act = (token: string, what: string) =>
  app.request(undefined, actByAppointmentLink, { body: { token, act: what } })

test('a booking is confirmed by a message at once; its link shows the appointment and lets the person say that they come, or cancel', async () => {
  const { person, appointment } = await booked('LA')
  const { rows, token } = await sent(person)
  expect(rows.map((one) => one.status)).toEqual(['sent'])
  const page = await open(token)
  expect(page.body).toMatchObject({
    state: 'appointment',
    number: appointment.number,
    status: 'booked',
    preparation: '请空腹',
    may: { confirm: true, cancel: true },
  })
  expect(JSON.stringify(page.body)).not.toContain('测试')
  expect((await act(token, 'confirm')).body).toMatchObject({ confirmed: true, may: { confirm: false } })
  expect((await act(token, 'accept')).status).toBe(422)
  expect((await act(token, 'cancel')).body).toMatchObject({ status: 'cancelled', may: { cancel: false } })
  expect((await act(token, 'cancel')).error?.id).toBe('already-closed')
})

test('a reminder comes two days before, moves with the appointment, and never for one that was cancelled', async () => {
  const { person, appointment, slots } = await booked('LB', 8)
  await sent(person)
  const start = new Date(slots[8]?.startsAt ?? 0).getTime()
  const wait = async () => {
    const [row] = await run<{ due_at: Date }>(
      `select due_at from enrollment e join pathway w on w.id = e.pathway_id where e.person_id = $1 and w.code = 'appointment-reminder'
        and e.status in ('active', 'waiting')`,
      [person],
    )
    return row?.due_at.getTime()
  }
  expect(await wait()).toBe(start - 48 * 3_600_000)
  const moved = await app.request(agent, rescheduleAppointment, {
    params: { id: appointment.id },
    body: { version: appointment.version, slotId: slots[12]?.id ?? 0, channel: 'phone' },
  })
  await sent(person)
  expect(await wait()).toBe(new Date(moved.body.startsAt).getTime() - 48 * 3_600_000)
  const [last] = (await app.request(agent, listAppointments, { query: { personId: person } })).body.items
  await app.request(agent, cancelAppointment, {
    params: { id: appointment.id },
    body: { version: last?.version ?? 0, by: 'patient', reason: 'x' },
  })
  await sent(person)
  expect(
    await run(
      `select e.status, e.stop_reason from enrollment e join pathway w on w.id = e.pathway_id where e.person_id = $1 and w.code = 'appointment-reminder'`,
      [person],
    ),
  ).toMatchObject([{ status: 'stopped', stop_reason: 'appointment-cancelled' }])
})

test('each move is told, and that a suspended clinic takes place after all', async () => {
  const { person, appointment, slots, siteId, departmentId, staffId } = await booked('LZ')
  const told = async (words: string) =>
    (await sent(person)).rows.filter((message) => message.body.includes(words)).length
  let { version } = appointment
  for (const [moves, slot] of [slots[5], slots[6], slots[7]].entries()) {
    const moved = await app.request(agent, rescheduleAppointment, {
      params: { id: appointment.id },
      body: { version, slotId: slot?.id ?? 0, channel: 'phone' },
    })
    version = moved.body.version
    expect(await told('您的预约改为')).toBe(moves + 1)
  }
  const days = { from: slots[7]?.startsAt.slice(0, 10) ?? '', to: slots[7]?.startsAt.slice(0, 10) ?? '' }
  const list = await app.request(agent, listClinicSessions, { query: { siteId, departmentId, ...days } })
  const clinic = { params: { id: list.body.items[0]?.id ?? 0 } }
  await app.request(agent, suspendClinicSession, { ...clinic, body: { version: 0, reason: '开会' } })
  expect([await told('停诊'), await told('门诊照常')]).toEqual([1, 0])
  await app.request(agent, resumeClinicSession, { ...clinic, body: { version: 1 } })
  expect([await told('停诊'), await told('门诊照常')]).toEqual([1, 1])
  // The same doctor and room are no news, another room is.
  await app.request(agent, updateClinicSession, { ...clinic, body: { version: 2, staffId } })
  expect(await told('门诊照常')).toBe(1)
  await app.request(agent, updateClinicSession, { ...clinic, body: { version: 3, roomId: null } })
  expect(await told('门诊照常')).toBe(2)
})

test('a reply of 1 confirms, a reply of 2 cancels and frees the slot; anything else is for the service centre', async () => {
  const { person, appointment, search, slots } = await booked('LC')
  const { rows } = await sent(person)
  const reply = (text: string) =>
    transaction(app.db, (trx) =>
      recordEvents(trx, [
        {
          personId: person,
          at: new Date(),
          kind: 'message.replied',
          source: 'careloop',
          data: { messageId: rows[0]?.id ?? 0, channel: 'email', text },
        },
      ]),
    )
  const now = async () =>
    (await app.request(agent, listAppointments, { query: { personId: person, view: 'all' } })).body.items[0]
  await reply('１。')
  expect((await now())?.confirmedAt).not.toBeNull()
  await reply('2')
  expect(await now()).toMatchObject({ id: appointment.id, status: 'cancelled', cancelledBy: 'patient' })
  expect((await search())[0]?.id).toBe(slots[0]?.id)
  // Too late for anything: nothing is half done.
  await reply('1')
  expect(await run(`select 1 from task where person_id = $1`, [person])).toEqual([])
})

test('a freed slot is offered by a message whose link takes it with one tap', async () => {
  const { appointment, departmentId } = await booked('LD')
  await receive(app, { mrn: 'LD-2', department: 'LD', email: 'ld2@patient.test' })
  const person = await personOf(app, 'LD-2')
  await run(`update person set preferred_channel = 'email' where id = $1`, [person])
  await run(`update slot set status = 'blocked' where status = 'free' and department_id = $1`, [departmentId])
  await app.request(agent, joinWaitlist, {
    body: { personId: person, departmentId, earliest: '2026-11-18', latest: '2026-12-31' },
  })
  await app.request(agent, cancelAppointment, {
    params: { id: appointment.id },
    body: { version: appointment.version, by: 'patient', reason: 'x' },
  })
  const { token } = await sent(person)
  expect((await open(token)).body).toMatchObject({ state: 'offer', status: 'open', insteadOf: null })
  expect((await act(token, 'accept')).body).toMatchObject({ state: 'offer', status: 'accepted' })
  const mine = await app.request(agent, listAppointments, { query: { personId: person } })
  expect(mine.body.items).toMatchObject([{ status: 'booked', startsAt: appointment.startsAt }])
})

test('a link that nobody here signed leads nowhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.base64String({ minLength: 24, maxLength: 24 }), async (text) => {
      const token = text.replaceAll('+', '-').replaceAll('/', '_').slice(0, 24).padEnd(24, 'A')
      const answer = await open(token)
      expect([200, 422, 429]).toContain(answer.status)
      if (answer.status === 200) expect(answer.body.state).toBe('closed')
    }),
    { numRuns: 20 },
  )
})

test.each([
  ['１', 'yes'],
  ['确认。', 'yes'],
  ['y', 'yes'],
  [' 2 ', 'no'],
  ['不来', 'no'],
  ['12', null],
  ['请问在几楼', null],
])('"%s" means %s', (text, meaning) => {
  expect(answerOf(text)).toBe(meaning)
})
