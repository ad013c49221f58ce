import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { AnyEvent } from '../event/event.ts'

/** Resumes enrolments that wait for a task's result, and makes them wait again when the result is undone. */
export async function followTaskResults(trx: Trx, events: AnyEvent[]): Promise<void> {
  await resume(trx, resultsOf(events, 'task.completed'))
  for (const result of resultsOf(events, 'task.reopened')) await rewind(trx, result)
}

type TaskResult = {
  enrollmentId: number
  stepKey: string
  /** With `task.reopened`: when the undone result was recorded; null when it had not closed the task. */
  resultAt: Date | null
}

const resultsOf = (events: AnyEvent[], kind: AnyEvent['kind']): TaskResult[] =>
  events.flatMap((event) => {
    const { enrollmentId, stepKey, resultAt } = event.data
    return event.kind === kind && typeof enrollmentId === 'number' && typeof stepKey === 'string'
      ? [{ enrollmentId, stepKey, resultAt: typeof resultAt === 'string' ? new Date(resultAt) : null }]
      : []
  })

async function resume(trx: Trx, results: TaskResult[]): Promise<void> {
  if (results.length === 0) return
  const { rows } = await sql`
    update enrollment e set status = 'active', waiting_for = null, due_at = now(), fence = e.fence + 1
    from unnest(${results.map((one) => one.enrollmentId)}::bigint[], ${results.map((one) => one.stepKey)}::text[]) as w(id, step_key)
    where e.id = w.id and e.status = 'waiting' and e.waiting_for = w.step_key returning e.id`.execute(trx)
  if (rows.length > 0) wakeLoop('pathway')
}

/**
 * Sets the enrolment back to waiting, unless the pathway has already ended or continued because of the result.
 * @throws {AppError} cannot-undo
 */
async function rewind(trx: Trx, { enrollmentId, stepKey, resultAt }: TaskResult): Promise<void> {
  const enrollment = await trx
    .selectFrom('enrollment')
    .select(['id', 'status', 'ended_at'])
    .where('id', '=', enrollmentId)
    .forUpdate()
    .executeTakeFirst()
  if (!enrollment || resultAt === null) return
  if (enrollment.status === 'stopped' && (enrollment.ended_at ?? new Date(0)) >= resultAt)
    throw new AppError('cannot-undo', 'The result has already ended the pathway of this person.')
  const { rows } = await sql<{ gone_on: boolean; awaited: boolean }>`
    select exists (select 1 from enrollment_step s where s.enrollment_id = ${enrollmentId} and s.executed_at > ${resultAt}) as gone_on,
      exists (select 1 from enrollment e join pathway_version v on v.id = e.pathway_version_id,
        jsonb_array_elements(v.definition -> 'steps') s
        where e.id = ${enrollmentId} and s ->> 'key' = ${stepKey} and s ->> 'waitFor' = 'result') as awaited`.execute(
    trx,
  )
  if (rows[0]?.gone_on) throw new AppError('cannot-undo', 'The pathway has already gone on from this result.')
  if (rows[0]?.awaited)
    await sql`
      update enrollment set status = 'waiting', waiting_for = ${stepKey}, due_at = null, fence = fence + 1
      where id = ${enrollmentId} and status = 'active'`.execute(trx)
}
