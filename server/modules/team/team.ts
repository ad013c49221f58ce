import { sql } from 'kysely'
import type { Member } from '../../../contract/team.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { staffWithin } from '../task/assign.ts'

type MemberRow = {
  id: number
  name: string
  title: string | null
  role: Member['role']
  open: number
  overdue: number
  waiting: number
  done_today: number
  goal: number | null
  covering: number
  until: Date | null
  cover_name: string | null
}

/** Departments within reach, and the members of one of them (by default the first) with their work. */
export async function getTeam(db: Db, actor: Actor, departmentId: number | undefined) {
  const reach = authorize(actor, 'task.assign')
  const { rows: departments } = await sql<{ id: number; name: string; site_id: number; site_name: string }>`
    select d.id, d.name, d.site_id, s.name as site_name from department d join site s on s.id = d.site_id
    where d.active and (${reach.all} or d.site_id = any(${reach.siteIds}::int[]) or d.id = any(${reach.departmentIds}::int[]))
    order by s.id, d.name`.execute(db)
  const shown = departmentId ?? departments[0]?.id
  const listed = departments.map((one) => ({ id: one.id, name: one.name, siteName: one.site_name }))
  if (shown === undefined) return { departmentId: null, departments: listed, members: [], queues: [] }
  const { site_id: site } = found(departments.find((one) => one.id === shown))
  const { 'follow-up.daily-goal': usual } = await readSettings(db, ['follow-up.daily-goal'], site)
  // Each member's list is read from its own index range, so the cost depends on the size of these lists only.
  const { rows } = await sql<MemberRow>`
    select m.id, m.name, m.title, m.role, w.open, w.overdue, w.waiting, w.covering, g.goal, a.to_at as until, c.name as cover_name,
      (select count(*) from app_user u join task x on x.completed_by = 'user:' || u.id
        where u.staff_id = m.id and x.status = 'completed' and x.completed_at >= date_trunc('day', now() at time zone s.time_zone) at time zone s.time_zone) as done_today
    from staff m join site s on s.id = m.site_id
    cross join lateral (
      select count(*) as open, count(*) filter (where t.due_at < now() and ready.now) as overdue, count(*) filter (where not ready.now) as waiting,
        count(*) filter (where t.covered_for_staff_id is not null) as covering
      from task t cross join lateral (select greatest(t.start_at, t.next_attempt_at) <= now() as now) ready
      where t.queue = 'staff:' || m.id and t.status in ('requested', 'in-progress')) w
    left join daily_goal g on g.staff_id = m.id
    left join lateral (select * from staff_absence a where a.staff_id = m.id and a.ended_at is null and a.from_at <= now() and a.to_at > now() limit 1) a on true
    left join staff c on c.id = a.cover_staff_id
    where m.active and m.department_id = ${shown} order by m.role, m.name, m.id`.execute(db)
  const { rows: queues } = await sql<{ role: string; open: number; overdue: number }>`
    select r.role, count(t.id) as open, count(t.id) filter (where t.due_at < now() and greatest(t.start_at, t.next_attempt_at) <= now()) as overdue
    from unnest('{doctor,nurse,department-head}'::text[]) as r(role)
    join task t on t.queue = 'department:' || ${shown}::int || ':' || r.role and t.status in ('requested', 'in-progress')
    group by r.role order by r.role`.execute(db)
  await audit(db, actor, { action: 'team.read', subject: `department:${shown}` })
  return {
    departmentId: shown,
    departments: listed,
    members: rows.map((row) => ({
      staffId: row.id,
      name: row.name,
      title: row.title,
      role: row.role,
      open: row.open,
      overdue: row.overdue,
      waiting: row.waiting,
      doneToday: row.done_today,
      goal: row.goal ?? usual,
      ownGoal: row.goal !== null,
      covering: row.covering,
      absent: row.until && { until: row.until.toISOString(), coverName: row.cover_name ?? '' },
    })),
    queues,
  }
}

/** @throws {AppError} not-found unless it is the actor or a colleague the actor may assign tasks to */
export async function setGoal(trx: Trx, actor: Actor, staffId: number, goal: number | null) {
  const reach = actor.access['task.assign']
  const { rows } = await sql<{ site_id: number }>`
    select site_id from staff where id = ${staffId} and (id = ${actor.staffId} or ${reach ? staffWithin(reach) : sql`false`})`.execute(
    trx,
  )
  const { site_id: site } = found(rows[0])
  if (goal === null) await sql`delete from daily_goal where staff_id = ${staffId}`.execute(trx)
  else
    await sql`
      insert into daily_goal (staff_id, goal, set_by_name) values (${staffId}, ${goal}, ${actor.name})
      on conflict (staff_id) do update set goal = excluded.goal, set_at = now(), set_by_name = excluded.set_by_name`.execute(
      trx,
    )
  await audit(trx, actor, { action: 'goal.set', subject: `staff:${staffId} ${goal ?? '-'}` })
  const { 'follow-up.daily-goal': usual } = await readSettings(trx, ['follow-up.daily-goal'], site)
  return { goal: goal ?? usual, ownGoal: goal !== null }
}
