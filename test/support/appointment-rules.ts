type Rows = <T>(text: string) => Promise<T[]>

/** What must hold of slots, offers and appointments at any time, as a query for what breaks it. */
const rules: Record<string, string> = {
  'a slot is taken exactly where somebody has it; an index forbids twice': `
    select l.id, l.status, a.id as appointment from slot l left join appointment a on a.slot_id = l.id and a.status <> 'cancelled'
    where (l.status = 'booked') <> (a.id is not null)`,
  'an open offer has its slot': `
    select o.id from slot_offer o join slot l on l.id = o.slot_id where o.status = 'open' and (l.status <> 'held' or l.held_by <> 'offer:' || o.id)`,
  'a place of a channel is of that channel until it is released': `
    select a.id from appointment a join slot l on l.id = a.slot_id where a.status <> 'cancelled' and l.channel is not null and a.channel <> l.channel
      and a.booked_at < l.release_at and not exists (select 1 from event e where e.data -> 'subject' ->> 'id' = a.id::text and e.kind = 'appointment.rescheduled')`,
  // Times are those at which transactions began.
  'nobody who waits without an offer is passed over': `
    select o.id, earlier.id as passed from slot_offer o join waitlist_entry w on w.id = o.waitlist_entry_id
      join waitlist_entry earlier on earlier.department_id = w.department_id
        and (case when earlier.urgent then 0 else 1 end, earlier.id) < (case when w.urgent then 0 else 1 end, w.id)
    where earlier.created_at + interval '5 seconds' < o.offered_at and coalesce(earlier.ended_at, 'infinity') > o.offered_at
      and not exists (select 1 from slot_offer p where p.waitlist_entry_id = earlier.id and p.id <> o.id
        and (p.slot_id = o.slot_id or (p.offered_at <= o.offered_at and coalesce(p.decided_at, 'infinity') + interval '5 seconds' >= o.offered_at)))
      and not exists (select 1 from appointment a where a.person_id = earlier.person_id and a.starts_at < o.starts_at + interval '15 minutes'
        and a.ends_at > o.starts_at)`,
  'every appointment and its end is on the timeline': `
    select a.id, a.status from appointment a where not exists (select 1 from event e where e.person_id = a.person_id and e.kind =
      case a.status when 'cancelled' then 'appointment.cancelled' else 'appointment.booked' end and e.data -> 'subject' ->> 'id' = a.id::text)`,
  'nobody is in two places at a time': `
    select a.id, b.id as other from appointment a join appointment b on b.person_id = a.person_id and b.id > a.id
    where a.status = 'booked' and b.status = 'booked' and a.starts_at < b.ends_at and b.starts_at < a.ends_at`,
  'nothing reminds of what was cancelled': `
    select m.id from message m join appointment a on m.subject_kind = 'appointment' and m.subject_id = a.id
    where a.status = 'cancelled' and m.status in ('sent', 'queued') and m.created_at > a.cancelled_at + interval '5 seconds'
      and exists (select 1 from pathway p where p.id = m.pathway_id and p.code = 'appointment-reminder')`,
}

/** @returns what is broken, with the rows, one line each */
export async function brokenAppointmentRules(rows: Rows): Promise<string[]> {
  const broken: string[] = []
  for (const [name, query] of Object.entries(rules)) {
    const found = await rows(query)
    if (found.length > 0) broken.push(`${name}: ${JSON.stringify(found.slice(0, 3))}`)
  }
  return broken
}
