import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Actor, Reach } from '../../platform/actor.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { typedForms } from '../person/name.ts'
import { ofDepartment } from '../person/scope.ts'
import { freeFor } from './transition.ts'

export type TaskFilter = {
  view: 'todo' | 'overdue' | 'waiting' | 'done' | 'all'
  whose: 'mine' | 'team'
  level?: number[] | undefined
  kind?: string[] | undefined
  departmentId?: number | undefined
  assigneeStaffId?: number | undefined
  personId?: number | undefined
  search?: string | undefined
  dischargedFrom?: string | undefined
  dischargedTo?: string | undefined
  condition?: string | undefined
  attendingStaffId?: number | undefined
  /** Only tasks that nobody else holds, and no red flag of somebody else. */
  freeFor?: Actor
}

/** Indexes of the lists: each branch is already in list order, so the cost of a page does not depend on the number of tasks. */
export function branches(
  reach: Reach,
  queues: string[],
  whose: TaskFilter['whose'],
): { column: string; values: RawBuilder<unknown>; only: RawBuilder<SqlBool> }[] {
  const any = sql<SqlBool>`true`
  const mine = { column: 'queue', values: valuesOf(queues, 'text'), only: any }
  if (whose === 'mine') return [mine]
  if (reach.all) return [{ column: 'site_id', values: sql`(select id from site)`, only: any }]
  return [
    mine,
    ...(reach.siteIds.length > 0
      ? [{ column: 'site_id', values: valuesOf(reach.siteIds, 'int'), only: any }]
      : []),
    ...(reach.departmentIds.length > 0
      ? [
          {
            column: 'department_id',
            values: valuesOf(reach.departmentIds, 'int'),
            only: ofDepartment('t'),
          },
        ]
      : []),
  ]
}

/** A list with a known length: for an array PostgreSQL would assume ten elements and replan each page. */
function valuesOf(values: (string | number)[], type: 'text' | 'int'): RawBuilder<unknown> {
  if (values.length === 0) return sql`(select null::${sql.raw(type)} where false)`
  return sql`(values ${sql.join(values.map((value) => sql`(${value}::${sql.raw(type)})`))})`
}

/** When a task is due to be worked: not before its window opens, nor before the next agreed call. As in the index task_site_turn. */
export const turn = sql`greatest(t.start_at, t.next_attempt_at)`

/** What a list asks of its tasks; `t` is the task. */
export function conditions(filter: TaskFilter, queues: readonly string[]): RawBuilder<SqlBool>[] {
  const open = sql<SqlBool>`t.status in ('requested', 'in-progress')`
  const ready = sql<SqlBool>`${turn} <= now()`
  const views: Record<TaskFilter['view'], RawBuilder<SqlBool>[]> = {
    todo: [open, ready],
    overdue: [open, ready, sql`t.due_at < now()`],
    waiting: [open, sql`${turn} > now()`],
    done: [sql`t.status = 'completed'`],
    all: [open],
  }
  const parts = [...views[filter.view]]
  if (filter.level?.length) parts.push(sql`t.level = any(${filter.level}::int[])`)
  if (filter.kind?.length) parts.push(sql`t.kind = any(${filter.kind}::text[])`)
  if (filter.departmentId) parts.push(sql`t.department_id = ${filter.departmentId}`)
  if (filter.assigneeStaffId) parts.push(sql`t.assignee_staff_id = ${filter.assigneeStaffId}`)
  if (filter.personId) parts.push(sql`t.person_id = any(${recordsOf(sql`${filter.personId}`)})`)
  if (filter.search) parts.push(nameLike(filter.search))
  const stay = stayOf(filter)
  if (stay) parts.push(stay)
  if (filter.freeFor) {
    parts.push(freeFor(filter.freeFor))
    if (filter.freeFor.kind === 'staff')
      parts.push(sql`(t.kind <> 'red-flag' or t.queue = any(${queues}::text[]))`)
  }
  return parts
}

/** The stay that a task follows: its days, diagnosis and doctor. */
function stayOf({
  dischargedFrom: from,
  dischargedTo: to,
  condition,
  attendingStaffId,
}: TaskFilter): RawBuilder<SqlBool> | null {
  const zone = sql`(select s.time_zone from site s where s.id = t.site_id)`
  const parts: RawBuilder<SqlBool>[] = []
  if (from) parts.push(sql`n.ends_at >= ${from}::date::timestamp at time zone ${zone}`)
  if (to) parts.push(sql`n.ends_at < (${to}::date + 1)::timestamp at time zone ${zone}`)
  if (condition)
    parts.push(sql`n.condition_text ilike ${`%${condition.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`}`)
  if (attendingStaffId) parts.push(sql`n.attending_staff_id = ${attendingStaffId}`)
  return parts.length === 0
    ? null
    : sql`exists (select 1 from encounter n where n.id = t.encounter_id and ${sql.join(parts, sql` and `)})`
}

function nameLike(word: string): RawBuilder<SqlBool> {
  const begins = (text: string) => `${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  const { pinyin, initials, search_name } = typedForms(word)
  const any = (texts: string[]) => sql`any(${texts.map(begins)}::text[])`
  const column = sql`(x.search_name like ${any(search_name)} or x.pinyin like ${any(pinyin)} or x.initials like ${any(initials)})`
  const contains = `%${word.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql`(exists (select 1 from person x where x.id = ${personOfRecord(sql`t.person_id`)} and ${column})
    or (t.person_id is null and (t.title ilike ${contains} or exists (select 1 from group_customer x where x.id = t.group_id and x.name ilike ${contains}))))`
}
