import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  bookAppointment,
  cancelAppointment,
  holdSlot,
  listAppointments,
  releaseSlot,
  rescheduleAppointment,
} from '../../../contract/appointment.ts'
import {
  bookingChannels,
  listClinicSessions,
  resumeClinicSession,
  suspendClinicSession,
} from '../../../contract/clinic-schedule.ts'
import { decideOffer, joinWaitlist, leaveWaitlist } from '../../../contract/waitlist.ts'
import { int, pick, prng } from '../../../sim/prng.ts'
import { brokenAppointmentRules } from '../../../test/support/appointment-rules.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic, patient } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
})
afterAll(() => app.close())

const rows = async <T>(text: string, values: unknown[] = []) =>
  (await app.services.database.pool.query(text, values)).rows as T[]

/** Refusals that rules give; anything else is a fault. */
const expected = new Set([200, 201, 204, 404, 409, 422])

test('whatever many people do at once, no slot is taken twice, no quota broken, nobody on the waitlist passed over, and every change is on the timeline', async () => {
  const admin = await app.signInAs('service-centre')
  const agents = [admin, await app.signInAs('service-centre'), await app.signInAs('service-centre')]
  const { siteId, departmentId } = await openClinic(app, admin, 'RA', {
    validTo: '2026-12-03',
    quotas: [{ channel: 'follow-up', places: 1, releaseHours: 24 }],
    overbook: 1,
  })
  const people: number[] = []
  for (let at = 0; at < 12; at++) people.push(await patient(app, `RA-${at}`, 'RA'))

  const slots = await rows<{ id: number }>(`select id from slot where department_id = $1 order by id`, [
    departmentId,
  ])
  const sessions = async () =>
    (
      await app.request(admin, listClinicSessions, {
        query: { siteId, from: '2026-11-18', to: '2026-12-31', departmentId },
      })
    ).body.items
  const seen: string[] = []

  async function live(seed: number): Promise<void> {
    const random = prng(seed)
    const who = agents[seed % agents.length] ?? admin
    for (let step = 0; step < 40; step++) {
      const personId = pick(random, people)
      const slotId = pick(random, slots).id
      const channel = pick(random, bookingChannels)
      const kind = int(random, 0, 11)
      const answer = await act(kind)
      if (answer && !expected.has(answer.status))
        seen.push(`${kind}: ${answer.status} ${answer.error?.message ?? ''}`)

      async function act(what: number) {
        if (what <= 3) return app.request(who, bookAppointment, { body: { personId, slotId, channel } })
        if (what === 4) return app.request(who, holdSlot, { params: { id: slotId }, body: { channel } })
        if (what === 5) return app.request(who, releaseSlot, { params: { id: slotId } })
        if (what === 6)
          return app.request(who, joinWaitlist, {
            body: {
              personId,
              departmentId,
              earliest: '2026-11-18',
              latest: '2026-12-31',
              urgent: int(random, 0, 4) === 0,
            },
          })
        if (what === 7) {
          const [entry] = await rows<{ id: number }>(
            `select id from waitlist_entry where status = 'waiting' order by random() limit 1`,
          )
          return entry && app.request(who, leaveWaitlist, { params: { id: entry.id }, body: { reason: 'x' } })
        }
        if (what === 8) {
          const [offer] = await rows<{ id: number }>(
            `select id from slot_offer where status = 'open' order by random() limit 1`,
          )
          return (
            offer &&
            app.request(who, decideOffer, {
              params: { id: offer.id },
              body: { accept: int(random, 0, 2) > 0 },
            })
          )
        }
        const [mine] = (await app.request(who, listAppointments, { query: { personId } })).body.items
        if (what === 9 && mine)
          return app.request(who, rescheduleAppointment, {
            params: { id: mine.id },
            body: { version: mine.version, slotId, channel },
          })
        if (what === 10 && mine)
          return app.request(who, cancelAppointment, {
            params: { id: mine.id },
            body: { version: mine.version, by: 'patient', reason: 'x' },
          })
        if (what === 11 && int(random, 0, 3) === 0) {
          const session = pick(random, await sessions())
          const params = { id: session.id }
          return session.status === 'open'
            ? app.request(admin, suspendClinicSession, {
                params,
                body: { version: session.version, reason: 'x' },
              })
            : app.request(admin, resumeClinicSession, { params, body: { version: session.version } })
        }
        if (int(random, 0, 3) === 0) {
          await rows(
            `update slot_offer set expires_at = now() - interval '1 second' where id in (
               select id from slot_offer where status = 'open' and id % 3 = 0 order by id for update skip locked)`,
          )
          await app.processAll()
        }
        return undefined
      }
    }
  }
  await Promise.all([1, 2, 3, 4, 5, 6].map(live))
  await app.processAll()
  expect(seen).toEqual([])

  expect(await brokenAppointmentRules(rows)).toEqual([])
}, 600_000)
