import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { organisationZone } from '../setting/time-zone.ts'

/** Current memberships `gm`, by the organisation's day: not left, and last day not past. */
export const isCurrent = sql<SqlBool>`(gm.until is null or gm.until >= (now() at time zone ${organisationZone})::date)`

/** Memberships of a person's records, current ones first, for the person page; the caller has checked the person. */
export const membershipsOf = (records: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
    select gm.id, gm.group_id, c.name as group_name, c.kind as group_kind, gm.role, gm.employee_number, gm.department, gm.title, gm.since, gm.until,
      ${isCurrent} as current
    from group_member gm join group_customer c on c.id = gm.group_id where gm.person_id = any(${records})
    order by gm.until desc nulls first, gm.since desc nulls last, gm.id desc limit 20) x)`
