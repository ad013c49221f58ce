import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { organisationZone } from '../setting/time-zone.ts'

/** What a feed knows of several sites at once; compare {@link ensureOrganisation}, which serves one. */
export type NewDepartment = { siteId: number; code: string; name: string | null; specialty: string | null }
export type NewStaff = { siteId: number; code: string; name: string | null; departmentId: number | null }

const placeKey = (one: { siteId: number; code: string }) => `${one.siteId}|${one.code}`

function distinct<T>(rows: T[], key: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()]
}

/** Ids of sites by code; creates missing ones, because a message must not be lost for a missing site. */
export async function ensureSites(
  trx: Trx,
  wanted: { code: string; name: string | null }[],
): Promise<Map<string, number>> {
  const sites = distinct(wanted, (one) => one.code)
  if (sites.length === 0) return new Map()
  await sql`
    insert into site (code, name, time_zone)
    select w.code, coalesce(w.name, w.code), ${organisationZone}
    from unnest(${sites.map((one) => one.code)}::text[], ${sites.map((one) => one.name)}::text[]) as w(code, name)
    where not exists (select 1 from site s where s.code = w.code) order by w.code
    on conflict do nothing`.execute(trx)
  const { rows } = await sql<{ id: number; code: string }>`
    select id, code from site where code = any(${sites.map((one) => one.code)}::text[])`.execute(trx)
  return new Map(rows.map((row) => [row.code, row.id]))
}

/** Ids of departments by `site id|code`; what is missing is made and marked for review. */
export async function ensureDepartments(trx: Trx, wanted: NewDepartment[]): Promise<Map<string, number>> {
  const list = distinct(wanted, placeKey)
  if (list.length === 0) return new Map()
  const [sites, codes] = [list.map((one) => one.siteId), list.map((one) => one.code)]
  await sql`
    insert into department (site_id, code, name, specialty, needs_review)
    select w.site_id, w.code, coalesce(w.name, w.code), w.specialty, true
    from unnest(${sites}::int[], ${codes}::text[], ${list.map((one) => one.name)}::text[],
      ${list.map((one) => one.specialty)}::text[]) as w(site_id, code, name, specialty)
    where not exists (select 1 from department d where d.site_id = w.site_id and d.code = w.code) order by w.site_id, w.code
    on conflict do nothing`.execute(trx)
  const { rows } = await sql<{ id: number; site_id: number; code: string }>`
    select d.id, d.site_id, d.code from unnest(${sites}::int[], ${codes}::text[]) as w(site_id, code)
    join department d using (site_id, code)`.execute(trx)
  return new Map(rows.map((row) => [placeKey({ siteId: row.site_id, code: row.code }), row.id]))
}

/** Ids of staff by `site id|code`; who is missing is made and marked for review. A department that was not known is filled in. */
export async function ensureStaff(trx: Trx, wanted: NewStaff[]): Promise<Map<string, number>> {
  // Of two statements about one member of staff, the one with a department is preferred.
  const list = distinct(
    wanted.toSorted((one, other) => Number(one.departmentId !== null) - Number(other.departmentId !== null)),
    placeKey,
  )
  if (list.length === 0) return new Map()
  const [sites, codes] = [list.map((one) => one.siteId), list.map((one) => one.code)]
  await sql`
    insert into staff (site_id, code, name, role, department_id, needs_review)
    select w.site_id, w.code, coalesce(w.name, w.code), 'doctor', w.department_id, true
    from unnest(${sites}::int[], ${codes}::text[], ${list.map((one) => one.name)}::text[],
      ${list.map((one) => one.departmentId)}::int[]) as w(site_id, code, name, department_id)
    where not exists (select 1 from staff s where s.site_id = w.site_id and s.code = w.code
      and (s.department_id is not null or w.department_id is null))
    order by w.site_id, w.code
    on conflict (site_id, code) do update set department_id = coalesce(staff.department_id, excluded.department_id)`.execute(
    trx,
  )
  const { rows } = await sql<{ id: number; site_id: number; code: string }>`
    select s.id, s.site_id, s.code from unnest(${sites}::int[], ${codes}::text[]) as w(site_id, code)
    join staff s using (site_id, code)`.execute(trx)
  return new Map(rows.map((row) => [placeKey({ siteId: row.site_id, code: row.code }), row.id]))
}
