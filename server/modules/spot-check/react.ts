import { sql } from 'kysely'
import type { Answers } from '../../../contract/questionnaire.ts'
import type { Trx } from '../../platform/db.ts'
import type { RecordedEvent } from '../event/event.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'
import { cancelTasks } from '../task/transition.ts'
import { judge } from './judge.ts'
import { personOfRecord } from '../event/record.ts'

/** Judges a spot check when its call is finished, and removes the judgement when the result is undone. */
export async function followSpotChecks(trx: Trx, events: RecordedEvent[]): Promise<void> {
  const of = (kind: string) => events.flatMap((event) => (event.kind === kind ? (event.taskId ?? []) : []))
  const completed = of('task.completed')
  if (completed.length > 0) await judgeChecks(trx, completed)
  const reopened = of('task.reopened')
  if (reopened.length > 0) await forgetChecks(trx, reopened)
}

type Row = {
  id: number
  outcome: string
  completed_at: Date
  agent: string | null
  said: Answers | null
  recorded: Answers | null
  recorded_on: string
  site_id: number
  staff_id: number
  person_id: number
  encounter_id: number | null
}

async function judgeChecks(trx: Trx, taskIds: number[]): Promise<void> {
  const { rows } = await sql<Row>`
    select k.id, t.outcome, t.completed_at, (select a.user_name from task_attempt a where a.task_id = t.id order by a.number desc limit 1) as agent,
      r.answers as said, o.answers as recorded, to_char(c.completed_at at time zone s.time_zone, 'YYYY-MM-DD') as recorded_on,
      k.site_id, k.staff_id, ${personOfRecord(sql`t.person_id`)} as person_id, t.encounter_id
    from spot_check k join task t on t.id = k.task_id join task c on c.id = k.checked_task_id join site s on s.id = k.site_id
      left join questionnaire_response r on r.task_id = t.id and r.status = 'completed'
      left join questionnaire_response o on o.task_id = c.id
    where k.task_id = any(${taskIds}::bigint[])`.execute(trx)
  if (rows.length === 0) return
  const settingsAt = await readSettingsEverywhere(trx, [
    'spot-check.day-tolerance',
    'spot-check.disagree-fields',
    'spot-check.appeal-days',
  ])
  for (const row of rows) {
    const settings = settingsAt(row.site_id)
    const rule = {
      dayTolerance: settings['spot-check.day-tolerance'],
      fieldsToDisagree: settings['spot-check.disagree-fields'],
    }
    const verdict =
      row.outcome === 'done' && row.said
        ? judge({ date: row.recorded_on, answers: row.recorded ?? {} }, row.said, rule)
        : { status: 'unreached' as const, fields: [] }
    const satisfied = Number(row.said?.['satisfaction'])
    await trx
      .updateTable('spot_check')
      .set({
        status: verdict.status,
        fields: JSON.stringify(verdict.fields),
        satisfaction: row.outcome === 'done' && Number.isInteger(satisfied) ? satisfied : null,
        checked_at: row.completed_at,
        checked_by_name: row.agent,
      })
      .where('id', '=', row.id)
      .execute()
    if (verdict.status === 'disagree') await notifyDoctor(trx, row, settings['spot-check.appeal-days'])
  }
}

/** A task informs the doctor of a disagreement, open as long as an appeal is possible. */
async function notifyDoctor(trx: Trx, row: Row, days: number): Promise<void> {
  const now = new Date()
  await createTasks(trx, [
    {
      kind: 'spot-check-review',
      level: null,
      title: '抽查不一致：请核对',
      description: '客服中心回访的说法与您登记的一级随访不一致。请在“抽查”里查看，认可或申诉。',
      personId: row.person_id,
      encounterId: row.encounter_id,
      enrollmentId: null,
      stepKey: null,
      cause: `spot-check-result:${row.id}`,
      place: { siteId: row.site_id, departmentId: null, attendingStaffId: row.staff_id },
      assignee: 'attending-doctor',
      priority: 0,
      startAt: now,
      dueAt: new Date(now.getTime() + days * 86_400_000),
      questionnaireVersionId: null,
    },
  ])
}

async function forgetChecks(trx: Trx, taskIds: number[]): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    update spot_check set status = 'open', fields = '[]', satisfaction = null, checked_at = null, checked_by_name = null, accepted_at = null
    where task_id = any(${taskIds}::bigint[]) and appealed_at is null returning id`.execute(trx)
  await cancelTasks(trx, sql`t.cause = any(${rows.map((row) => `spot-check-result:${row.id}`)}::text[])`, {
    reason: 'result-undone',
    actorId: null,
    source: 'careloop',
  })
}
