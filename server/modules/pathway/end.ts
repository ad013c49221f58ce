import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { withholdMessages } from '../message/write.ts'
import { cancelTasksOfEnrollments } from '../task/transition.ts'

export type StoppedRow = {
  id: number
  person_id: number | null
  group_id: number | null
  encounter_id: number | null
  pathway_id: number
  stop_reason: string | null
}

/** An enrolment to stop; `undoable`: the cause may be withdrawn, and then it resumes where it was. */
export type Stop = { id: number; reason: string; undoable: boolean }

/** Stops enrolments with their open tasks and unsent messages; those that have already ended are left alone. */
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
  await cancelTasksOfEnrollments(trx, ids, { reason: 'enrollment-stopped', actorId, source: 'careloop' })
  const withheld = await withholdMessages(trx, ids)
  const at = new Date()
  await recordEvents(trx, [
    ...withheld.map((row): NewEvent => ({
      personId: row.person_id,
      at,
      kind: 'message.suppressed',
      source: 'careloop',
      actorId,
      data: { messageId: row.id, channel: row.channel },
    })),
    ...stopped.map((row): NewEvent => ({
      personId: row.person_id,
      groupId: row.group_id,
      at,
      kind: 'enrollment.stopped',
      source: 'careloop',
      actorId,
      encounterId: row.encounter_id,
      data: { enrollmentId: row.id, pathwayId: row.pathway_id, reason: row.stop_reason },
    })),
  ])
}

/** Removes enrolments about visits of an undone import; nobody may have worked on them. */
export async function removeEnrollmentsOf(trx: Trx, encounterIds: number[]): Promise<void> {
  await sql`delete from enrollment where encounter_id = any(${encounterIds}::bigint[])`.execute(trx)
}
