import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Actor, Reach } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

/**
 * Row scope of persons as SQL: one's own patients (attending doctor, or a task on one's list or the list of one's role), patients of one's departments, of one's
 * sites, persons named one by one, or all. `id` is the column holding the id of the person, that is of the surviving record where records were merged.
 */
export function personWithin(reach: Reach, id: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const within = personReached(reach, id)
  return reach.only ? sql`(${id} = ${reach.only.personId} and ${within})` : within
}

function personReached(reach: Reach, id: RawBuilder<unknown>): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  const parts: RawBuilder<SqlBool>[] = []
  // An alias of its own: `id` may name a column of a table that the caller calls `x`.
  const has = (table: 'encounter' | 'person_identifier' | 'task', what: RawBuilder<SqlBool>) =>
    parts.push(
      sql`exists (select 1 from ${sql.table(table)} reached where reached.person_id = any(${recordsOf(id)}) and ${what})`,
    )
  if (reach.siteIds.length > 0) {
    has('encounter', sql`reached.site_id = any(${reach.siteIds}::int[])`)
    has('person_identifier', sql`reached.site_id = any(${reach.siteIds}::int[])`)
  }
  if (reach.departmentIds.length > 0) {
    has('encounter', sql`reached.department_id = any(${reach.departmentIds}::int[])`)
    has('task', sql`reached.department_id = any(${reach.departmentIds}::int[])`)
  }
  if (reach.staffId !== null) {
    has('encounter', sql`reached.attending_staff_id = ${reach.staffId}`)
    has('task', sql`reached.assignee_staff_id = ${reach.staffId}`)
  }
  if (reach.personIds.length > 0) parts.push(sql`${id} = any(${reach.personIds}::bigint[])`)
  if (reach.lists.length > 0) has('task', sql`reached.queue like any(${reach.lists}::text[])`)
  return parts.length > 0 ? sql`(${sql.join(parts, sql` or `)})` : sql<SqlBool>`false`
}

/**
 * The name of person `p`: in full for those who read this person (one cannot phone a `王*`), for everybody else the surname, as
 * `maskName` has it.
 */
export function nameSeenBy(actor: Actor): RawBuilder<string> {
  const reach = actor.access['person.read']
  if (reach?.all && !reach.only) return sql<string>`p.name`
  const within = reach ? personWithin(reach, sql`p.id`) : sql<SqlBool>`false`
  return sql<string>`case when p.name = '' or ${within} then p.name else left(p.name, 1) || '*' end`
}

/** @throws {AppError} not-found when one of these persons is outside the reach */
export async function assertWithin(db: Db, reach: Reach, personIds: number[]): Promise<void> {
  const { rows } = await sql`
    select 1 from person p where p.id = any(${personIds}::bigint[]) and ${personWithin(reach, sql`p.id`)}`.execute(
    db,
  )
  if (rows.length < new Set(personIds).size) throw new AppError('not-found')
}

/** A department does not see checks of its own work before they are finished; appeals are on the head's list. */
export const ofDepartment = (alias: 'task' | 't') =>
  sql<SqlBool>`${sql.ref(`${alias}.kind`)} not in ('spot-check', 'spot-check-review')`

/** Row scope of tasks; `alias` is the table's name in the query. */
export function taskWithin(reach: Reach, queues: string[], alias: 'task' | 't'): RawBuilder<SqlBool> {
  const within = taskReached(reach, queues, alias)
  return reach.only ? sql`(${onlyTasks(reach.only, alias)} and ${within})` : within
}

/** The tasks of the patient, or the one task, of a workstation session. */
export function onlyTasks(only: NonNullable<Reach['only']>, alias: 'task' | 't'): RawBuilder<SqlBool> {
  const ofPerson = sql<SqlBool>`${sql.ref(`${alias}.person_id`)} = any(${recordsOf(sql`${only.personId}`)})`
  return only.taskId === null ? ofPerson : sql`(${ofPerson} and ${sql.ref(`${alias}.id`)} = ${only.taskId})`
}

function taskReached(reach: Reach, queues: string[], alias: 'task' | 't'): RawBuilder<SqlBool> {
  if (reach.all) return sql<SqlBool>`true`
  const parts: RawBuilder<SqlBool>[] = []
  if (reach.siteIds.length > 0) parts.push(sql`${sql.ref(`${alias}.site_id`)} = any(${reach.siteIds}::int[])`)
  if (reach.departmentIds.length > 0)
    parts.push(
      sql`(${sql.ref(`${alias}.department_id`)} = any(${reach.departmentIds}::int[]) and ${ofDepartment(alias)})`,
    )
  if (queues.length > 0) parts.push(sql`${sql.ref(`${alias}.queue`)} = any(${queues}::text[])`)
  if (reach.personIds.length > 0)
    parts.push(sql`${personOfRecord(sql.ref(`${alias}.person_id`))} = any(${reach.personIds}::bigint[])`)
  if (reach.staffId !== null) parts.push(sql`${sql.ref(`${alias}.assignee_staff_id`)} = ${reach.staffId}`)
  return parts.length > 0 ? sql`(${sql.join(parts, sql` or `)})` : sql<SqlBool>`false`
}
