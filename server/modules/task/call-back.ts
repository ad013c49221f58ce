import { type RawBuilder, sql } from 'kysely'
import type { CallBack } from '../../../contract/call-back.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { homeSite } from '../organisation/home-site.ts'
import { settingSql } from '../setting/setting.ts'
import { zoneAt } from '../setting/time-zone.ts'
import { branches } from './list-filter.ts'
import { queuesOf } from './scope.ts'
import { loadTask } from './task.ts'
import { moveNextAttempt } from './transition.ts'
import { joinPerson } from '../event/record.ts'

type Query = { from: string; to: string; whose: 'mine' | 'team' }

const longest = 31 * 86_400_000
const listed = 500

type Row = {
  id: number
  level: number | null
  title: string
  person_id: number
  person_name: string
  department_name: string | null
  assignee_name: string | null
  assignee_role: string
  due_at: Date
  held_by_name: string | null
  at: Date
  agreed: boolean
}

const columns = sql`
  t.id, t.level, t.title, p.id as person_id, p.name as person_name, d.name as department_name, h.name as assignee_name, t.assignee_role, t.due_at,
  case when t.held_until > now() then t.held_by_name end as held_by_name, t.next_attempt_at as at,
  coalesce((select a.outcome = 'call-back' from task_attempt a where a.task_id = t.id order by a.number desc limit 1), false) as agreed`
const joins = sql`
  ${joinPerson(sql`t.person_id`)} left join department d on d.id = t.department_id left join staff h on h.id = t.assignee_staff_id`

/** Calls planned between two times, and how full each hour is. @throws {AppError} invalid when the time is longer than a month */
export async function listCallBacks(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'task.read')
  const [from, to] = [new Date(query.from), new Date(query.to)]
  if (!(from < to) || to.getTime() - from.getTime() > longest)
    throw new AppError('invalid', undefined, [{ path: 'to', message: 'lies 0 to 31 days after the start' }])
  const queues = await queuesOf(db, actor)
  const parts = branches(reach, queues, query.whose).map(
    ({ column, values, only }) => sql`
      select t.id, t.next_attempt_at from task t
      where ${sql.ref(`t.${column}`)} in (select * from ${values} as v(value)) and ${only} and t.status in ('requested', 'in-progress')
        and t.next_attempt_at >= ${from} and t.next_attempt_at < ${to}`,
  )
  const found = sql`select * from (${sql.join(parts, sql` union `)}) as u`
  const { rows } = await sql<Row>`
    with found as (${found} order by next_attempt_at, id limit ${listed + 1})
    select ${columns} from found join task t on t.id = found.id ${joins} order by t.next_attempt_at, t.id`.execute(
    db,
  )
  const { rows: hours } = await sql<{ at: Date; count: number }>`
    with zone as (select ${zoneAt(homeSite(actor))} as z)
    select date_trunc('hour', f.next_attempt_at at time zone z) at time zone z as at, count(*) as count
    from (${found}) f cross join zone group by 1 order by 1`.execute(db)
  const perHour = await capacityOf(db, actor, reach, query.whose)
  const items = rows.slice(0, listed)
  await audit(db, actor, {
    action: 'task.list',
    subject: `tasks:${items.map((row) => row.id).join(',')}`,
    fields: ['name'],
  })
  return {
    items: items.map(viewCallBack),
    more: rows.length > listed,
    hours: hours.map(({ at, count }) => ({ at: at.toISOString(), count, overFull: count > perHour })),
    perHour,
  }
}

/** Capacity of an hour: of oneself, or of all callers within reach. */
async function capacityOf(db: Db, actor: Actor, reach: Reach, whose: Query['whose']): Promise<number> {
  const perHour = (site: RawBuilder<unknown>) => sql`(${settingSql('follow-up.calls-per-hour', site)})::int`
  const { rows } = await sql<{ capacity: number }>`
    select ${
      whose === 'mine'
        ? perHour(homeSite(actor))
        : sql`coalesce((select sum(${perHour(sql`f.site_id`)}) from staff f
            where f.active and f.role in ('doctor', 'nurse', 'head-nurse', 'department-head', 'service-centre')
              and (${reach.all} or f.site_id = any(${reach.siteIds}::int[]) or f.department_id = any(${reach.departmentIds}::int[]))),
            ${perHour(homeSite(actor))})`
    }::int as capacity`.execute(db)
  return rows[0]?.capacity ?? 0
}

function viewCallBack(row: Row): CallBack {
  return {
    id: row.id,
    level: row.level,
    title: row.title,
    personId: row.person_id,
    personName: row.person_name,
    departmentName: row.department_name,
    assigneeName: row.assignee_name,
    assigneeRole: row.assignee_role,
    dueAt: row.due_at.toISOString(),
    heldByName: row.held_by_name,
    at: row.at.toISOString(),
    agreed: row.agreed,
  }
}

/**
 * Moves the next call of a task.
 * @throws {AppError} not-found, already-closed, held-by-other, changed-meanwhile, invalid when the time is past
 */
export async function moveCallBack(
  trx: Trx,
  actor: Actor,
  id: number,
  input: { at: string; was: string },
): Promise<CallBack> {
  await sql`select 1 from task where id = ${id} for update`.execute(trx)
  const task = await loadTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  if (task.held_by !== null && task.held_by !== actor.id && task.held_until && task.held_until > new Date())
    throw new AppError('held-by-other', `${task.held_by_name ?? 'A colleague'} is working on this task.`)
  if (task.next_attempt_at?.getTime() !== new Date(input.was).getTime())
    throw new AppError('changed-meanwhile')
  const at = new Date(input.at)
  if (at.getTime() <= Date.now())
    throw new AppError('invalid', undefined, [{ path: 'at', message: 'must be a time in the future' }])
  await moveNextAttempt(trx, id, at)
  await audit(trx, actor, {
    action: 'task.call-back.move',
    personId: task.person_id,
    subject: `task:${id} ${input.was} ${at.toISOString()}`,
    fields: ['nextAttemptAt'],
  })
  const { rows } = await sql<Row>`select ${columns} from task t ${joins} where t.id = ${id}`.execute(trx)
  return viewCallBack(rows[0] as Row)
}
