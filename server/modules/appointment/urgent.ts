import { sql } from 'kysely'
import type { OpenOffer } from '../../../contract/waitlist.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { personWithin } from '../person/scope.ts'
import { readSettings } from '../setting/setting.ts'
import { makeOffer } from './offer.ts'

/**
 * A red flag of a follow-up keeps the earliest slot of the department for that person, places of the green channel 绿色通道 included, until the doctor
 * who calls has agreed on it. One for each task; where there is none within the days of the setting, none is kept.
 */
export async function keepUrgentSlots(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const raised = new Map(
    events.flatMap((one) =>
      one.kind === 'red-flag.raised' && one.taskId !== null ? [[one.taskId, one]] : [],
    ),
  )
  for (const [taskId, { personId }] of raised) {
    const { rows } = await sql<{ site_id: number; department_id: number }>`
      select t.site_id, t.department_id from task t where t.id = ${taskId} and t.department_id is not null
        and not exists (select 1 from slot_offer o where o.task_id = t.id and o.status in ('open', 'accepted'))`.execute(
      trx,
    )
    const [place] = rows
    if (!place) continue
    const rules = await readSettings(
      trx,
      ['appointment.red-flag-days', 'appointment.red-flag-hours'],
      place.site_id,
    )
    const slot = await earliest(trx, { ...place, personId, days: rules['appointment.red-flag-days'] })
    if (!slot) continue
    const expiresAt = new Date(
      Math.min(
        Date.now() + rules['appointment.red-flag-hours'] * 3_600_000,
        slot.starts_at.getTime() - 60_000,
      ),
    )
    await makeOffer(trx, slot, { personId, taskId, expiresAt, reason: 'red-flag' })
  }
}

async function earliest(
  trx: Trx,
  one: { department_id: number; personId: number; days: number },
): Promise<{ id: number; site_id: number; starts_at: Date } | undefined> {
  const { rows } = await sql<{ id: number; site_id: number; starts_at: Date }>`
    select l.id, l.site_id, l.starts_at from slot l
    where l.department_id = ${one.department_id} and l.status = 'free' and not l.overbooked
      and l.starts_at between now() + interval '1 hour' and now() + ${one.days} * interval '1 day'
      and (l.channel is null or l.channel = 'green' or l.release_at <= now())
      and not exists (select 1 from appointment a where a.person_id = any(${recordsOf(sql`${one.personId}`)}) and a.status in ('booked', 'arrived')
        and a.starts_at < l.ends_at and coalesce(a.ends_at, a.starts_at) > l.starts_at)
    order by l.starts_at, (l.channel = 'green') desc nulls last, l.id limit 1 for update skip locked`.execute(
    trx,
  )
  return rows[0]
}

type Row = {
  id: number
  status: OpenOffer['status']
  reason: OpenOffer['reason']
  starts_at: Date
  offered_at: Date
  expires_at: Date
  department_name: string
  staff_name: string | null
  visit_type_name: string
  task_id: number | null
}

/** @throws {AppError} not-found */
export async function listOffers(db: Db, actor: Actor, id: number): Promise<{ items: OpenOffer[] }> {
  const reach = authorize(actor, 'appointment.read')
  const { person } = await loadPerson(db, actor, id)
  const { rows } = await sql<Row>`
    select o.id, o.status, case when o.task_id is not null then 'red-flag' when o.waitlist_entry_id is null then 'suspension' else 'waitlist' end as reason,
      o.starts_at, o.offered_at, o.expires_at, d.name as department_name, h.name as staff_name, v.name as visit_type_name, o.task_id
    from slot_offer o join slot l on l.id = o.slot_id join department d on d.id = l.department_id left join staff h on h.id = l.staff_id
      join visit_type v on v.id = l.visit_type_id
    where o.person_id = any(${recordsOf(sql`${person.id}`)}) and o.status = 'open' and o.expires_at > now()
      and ${personWithin(reach, personOfRecord(sql`o.person_id`))} order by o.starts_at, o.id`.execute(db)
  await audit(db, actor, { action: 'offer.list', personId: person.id })
  return {
    items: rows.map((row) => ({
      id: row.id,
      status: row.status,
      reason: row.reason,
      startsAt: row.starts_at.toISOString(),
      offeredAt: row.offered_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      decidedAt: null,
      departmentName: row.department_name,
      staffName: row.staff_name,
      visitTypeName: row.visit_type_name,
      taskId: row.task_id,
    })),
  }
}
