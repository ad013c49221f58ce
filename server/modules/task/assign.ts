import { type SqlBool, sql } from 'kysely'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { taskWithin } from '../person/scope.ts'
import { queuesOf } from './scope.ts'
import { freeFor, requeueTasks } from './transition.ts'
import { personOfRecord } from '../event/record.ts'

/** Condition in SQL over `staff`: they work within a reach. */
export const staffWithin = (reach: Reach) =>
  sql<SqlBool>`(${reach.all} or staff.site_id = any(${reach.siteIds}::int[]) or staff.department_id = any(${reach.departmentIds}::int[]))`

/** A task gives access to its patient, so it goes only to colleagues within the same reach. @throws {AppError} not-found */
export async function assertColleague(db: Db, reach: Reach, staffId: number): Promise<void> {
  found(
    await db
      .selectFrom('staff')
      .select('id')
      .where('id', '=', staffId)
      .where('active', '=', true)
      .where(staffWithin(reach))
      .executeTakeFirst(),
  )
}

/** The list of the role that a task belongs to when it is assigned to nobody. */
const roleQueue = sql`case when t.assignee_role in ('service-centre', 'outreach') then 'site:' || t.site_id || ':' || t.assignee_role
  when t.department_id is null then 'site:' || t.site_id || ':service-centre' else 'department:' || t.department_id || ':' || t.assignee_role end`

type Move = {
  kind: 'assign' | 'hand-over' | 'absence' | 'return'
  /** `owner`: back to the person being covered for. */
  to: number | null | 'owner'
  fromStaffId: number | null
  reason: string | null
}

/**
 * Puts tasks on another list and keeps where they were. Tasks for somebody absent go to the cover and stay marked as the absent person's.
 * @param taskIds locked, open, held by nobody else
 */
export async function moveTasks(trx: Trx, actor: Actor, taskIds: number[], move: Move): Promise<number> {
  const { id } = await trx
    .insertInto('hand_over')
    .values({
      kind: move.kind,
      reason: move.reason,
      from_staff_id: move.fromStaffId,
      to_staff_id: move.to === 'owner' ? move.fromStaffId : move.to,
      changed: taskIds.length,
      by_id: actor.id,
      by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const wanted = move.to === 'owner' ? sql`t.covered_for_staff_id` : sql`${move.to}::int`
  // During an absence a task stays the absent person's, whoever covers; a deliberate assignment changes the owner.
  const owner = move.kind === 'absence' ? sql`coalesce(t.covered_for_staff_id, t.assignee_staff_id)` : wanted
  const { rows } = await sql<Target>`
    select t.id, ${personOfRecord(sql`t.person_id`)} as person_id, t.assignee_staff_id as from_staff, t.covered_for_staff_id as from_covered,
      t.queue as from_queue, on_duty(${wanted}) as staff, nullif(${owner}, on_duty(${wanted})) as covered,
      coalesce('staff:' || on_duty(${wanted}), ${roleQueue}) as queue
    from task t where t.id = any(${taskIds}::bigint[]) order by t.id`.execute(trx)
  await requeueTasks(
    trx,
    rows.map((row) => ({ id: row.id, queue: row.queue, staffId: row.staff, coveredForStaffId: row.covered })),
  )
  await sql`
    insert into hand_over_task (hand_over_id, task_id, from_staff_id, from_covered_for, from_queue, to_queue)
    select ${id}, * from unnest(${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.from_staff)}::int[],
      ${rows.map((row) => row.from_covered)}::int[], ${rows.map((row) => row.from_queue)}::text[], ${rows.map((row) => row.queue)}::text[])`.execute(
    trx,
  )
  await audit(
    trx,
    actor,
    ...rows.map((row) => ({
      action: 'task.assign',
      personId: row.person_id,
      subject: `task:${row.id} staff:${row.staff ?? '-'} ${move.kind}:${id}`,
      ...(move.reason && { reason: move.reason }),
    })),
  )
  return id
}

type Target = {
  id: number
  person_id: number | null
  from_staff: number | null
  from_covered: number | null
  from_queue: string
  staff: number | null
  covered: number | null
  queue: string
}

/**
 * Puts tasks back where they were before a hand-over, if they are still where it put them, and notes the undo.
 * @param taskIds locked, open, held by nobody else
 * @returns how many were put back
 */
export async function moveBack(
  trx: Trx,
  actor: Actor,
  handOverId: number,
  taskIds: number[],
): Promise<number> {
  const { rows } = await sql<Target>`
    select t.id, ${personOfRecord(sql`t.person_id`)} as person_id, i.from_staff_id as staff, i.from_covered_for as covered, i.from_queue as queue
    from hand_over_task i join task t on t.id = i.task_id and t.queue = i.to_queue
    where i.hand_over_id = ${handOverId} and t.id = any(${taskIds}::bigint[])`.execute(trx)
  await requeueTasks(
    trx,
    rows.map((row) => ({ id: row.id, queue: row.queue, staffId: row.staff, coveredForStaffId: row.covered })),
  )
  await sql`update hand_over set undone_at = now(), undone_by_name = ${actor.name} where id = ${handOverId}`.execute(
    trx,
  )
  await audit(
    trx,
    actor,
    ...rows.map((row) => ({
      action: 'task.assign',
      personId: row.person_id,
      subject: `task:${row.id} staff:${row.staff ?? '-'} undo:${handOverId}`,
    })),
  )
  return rows.length
}

/** The open tasks among these that the actor may assign and nobody else holds; they are locked. */
export async function assignable(trx: Trx, actor: Actor, reach: Reach, taskIds: number[]): Promise<number[]> {
  const queues = await queuesOf(trx, actor)
  const { rows } = await sql<{ id: number }>`
    select t.id from task t
    where t.id = any(${taskIds}::bigint[]) and t.status in ('requested', 'in-progress') and ${freeFor(actor)}
      and ${taskWithin(reach, queues, 't')} order by t.id for update`.execute(trx)
  return rows.map((row) => row.id)
}

/** Moves open tasks to a colleague's list, or back to their role's list. */
export async function assignTasks(
  trx: Trx,
  actor: Actor,
  input: { taskIds: number[]; staffId: number | null; reason?: string | undefined; dryRun: boolean },
): Promise<{ changed: number; skipped: number; handOverId: number | null }> {
  const reach = authorize(actor, 'task.assign')
  if (input.staffId !== null) await assertColleague(trx, reach, input.staffId)
  const taskIds = [...new Set(input.taskIds)]
  const ids = await assignable(trx, actor, reach, taskIds)
  const counts = { changed: ids.length, skipped: taskIds.length - ids.length }
  if (input.dryRun || ids.length === 0) return { ...counts, handOverId: null }
  const handOverId = await moveTasks(trx, actor, ids, {
    kind: 'assign',
    to: input.staffId,
    fromStaffId: null,
    reason: input.reason ?? null,
  })
  return { ...counts, handOverId }
}
