import { sql } from 'kysely'
import type { SubjectKind } from '../event/subject.ts'
import { remindMore } from './no-show/risk.ts'

/** How the loop sees an appointment: moved, its waits move; cancelled, missed or kept, what reminds of it ends. */
export const appointmentSubject: SubjectKind = {
  kind: 'appointment',
  select: (id) => sql`
    select a.person_id, null::int as group_id, a.site_id, a.department_id, a.staff_id,
      jsonb_build_object('start', a.starts_at, 'end', coalesce(a.ends_at, a.starts_at), 'booked', a.booked_at) as times,
      jsonb_build_object('title', a.title, 'channel', a.channel, 'urgent', a.urgent, 'source', a.source,
        'leadDays', floor(extract(epoch from a.starts_at - a.booked_at) / 86400)::int, 'confirmed', a.confirmed_at is not null, 'remindMore', ${remindMore},
        'newPatient', not exists (select 1 from encounter n where n.person_id = a.person_id)) as facts,
      concat_ws(' ', to_char(a.starts_at at time zone (select time_zone from site where id = a.site_id), 'YYYY-MM-DD HH24:MI'),
        (select name from department where id = a.department_id), (select name from staff where id = a.staff_id), a.title) as words
    from appointment a where a.id = ${id}`,
  times: ['start', 'end', 'booked'],
  facts: ['title', 'channel', 'urgent', 'source', 'leadDays', 'confirmed', 'remindMore', 'newPatient'],
  movedBy: ['appointment.rescheduled'],
  endedBy: {
    'appointment.cancelled': 'appointment-cancelled',
    'appointment.missed': 'appointment-missed',
    'appointment.arrived': 'appointment-arrived',
    'appointment.fulfilled': 'appointment-fulfilled',
  },
}

/** How the loop sees an offered slot: answered or run out, what tells of it ends. */
export const offerSubject: SubjectKind = {
  kind: 'slot-offer',
  select: (id) => sql`
    select o.person_id, null::int as group_id, o.site_id, l.department_id, l.staff_id,
      jsonb_build_object('start', o.starts_at, 'expires', o.expires_at) as times,
      jsonb_build_object('reason', case when o.task_id is not null then 'red-flag' when o.waitlist_entry_id is null then 'suspension' else 'waitlist' end) as facts,
      concat_ws(' ', to_char(o.starts_at at time zone (select time_zone from site where id = o.site_id), 'YYYY-MM-DD HH24:MI'),
        (select name from department where id = l.department_id), (select name from staff where id = l.staff_id),
        (select name from visit_type where id = l.visit_type_id)) as words
    from slot_offer o left join slot l on l.id = o.slot_id where o.id = ${id}`,
  times: ['start', 'expires'],
  facts: ['reason'],
  movedBy: [],
  endedBy: { 'appointment.offer-closed': 'offer-closed' },
}
