import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import type { AnyEvent } from '../event/event.ts'
import { keepSatisfaction, markTold } from './settle.ts'
import { keepAnswer } from './work.ts'

const actor = systemActor('system:case', '系统')

/** What happens to tasks and messages of a case: an answer given at the desk, the result told, the questions answered. */
export async function followCases(trx: Trx, events: AnyEvent[]): Promise<void> {
  const tasksOf = (kind: AnyEvent['kind']) =>
    events.flatMap((one) => (one.kind === kind && one.taskId !== null ? one.taskId : []))
  await followConsultations(trx, tasksOf('task.completed'))
  await followCalls(trx, tasksOf('task.completed'))
  await followAnswers(
    trx,
    events.filter((one) => one.kind === 'questionnaire.completed' && one.taskId !== null),
  )
  await followMessages(
    trx,
    events.flatMap((one) => (one.kind === 'message.sent' ? Number(one.data['messageId']) : [])),
  )
}

async function followConsultations(trx: Trx, tasks: number[]): Promise<void> {
  if (tasks.length === 0) return
  const { rows } = await sql<{
    id: number
    case_id: number
    person_id: number | null
    department_name: string
    note: string | null
  }>`
    select q.id, q.case_id, x.person_id, d.name as department_name, t.result_note as note
    from task t join case_consultation q on t.cause = 'case-consult:' || q.id join service_case x on x.id = q.case_id
      join department d on d.id = q.department_id
    where t.id = any(${tasks}::bigint[]) and q.answered_at is null`.execute(trx)
  for (const row of rows) await keepAnswer(trx, actor, row, row.note ?? '任务已完成，没有写答复')
}

async function followCalls(trx: Trx, tasks: number[]): Promise<void> {
  if (tasks.length === 0) return
  const { rows } = await sql<{ id: number; person_id: number | null }>`
    select x.id, x.person_id from task t join service_case x on t.cause = 'case-call:' || x.id || ':' || x.reopened
    where t.id = any(${tasks}::bigint[]) and t.outcome = 'done' and x.status <> 'open'`.execute(trx)
  for (const row of rows) await markTold(trx, actor, row, 'phone')
}

async function followAnswers(trx: Trx, events: AnyEvent[]): Promise<void> {
  if (events.length === 0) return
  const { rows } = await sql<{ id: number; score: number }>`
    select x.id, (r.answers ->> 'satisfaction')::int as score
    from questionnaire_response r join task t on t.id = r.task_id join service_case x on t.cause like 'case-call:' || x.id || ':%'
    where r.id = any(${events.map((one) => Number(one.data['responseId']))}::bigint[]) and r.answers ->> 'satisfaction' ~ '^[1-5]$'`.execute(
    trx,
  )
  for (const row of rows) await keepSatisfaction(trx, actor, row.id, row.score, null)
}

async function followMessages(trx: Trx, messages: number[]): Promise<void> {
  if (messages.length === 0) return
  const { rows } = await sql<{ id: number; person_id: number | null; channel: string }>`
    select x.id, x.person_id, m.channel from message m join service_case x on m.subject_kind = 'case' and m.subject_id = x.id
    where m.id = any(${messages}::bigint[]) and m.template ->> 'code' = 'case-result' and x.status <> 'open'`.execute(
    trx,
  )
  for (const row of rows) await markTold(trx, actor, row, row.channel === 'letter' ? 'letter' : 'message')
}
