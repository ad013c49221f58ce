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
            `update slot_offer set expires_at = now() - interval '1 second' where status = 'open' and id % 3 = 0`,
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

  // Taken exactly where somebody has it; the index forbids twice.
  expect(
    await rows(`select l.id, l.status, a.id as appointment from slot l left join appointment a on a.slot_id = l.id and a.status <> 'cancelled'
      where (l.status = 'booked') <> (a.id is not null)`),
  ).toEqual([])
  expect(
    await rows(
      `select o.id from slot_offer o join slot l on l.id = o.slot_id where o.status = 'open' and (l.status <> 'held' or l.held_by <> 'offer:' || o.id)`,
    ),
  ).toEqual([])
  expect(
    await rows(`select a.id from appointment a join slot l on l.id = a.slot_id where a.status <> 'cancelled' and l.channel is not null and a.channel <> l.channel
      and a.booked_at < l.release_at and not exists (select 1 from event e where e.data -> 'subject' ->> 'id' = a.id::text and e.kind = 'appointment.rescheduled')`),
  ).toEqual([])
  // At the time of each offer nobody waited before that person without an offer of their own; times are those at which transactions began.
  expect(
    await rows(`select o.id, earlier.id as passed from slot_offer o join waitlist_entry w on w.id = o.waitlist_entry_id
      join waitlist_entry earlier on earlier.department_id = w.department_id
        and (case when earlier.urgent then 0 else 1 end, earlier.id) < (case when w.urgent then 0 else 1 end, w.id)
      where earlier.created_at + interval '5 seconds' < o.offered_at and coalesce(earlier.ended_at, 'infinity') > o.offered_at
        and not exists (select 1 from slot_offer p where p.waitlist_entry_id = earlier.id and p.id <> o.id
          and (p.slot_id = o.slot_id or (p.offered_at <= o.offered_at and coalesce(p.decided_at, 'infinity') + interval '5 seconds' >= o.offered_at)))
        and not exists (select 1 from appointment a where a.person_id = earlier.person_id and a.starts_at < o.starts_at + interval '15 minutes'
          and a.ends_at > o.starts_at)`),
  ).toEqual([])
  expect(
    await rows(`select a.id, a.status from appointment a where not exists (select 1 from event e where e.person_id = a.person_id and e.kind =
      case a.status when 'cancelled' then 'appointment.cancelled' else 'appointment.booked' end and e.data -> 'subject' ->> 'id' = a.id::text)`),
  ).toEqual([])
}, 600_000)
