import { type RawBuilder, sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { joinPerson, recordsOf } from '../event/record.ts'
import { formatPhone } from '../person/phone.ts'
import { authorizeSite, homeOf } from './open-visits.ts'
import { personWithin } from '../person/scope.ts'

/** The full address, from a row of {@link homeOf} named `a`; most sources repeat province and city in its text. */
export const wholeAddress = sql<
  string | null
>`case when strpos(a.text, coalesce(a.city, a.district, '')) > 0 then a.text
  else concat(a.province, a.city, a.district, a.text) end`

/** The person's telephone number as a link dials it (RFC 3966); the one stated last. */
export const phoneOf = (personId: RawBuilder<unknown>) => sql<string | null>`(
  select x.value || coalesce(';ext=' || x.extension, '') from person_telecom x where x.person_id = any(${recordsOf(personId)}) and x.system = 'phone' and x.valid
  order by x.updated_at desc, x.id limit 1)`

/** Audits the addresses and numbers exported for a day of visits. */
export async function auditTaken(
  trx: Trx,
  actor: Actor,
  rows: { task_id: number; person_id: number }[],
  date: string,
): Promise<void> {
  await audit(
    trx,
    actor,
    ...rows.map((row) => ({
      action: 'person.reveal',
      personId: row.person_id,
      subject: `task:${row.task_id}`,
      fields: ['telecoms', 'addresses'],
      reason: `上门随访 ${date}`,
    })),
  )
}

/** @throws {AppError} not-found */
export async function getSheet(
  trx: Trx,
  actor: Actor,
  id: number,
  { teamId, date }: { teamId: number; date: string },
) {
  const reach = authorize(actor, 'person.reveal')
  const plan = found(
    await trx.selectFrom('visit_plan').select('site_id').where('id', '=', id).executeTakeFirst(),
  )
  authorizeSite(actor, 'visit.read', plan.site_id)
  const { rows: stops } = await sql<{
    task_id: number
    person_id: number
    address: string | null
    phone: string | null
    reached: boolean
  }>`
    select ${personWithin(reach, sql`p.id`)} as reached, t.id as task_id, p.id as person_id, ${wholeAddress} as address, ${phoneOf(sql`p.id`)} as phone
    from visit_stop s join task t on t.id = s.task_id ${joinPerson(sql`t.person_id`)} left join lateral (${homeOf(sql`p.id`)}) a on true
    where s.plan_id = ${id} and s.team_id = ${teamId} and s.date = ${date} and t.status in ('requested', 'in-progress')
    order by s.position`.execute(trx)
  const rows = stops.filter((stop) => stop.reached)
  if (rows.length === 0 && stops.length > 0) throw new AppError('not-found')
  await auditTaken(trx, actor, rows, date)
  return {
    items: rows.map(({ task_id, address, phone }) => ({
      taskId: task_id,
      address,
      phone: phone && formatPhone(phone),
    })),
  }
}
