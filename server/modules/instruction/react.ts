import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type RecordedEvent } from '../event/event.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { remember } from './issue.ts'
import { withdraw } from './settle.ts'
import { reopenClocks, stopClocks } from '../clock/clock.ts'
import { executionClock } from './clock.ts'

/** Moves instructions on when their task gets a result, or back when the result is undone. */
export async function followInstructions(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const of = (kind: string) => events.flatMap((event) => (event.kind === kind ? (event.taskId ?? []) : []))
  const completed = of('task.completed')
  if (completed.length > 0) await execute(trx, completed)
  const reopened = of('task.reopened')
  if (reopened.length > 0) await reopen(trx, reopened)
  const dead = events.flatMap((event) => (event.kind === 'person.deceased' ? event.personId : []))
  if (dead.length > 0) await endForDead(trx, dead)
}

type Executed = {
  id: number
  site_id: number
  outcome: string
  completed_at: Date
  agent: string
  note: string | null
}

async function execute(trx: Trx, taskIds: number[]): Promise<void> {
  const { rows } = await sql<Executed>`
    select i.id, i.site_id, t.outcome, t.completed_at, coalesce(a.user_name, 'CareLoop') as agent, a.note
    from return_visit_instruction i join task t on t.id = i.task_id
      left join lateral (select user_name, note from task_attempt where task_id = t.id order by number desc limit 1) a on true
    where i.task_id = any(${taskIds}::bigint[]) and i.status = 'issued' for update of i`.execute(trx)
  if (rows.length === 0) return
  const settings = await readSettingsEverywhere(trx, ['follow-up.instruction.by-hand'])
  for (const row of rows) {
    const byHand = settings(row.site_id)['follow-up.instruction.by-hand']
    await trx
      .updateTable('return_visit_instruction')
      .set({
        status: byHand ? 'executed' : 'submitted',
        executed_at: row.completed_at,
        executed_by_name: row.agent,
        outcome: row.outcome,
        report: row.note,
        submitted_at: byHand ? null : sql`now()`,
      })
      .where('id', '=', row.id)
      .execute()
    await remember(trx, row.id, row.agent, 'executed', row.note, row.outcome)
    if (!byHand) await remember(trx, row.id, row.agent, 'submitted', row.note)
  }
  await stopClocks(
    trx,
    executionClock,
    rows.map((row) => ({ subjectId: row.id, at: row.completed_at, outcome: 'executed' })),
  )
}

async function reopen(trx: Trx, taskIds: number[]): Promise<void> {
  const { rows } = await sql<{ id: number; status: string; agent: string }>`
    select i.id, i.status, coalesce(t.held_by_name, 'CareLoop') as agent
    from return_visit_instruction i join task t on t.id = i.task_id
    where i.task_id = any(${taskIds}::bigint[]) for update of i`.execute(trx)
  for (const row of rows) {
    if (row.status === 'filed')
      throw new AppError('cannot-undo', 'The service centre has already filed this result.')
    await trx
      .updateTable('return_visit_instruction')
      .set({
        status: 'issued',
        executed_at: null,
        executed_by_name: null,
        outcome: null,
        report: null,
        submitted_at: null,
      })
      .where('id', '=', row.id)
      .execute()
    await remember(trx, row.id, row.agent, 'reopened')
  }
  await reopenClocks(
    trx,
    executionClock,
    rows.map((row) => row.id),
  )
}

/** Nobody is sent to phone somebody who died. A task that reports the death itself has its result already. */
async function endForDead(trx: Trx, persons: number[]): Promise<void> {
  const { rows } = await sql<{
    id: number
    task_id: number
    person_id: number
    encounter_id: number | null
  }>`
    select i.id, i.task_id, i.person_id, i.encounter_id from return_visit_instruction i join task t on t.id = i.task_id
    join person r on r.id = i.person_id
    where (r.id = any(${persons}::bigint[]) or r.survivor_id = any(${persons}::bigint[])) and i.status = 'issued' and t.status in ('requested', 'in-progress')
    for update of i`.execute(trx)
  if (rows.length > 0) await withdraw(trx, rows, 'CareLoop', null, '患者已去世', false)
}
