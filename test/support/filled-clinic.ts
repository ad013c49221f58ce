import { sql } from 'kysely'
import type { Db } from '../../server/platform/db.ts'

/** Writes a row. @returns its id */
export type InsertRow = (table: string, values: Record<string, unknown>) => Promise<number>

/** A schedule, a session with a booked and an offered slot, and who waits; by the first words of their routes. */
export async function fillClinic(
  db: Db,
  id: InsertRow,
  {
    code,
    mark,
    place,
    staff,
    persons,
  }: {
    code: string
    mark: string
    place: { site_id: number; department_id: number }
    staff: number
    persons: [number, number]
  },
): Promise<Record<string, { id: number }>> {
  const site = place.site_id
  const visitType = await id('visit_type', { site_id: site, code, name: `${mark}号`, minutes: 15 })
  const clinic = { ...place, staff_id: staff, visit_type_id: visitType }
  const schedule = await id('schedule', {
    ...clinic,
    weekday: 3,
    starts: '08:00',
    ends: '09:00',
    slot_minutes: 30,
    valid_from: '2026-11-01',
  })
  const session = await id('clinic_session', {
    ...clinic,
    schedule_id: schedule,
    date: '2026-11-25',
    period: '[2026-11-25T08:00+08,2026-11-25T09:00+08)',
  })
  const [booked, offered] = [
    ['08:00', '08:30'],
    ['08:30', '09:00'],
  ].map(([from, to], index) => ({
    ...clinic,
    session_id: session,
    number: index + 1,
    starts_at: `2026-11-25T${from}+08`,
    ends_at: `2026-11-25T${to}+08`,
  }))
  const slot = await id('slot', { ...booked, status: 'booked' })
  const appointment = await id('appointment', {
    ...clinic,
    person_id: persons[0],
    slot_id: slot,
    title: `${mark}复诊`,
    starts_at: '2026-11-25T08:00+08',
    ends_at: '2026-11-25T08:30+08',
    channel: 'phone',
    booked_by: 'user:x',
    booked_by_name: mark,
  })
  const waiting = await id('waitlist_entry', {
    ...place,
    person_id: persons[1],
    earliest: '2026-11-19',
    latest: '2026-11-30',
    note: mark,
    created_by: 'user:x',
    created_by_name: mark,
  })
  const offer = await id('slot_offer', {
    site_id: site,
    person_id: persons[1],
    slot_id: await id('slot', offered ?? {}),
    waitlist_entry_id: waiting,
    starts_at: '2026-11-25T08:30+08',
    expires_at: '2026-11-24T08:30+08',
  })
  await sql`update slot set status = 'held', held_by = ${`offer:${offer}`}, held_until = '2026-11-24T08:30+08'
    where id = (select slot_id from slot_offer where id = ${offer})`.execute(db)
  const restriction = await id('booking_restriction', {
    site_id: site,
    person_id: persons[1],
    from_at: '2026-11-18T08:00+08',
    until: '2027-02-18T08:00+08',
    rule: { lateMinutes: 30, count: 1, windowMonths: 3, restrictMonths: 3, cutOff: 'start' },
    counted: JSON.stringify([{ id: appointment, kind: 'missed' }]),
    left_out: '[]',
    appeal: mark,
  })
  return {
    'booking-restrictions': { id: restriction },
    appointments: { id: appointment },
    'clinic-sessions': { id: session },
    offers: { id: offer },
    schedules: { id: schedule },
    slots: { id: slot },
    'visit-types': { id: visitType },
    waitlist: { id: waiting },
  }
}
