import { sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'
import { completeTasks } from '../task/transition.ts'
import { checksWithin } from './scope.ts'
import { personOfRecord } from '../event/record.ts'

type Row = {
  id: number
  status: string
  staff_id: number
  site_id: number
  department_id: number | null
  person_id: number
  encounter_id: number | null
  checked_at: Date | null
  accepted_at: Date | null
  appealed_at: Date | null
  decision: string | null
  staff_name: string
}

async function lock(
  trx: Trx,
  actor: Actor,
  permission: 'spot-check.appeal' | 'spot-check.decide',
  id: number,
) {
  const reach = authorize(actor, permission)
  const { rows } = await sql<Row>`
    select k.id, k.status, k.staff_id, k.site_id, k.department_id, ${personOfRecord(sql`t.person_id`)} as person_id, t.encounter_id, k.checked_at, k.accepted_at,
      k.appealed_at, k.decision, s.name as staff_name
    from spot_check k join task t on t.id = k.checked_task_id join staff s on s.id = k.staff_id
    where k.id = ${id} and ${checksWithin(reach)} for update of k`.execute(trx)
  return found(rows[0])
}

/** @throws {AppError} not-found unless it is the actor's own result */
async function lockOwn(trx: Trx, actor: Actor, id: number): Promise<Row> {
  const row = await lock(trx, actor, 'spot-check.appeal', id)
  if (row.staff_id !== actor.staffId) throw new AppError('not-found')
  if (row.status !== 'disagree' || row.appealed_at !== null || row.accepted_at !== null)
    throw new AppError('already-closed')
  return row
}

/** The doctor appeals; the head of the department gets a task to decide. @throws {AppError} not-found, already-closed, appeal-too-late */
export async function appealCheck(trx: Trx, actor: Actor, id: number, reason: string): Promise<void> {
  const row = await lockOwn(trx, actor, id)
  const settings = await readSettings(trx, ['spot-check.appeal-days'], row.site_id)
  const until = (row.checked_at?.getTime() ?? 0) + settings['spot-check.appeal-days'] * 86_400_000
  if (Date.now() > until) throw new AppError('appeal-too-late')
  await trx
    .updateTable('spot_check')
    .set({ appeal_reason: reason, appealed_at: sql`now()`, appealed_by_name: actor.name })
    .where('id', '=', id)
    .execute()
  await closeTask(trx, actor, `spot-check-result:${id}`)
  const now = new Date()
  await createTasks(trx, [
    {
      kind: 'spot-check-review',
      level: null,
      title: '抽查申诉：请裁定',
      description: `${row.staff_name}对抽查结果提出申诉。请在“抽查”里查看并裁定。`,
      personId: row.person_id,
      encounterId: row.encounter_id,
      enrollmentId: null,
      stepKey: null,
      cause: `spot-check-appeal:${id}`,
      place: { siteId: row.site_id, departmentId: row.department_id, attendingStaffId: null },
      assignee: 'department-head',
      priority: 0,
      startAt: now,
      dueAt: new Date(now.getTime() + settings['spot-check.appeal-days'] * 86_400_000),
      questionnaireVersionId: null,
    },
  ])
  await audit(trx, actor, {
    action: 'spot-check.appeal',
    personId: row.person_id,
    subject: `spot-check:${id}`,
    reason,
  })
}

/** The doctor takes note of the disagreement. @throws {AppError} not-found, already-closed */
export async function acceptCheck(trx: Trx, actor: Actor, id: number): Promise<void> {
  const row = await lockOwn(trx, actor, id)
  await trx
    .updateTable('spot_check')
    .set({ accepted_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  await closeTask(trx, actor, `spot-check-result:${id}`)
  await audit(trx, actor, {
    action: 'spot-check.accept',
    personId: row.person_id,
    subject: `spot-check:${id}`,
  })
}

/** Decides an appeal. Nobody decides on their own result. @throws {AppError} not-found, forbidden, already-closed */
export async function decideCheck(
  trx: Trx,
  actor: Actor,
  id: number,
  { decision, reason }: { decision: 'upheld' | 'rejected'; reason: string },
): Promise<void> {
  const row = await lock(trx, actor, 'spot-check.decide', id)
  if (row.staff_id === actor.staffId)
    throw new AppError('forbidden', 'Nobody decides about their own result.')
  if (row.appealed_at === null || row.decision !== null) throw new AppError('already-closed')
  await trx
    .updateTable('spot_check')
    .set({ decision, decision_reason: reason, decided_at: sql`now()`, decided_by_name: actor.name })
    .where('id', '=', id)
    .execute()
  await closeTask(trx, actor, `spot-check-appeal:${id}`)
  await audit(trx, actor, {
    action: 'spot-check.decide',
    personId: row.person_id,
    subject: `spot-check:${id} ${decision}`,
    reason,
  })
}

/** Closes the task of an appeal or acknowledgement made elsewhere. */
async function closeTask(trx: Trx, actor: Actor, cause: string): Promise<void> {
  await completeTasks(trx, sql`t.cause = ${cause}`, {
    outcome: 'other',
    actorId: actor.id,
    source: 'staff',
  })
}
