import { sql } from 'kysely'
import type { ClinicalFact, EventKind } from '../../../contract/timeline.ts'
import type { Trx } from '../../platform/db.ts'
import type { NewEvent } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { releaseSlots } from './offer.ts'
import { judgeNoShows, noShowActor } from './restriction.ts'
import { idOfNumber, numberOf } from './view.ts'

type Statement = { event: NewEvent; siteId: number; number: string; data: ClinicalFact }

const statuses: Partial<Record<EventKind, string>> = {
  'appointment.booked': 'booked',
  'appointment.rescheduled': 'booked',
  // How it stands stays as it is known.
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
  const named = [...events]
  for (const [index, event] of events.entries()) {
    const siteId = siteOf(index)
    const data = event.data as (ClinicalFact & { superseded?: boolean; resourceId?: string }) | undefined
    const number = data?.orderNumber ?? data?.resourceId
    if (!(event.kind in statuses) || siteId === null || !data || !number || data.superseded) continue
    const { placer: _, ...said } = data
    const kept = await keep(trx, { event, siteId, number, data })
    if (kept === null) continue
    const { id, ours, moved } = kept
    // What the HIS says of an appointment of ours repeats it, unless it really changes it.
    const kind =
      !ours || event.kind !== 'appointment.booked'
        ? event.kind
        : (`appointment.${moved ? 'rescheduled' : 'changed'}` as const)
    named[index] = { ...event, kind, data: { ...said, subject: { kind: 'appointment', id } } }
  }
  return named
}

type Known = {
  id: number
  slot_id: number | null
  starts_at: Date
  ends_at: Date | null
  staff_id: number | null
  department_id: number | null
  status: string
  title: string
  ours: boolean
}

type Kept = { id: number; ours: boolean; moved: boolean }

/** By its number there, or by ours where the other system names it. */
async function knownAs(trx: Trx, { event, siteId, number, data }: Statement): Promise<Known | undefined> {
  const ours = idOfNumber(data.placer)
  const { rows } = await sql<Known>`
    select id, slot_id, starts_at, ends_at, staff_id, department_id, status, title, source = 'careloop' as ours from appointment
    where site_id = ${siteId} and (source_number = ${number} or (source = 'careloop' and id = ${ours}
      and person_id = any(${recordsOf(personOfRecord(sql`${event.personId}`))})))
    order by source = 'careloop' desc limit 1 for update`.execute(trx)
  return rows[0]
}

async function keep(trx: Trx, statement: Statement): Promise<Kept | null> {
  const { event, siteId, number, data } = statement
  await sql`select pg_advisory_xact_lock(hashtext('appointment.stated'), hashtext(${`${siteId} ${number}`}))`.execute(
    trx,
  )
  const known = await knownAs(trx, statement)
  const ours = known?.ours ?? false
  const changed = event.kind === 'appointment.changed'
  // A late change of what is cancelled does not bring it back.
  if (known?.status === 'cancelled' && changed) return { id: known.id, ours, moved: false }
  const status =
    known && (changed || (ours && event.kind === 'appointment.booked'))
      ? known.status
      : (statuses[event.kind] ?? 'booked')
  const start = data.start ? new Date(data.start) : known?.starts_at
  if (!start) return null
  const place = await placeOf(trx, siteId, data)
  const staffId = place.staff_id ?? known?.staff_id ?? null
  const departmentId = place.department_id ?? known?.department_id ?? null
  const cancelled = status === 'cancelled'
  const moved =
    known !== undefined && (known.starts_at.getTime() !== start.getTime() || known.staff_id !== staffId)
  if (known?.slot_id != null && (moved || cancelled)) await releaseSlots(trx, [known.slot_id])
  const slot = cancelled
    ? { id: null, taken: false }
    : known && !moved
      ? { id: known.slot_id, taken: false }
      : await takeStatedSlot(trx, { siteId, staffId, departmentId, start })
  const end = data.end && new Date(data.end) > start ? data.end : moved ? null : known?.ends_at
  const values = sql`
    ${event.personId}::bigint, ${departmentId}::int, ${staffId}::int, ${ours ? known?.title : data.code.text}, ${slot.id}::bigint, ${start}::timestamptz,
    ${end ?? null}::timestamptz, ${status}, ${ours ? 'careloop' : event.source}, ${number === numberOf(known?.id ?? 0) ? null : number},
    ${cancelled ? event.at : null}::timestamptz, ${cancelled ? 'staff' : null}, ${cancelled ? (data.note ?? null) : null}`
  const columns = sql`
    person_id, department_id, staff_id, title, slot_id, starts_at, ends_at, status, source, source_number, cancelled_at, cancelled_by, cancel_reason`
  const { rows } = known
    ? await sql<{ id: number }>`
        update appointment set (${columns}) = (${values}), conflict = case when ${moved} then ${slot.taken} else conflict end,
          updated_at = now(), version = version + 1 where id = ${known.id} returning id`.execute(trx)
    : await sql<{ id: number }>`
        insert into appointment (${columns}, site_id, channel, conflict, booked_at, booked_by, booked_by_name)
        values (${values}, ${siteId}, 'his', ${slot.taken}, ${event.at}, ${event.source}, ${event.source}) returning id`.execute(
        trx,
      )
  if (event.personId !== null && (status === 'noshow') !== (known?.status === 'noshow'))
    await judgeNoShows(trx, noShowActor, { personId: event.personId, siteId })
  return rows[0] ? { id: rows[0].id, ours, moved } : null
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
  // Of several places at that time one may have been taken while this waited for the lock.
  const first = rows.find((row) => row.status === 'free') ?? rows[0]
  if (!first) return { id: null, taken: false }
  if (first.status !== 'free') return { id: null, taken: true }
  await sql`update slot set status = 'booked' where id = ${first.id}`.execute(trx)
  return { id: first.id, taken: false }
}
