import { sql } from 'kysely'
import type { ClinicalFact, EventKind } from '../../../contract/timeline.ts'
import type { Trx } from '../../platform/db.ts'
import type { NewEvent } from '../event/event.ts'
import { releaseSlots } from './offer.ts'

type Statement = { event: NewEvent; siteId: number; number: string; data: ClinicalFact }

const statuses: Partial<Record<EventKind, string>> = {
  'appointment.booked': 'booked',
  'appointment.rescheduled': 'booked',
  'appointment.changed': 'booked',
  'appointment.cancelled': 'cancelled',
  'appointment.missed': 'noshow',
}

/**
 * What other systems say of appointments (SIU, FHIR, files) becomes appointments here: each takes the slot of its doctor and time where that is
 * free, and stands as a conflict where somebody else has it. The same number from several senders of a site is one appointment.
 * @param siteOf the site of an event
 * @returns the events, each naming its appointment as its subject
 */
export async function keepStated(
  trx: Trx,
  events: NewEvent[],
  siteOf: (index: number) => number | null,
): Promise<NewEvent[]> {
  const kept = [...events]
  for (const [index, event] of events.entries()) {
    const siteId = siteOf(index)
    const data = event.data as (ClinicalFact & { superseded?: boolean; resourceId?: string }) | undefined
    const number = data?.orderNumber ?? data?.resourceId
    if (!(event.kind in statuses) || siteId === null || !data || !number || data.superseded) continue
    const id = await keep(trx, { event, siteId, number, data })
    if (id !== null) kept[index] = { ...event, data: { ...event.data, subject: { kind: 'appointment', id } } }
  }
  return kept
}

type Known = {
  id: number
  slot_id: number | null
  starts_at: Date
  staff_id: number | null
  department_id: number | null
}

async function keep(trx: Trx, { event, siteId, number, data }: Statement): Promise<number | null> {
  await sql`select pg_advisory_xact_lock(hashtext('appointment.stated'), hashtext(${`${siteId} ${number}`}))`.execute(
    trx,
  )
  const { rows: found } = await sql<Known>`
    select id, slot_id, starts_at, staff_id, department_id from appointment
    where site_id = ${siteId} and source <> 'careloop' and source_number = ${number} for update`.execute(trx)
  const [known] = found
  const status = statuses[event.kind] ?? 'booked'
  const start = data.start ? new Date(data.start) : known?.starts_at
  if (!start) return null
  const place = await placeOf(trx, siteId, data)
  const staffId = place.staff_id ?? known?.staff_id ?? null
  const departmentId = place.department_id ?? known?.department_id ?? null
  const moved = known && (known.starts_at.getTime() !== start.getTime() || known.staff_id !== staffId)
  if (known?.slot_id != null && (moved || status === 'cancelled')) await releaseSlots(trx, [known.slot_id])
  const slot =
    status === 'cancelled'
      ? { id: null, taken: false }
      : known && !moved
        ? { id: known.slot_id, taken: false }
        : await takeStatedSlot(trx, { siteId, staffId, departmentId, start })
  const cancelled = status === 'cancelled'
  const values = sql`
    ${event.personId}::bigint, ${departmentId}::int, ${staffId}::int, ${data.code.text}, ${slot.id}::bigint, ${start}::timestamptz,
    ${data.end && new Date(data.end) > start ? data.end : null}::timestamptz, ${status}, ${event.source},
    ${cancelled ? event.at : null}::timestamptz, ${cancelled ? 'staff' : null}, ${cancelled ? (data.note ?? null) : null}`
  const columns = sql`person_id, department_id, staff_id, title, slot_id, starts_at, ends_at, status, source, cancelled_at, cancelled_by, cancel_reason`
  const { rows } = known
    ? await sql<{ id: number }>`
        update appointment set (${columns}) = (${values}), conflict = case when ${moved ?? false} then ${slot.taken} else conflict end,
          version = version + 1 where id = ${known.id} returning id`.execute(trx)
    : await sql<{ id: number }>`
        insert into appointment (${columns}, site_id, source_number, channel, conflict, booked_at, booked_by, booked_by_name)
        values (${values}, ${siteId}, ${number}, 'his', ${slot.taken}, ${event.at}, ${event.source}, ${event.source}) returning id`.execute(
        trx,
      )
  return rows[0]?.id ?? null
}

/** Doctor and clinic by what the sender calls them: a number, or a name that only one has. */
async function placeOf(trx: Trx, siteId: number, { department, performer }: ClinicalFact) {
  const one = (table: 'staff' | 'department', said: string | undefined) => sql`(
    select case when count(*) filter (where x.code = ${said ?? null}) = 1 then max(x.id) filter (where x.code = ${said ?? null})
      when count(*) = 1 then max(x.id) end
    from ${sql.table(table)} x where x.site_id = ${siteId} and x.active and ${said ?? null} in (x.code, x.name))`
  const { rows } = await sql<{ staff_id: number | null; department_id: number | null }>`
    select ${one('staff', performer)} as staff_id, ${one('department', department)} as department_id`.execute(
    trx,
  )
  return rows[0] ?? { staff_id: null, department_id: null }
}

/** Takes a free slot of that doctor (or clinic) and time. `taken`: there is one, and it is somebody else's. */
async function takeStatedSlot(
  trx: Trx,
  at: { siteId: number; staffId: number | null; departmentId: number | null; start: Date },
): Promise<{ id: number | null; taken: boolean }> {
  const { rows } = await sql<{ id: number; status: string }>`
    select l.id, l.status from slot l
    where l.site_id = ${at.siteId} and l.starts_at = ${at.start}
      and case when ${at.staffId}::int is not null then l.staff_id = ${at.staffId} else l.staff_id is null and l.department_id = ${at.departmentId} end
    order by (l.status = 'free') desc, l.number for update`.execute(trx)
  const [first] = rows
  if (!first) return { id: null, taken: false }
  if (first.status !== 'free') return { id: null, taken: true }
  await sql`update slot set status = 'booked' where id = ${first.id}`.execute(trx)
  return { id: first.id, taken: false }
}
