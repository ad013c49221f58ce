import { sql } from 'kysely'
import { type Actor, accessOf, type Grant } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'

type Row = {
  id: number
  name: string
  role: string
  site_id: number
  department_id: number | null
  user_id: string | null
  grants: Grant[] | null
}

const rights: Partial<Record<string, Grant['role']>> = {
  doctor: 'doctor',
  'department-head': 'department-head',
  nurse: 'nurse',
  'head-nurse': 'nurse',
  'service-centre': 'service-centre',
  outreach: 'outreach',
}

/** Members of the demo's staff as those who did something, with the rights of their work, also where they have no log-in. */
export async function demoStaff(
  db: Db,
): Promise<(Actor & { role: string; departmentId: number | null; siteId: number })[]> {
  const { rows } = await sql<Row>`
    select s.id, s.name, s.role, s.site_id, s.department_id, u.id as user_id,
      (select jsonb_agg(jsonb_build_object('role', g.role, 'siteId', g.site_id, 'departmentId', g.department_id)) from role_grant g
        where g.user_id = u.id) as grants
    from staff s left join app_user u on u.staff_id = s.id order by s.id`.execute(db)
  return rows.flatMap((row) => {
    const right = rights[row.role]
    if (!right) return []
    const place = right === 'service-centre' || right === 'outreach' ? null : row.department_id
    const grants = row.grants ?? [{ role: right, siteId: row.site_id, departmentId: place }]
    return {
      kind: 'staff' as const,
      id: row.user_id ? `user:${row.user_id}` : `staff:${row.id}`,
      name: row.name,
      userId: row.user_id,
      sessionId: null,
      staffId: row.id,
      grants,
      access: accessOf(grants, row.id),
      address: null,
      role: row.role,
      departmentId: row.department_id,
      siteId: row.site_id,
    }
  })
}

/** The one behind a log-in of the demo. @throws when there is none */
export async function demoUser(db: Db, username: string): Promise<Actor> {
  const { rows } = await sql<{ id: string; name: string; staff_id: number | null; grants: Grant[] }>`
    select u.id, u.name, u.staff_id, (select jsonb_agg(jsonb_build_object('role', g.role, 'siteId', g.site_id, 'departmentId', g.department_id))
      from role_grant g where g.user_id = u.id) as grants
    from app_user u where u.username = ${username}`.execute(db)
  const [row] = rows
  if (!row) throw new Error(`the demo has no log-in ${username}`)
  return {
    kind: 'staff',
    id: `user:${row.id}`,
    name: row.name,
    userId: row.id,
    sessionId: null,
    staffId: row.staff_id,
    grants: row.grants,
    access: accessOf(row.grants, row.staff_id),
    address: null,
  }
}
