import { type RawBuilder, sql } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf } from '../../../contract/score.ts'
import type { ListReason } from '../../../contract/list-reason.ts'
import type { Db } from '../../platform/db.ts'
import { recordsOf } from '../event/record.ts'
import type { PersonTask, TaskRow } from './list.ts'

/** Last LACE or HOSPITAL score of the task's person; `p` is that person. */
export const riskColumn: RawBuilder<unknown> = sql`
  (select jsonb_build_object('code', q.code, 'score', r.score, 'answers', r.answers, 'at', r.updated_at, 'bands', v.definition -> 'bands',
      'items', v.definition -> 'items', 'scoring', v.definition -> 'scoring')
    from questionnaire_response r join questionnaire_version v on v.id = r.questionnaire_version_id join questionnaire q on q.id = v.questionnaire_id
    where r.person_id = any(${recordsOf(sql`p.id`)}) and r.status = 'completed' and r.score is not null and q.code in ('lace', 'hospital')
    order by r.created_at desc limit 1)`

export type RiskRow = Pick<QuestionnaireDefinition, 'items' | 'scoring' | 'bands'> & {
  code: string
  score: number
  answers: Answers
  at: string
}

/** Reasons for an open task's position in the list, the most important first. */
export function listReasonsOf(row: TaskRow, attemptsAllowed: number, now: Date): ListReason[] {
  if (row.status === 'completed' || row.status === 'cancelled') return []
  const reasons: ListReason[] = []
  if (row.kind === 'red-flag') reasons.push({ kind: 'red-flag' })
  else if (row.priority > 0) reasons.push({ kind: 'urgent', priority: row.priority > 1 ? 'stat' : 'urgent' })
  if (row.machine !== null) reasons.push({ kind: 'machine', why: row.machine })
  const dueAt = row.due_at.toISOString()
  const late = now.getTime() - row.due_at.getTime()
  reasons.push(
    late > 0
      ? { kind: 'overdue', dueAt, hours: Math.max(1, Math.floor(late / 3_600_000)) }
      : { kind: 'due', dueAt },
  )
  if (row.next_attempt_at !== null)
    reasons.push({
      kind: 'next-attempt',
      at: row.next_attempt_at.toISOString(),
      passed: row.next_attempt_at <= now,
    })
  if (row.risk !== null) reasons.push(riskOf(row.risk))
  const made = row.attempts - row.ladder_step_from
  if (row.attempts > 0)
    reasons.push({
      kind: 'attempts-left',
      left: Math.max(0, attemptsAllowed - made),
      all: attemptsAllowed,
    })
  return reasons
}

function riskOf(risk: RiskRow): ListReason {
  const band = bandOf(risk, risk.answers)
  return {
    kind: 'risk',
    instrument: risk.code === 'lace' ? 'LACE' : 'HOSPITAL',
    score: risk.score,
    band: band && { text: band.text, tone: band.tone },
    at: new Date(risk.at).toISOString(),
  }
}

/** Minimum of answered calls in the same hour; one alone is chance. */
const enough = 2

/** The hour of the day in which this person answered most often; null without enough calls. */
export async function bestHourOf(db: Db, row: PersonTask): Promise<ListReason | null> {
  const { rows } = await sql<{ hour: number; reached: number; tried: number }>`
    select extract(hour from a.at at time zone ${row.time_zone})::int as hour,
      count(*) filter (where a.outcome not in ('unreached', 'wrong-number')) as reached, count(*) as tried
    from (select x.id from task x where x.person_id = any(${recordsOf(sql`${row.person_id}`)}) order by x.created_at desc limit 100) x
    join task_attempt a on a.task_id = x.id
    where a.channel = 'phone' and a.callee_name is null and a.outcome <> 'wrong-number' group by 1`.execute(
    db,
  )
  const best = rows
    .filter((one) => one.reached >= enough)
    .sort((a, b) => b.reached - a.reached || b.reached / b.tried - a.reached / a.tried || a.hour - b.hour)[0]
  return best ? { kind: 'best-hour', ...best } : null
}
