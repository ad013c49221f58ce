import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { tellTasks } from '../task/tell.ts'

export type StoppedRow = {
  id: number
  person_id: number | null
  group_id: number | null
  encounter_id: number | null
  pathway_id: number
  stop_reason: string | null
}

/** An enrolment to be stopped; `undoable`: what ended it may be taken back, and then it goes on where it was. */
export type Stop = { id: number; reason: string; undoable: boolean }

/** Stops enrolments with their open tasks and unsent messages; those that have ended for good are left alone. */
export async function stopEnrollments(
  trx: Trx,
  stops: Stop[],
  actorId: string | null = null,
): Promise<StoppedRow[]> {
  if (stops.length === 0) return []
  const { rows } = await sql<StoppedRow>`
    update enrollment e set status = 'stopped', stop_reason = w.reason, ended_at = now(), due_at = null, fence = e.fence + 1,
      stopped_status = case when w.undoable then e.status end, stopped_due_at = e.due_at
    from unnest(${stops.map((one) => one.id)}::bigint[], ${stops.map((one) => one.reason)}::text[],
      ${stops.map((one) => one.undoable)}::boolean[]) as w(id, reason, undoable)
    where e.id = w.id and e.status <> 'stopped'
    returning e.id, e.person_id, e.group_id, e.encounter_id, e.pathway_id, e.stop_reason`.execute(trx)
  await endWork(trx, rows, actorId)
  return rows
}

/**
 * Cancels open tasks and unsent messages of stopped enrolments. Statements of their own: the executor may have made a task just before
 * our stop got its row lock, and only a new snapshot sees it.
 */
async function endWork(trx: Trx, stopped: StoppedRow[], actorId: string | null): Promise<void> {
  if (stopped.length === 0) return
  const ids = stopped.map((row) => row.id)
  const { rows: ended } = await sql<Ended>`
    with cancelled as (
      update task set status = 'cancelled', held_by = null, held_by_name = null, held_until = null, completed_at = now(),
        version = version + 1
      where enrollment_id = any(${ids}::bigint[]) and status in ('requested', 'in-progress')
      returning id, person_id, enrollment_id, encounter_id, site_id, department_id, assignee_staff_id
    ), suppressed as (
      update message set status = 'suppressed', reason = 'enrollment-stopped', finished_at = now()
      where enrollment_id = any(${ids}::bigint[]) and status = 'queued' returning id, person_id, enrollment_id
    )
    select 'task' as kind, * from cancelled
    union all select 'message', id, person_id, enrollment_id, null, null, null, null from suppressed`.execute(
    trx,
  )
  await tellTasks(
    trx,
    ended.filter((row) => row.kind === 'task'),
  )
  await recordEvents(trx, [
    ...ended.map((row) => endedEvent(row, actorId)),
    ...stopped.map((row): NewEvent => ({
      personId: row.person_id,
      groupId: row.group_id,
      at: new Date(),
      kind: 'enrollment.stopped',
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: { enrollmentId: row.id, pathwayId: row.pathway_id, reason: row.stop_reason },
    })),
  ])
}

type Ended = {
  kind: 'task' | 'message'
  id: number
  person_id: number
  enrollment_id: number
  encounter_id: number | null
  site_id: number | null
  department_id: number | null
  assignee_staff_id: number | null
}

function endedEvent(row: Ended, actorId: string | null): NewEvent {
  const base = { personId: row.person_id, at: new Date(), source: 'careloop', actorId }
  return row.kind === 'task'
    ? {
        ...base,
        kind: 'task.cancelled',
        taskId: row.id,
        encounterId: row.encounter_id,
        data: { enrollmentId: row.enrollment_id },
      }
    : { ...base, kind: 'message.suppressed', data: { messageId: row.id, channel: 'email' } }
}
