import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  CaseDetail,
  closeCase as closeRoute,
  tellComplainant as tellRoute,
} from '../../../contract/case.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { cancelTasks, completeTasks } from '../task/transition.ts'
import { passToClosing, startAnswer, stopAll } from './clock.ts'
import { auditCase, tellTimeline, writeLog } from './log.ts'
import { makeTask } from './open.ts'
import { type Case, departmentsOf, lockCase, lockOpenCase } from './scope.ts'
import { callBack, writeTo } from './tell.ts'
import { loadCase } from './view.ts'

/** The result as it will be told; a second one corrects it and leaves the clocks alone. @throws {AppError} not-found, already-closed */
export async function answerCase(trx: Trx, actor: Actor, id: number, answer: string): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  await keepResult(trx, actor, row, answer)
  await auditCase(trx, actor, row, 'case.answer')
  return loadCase(trx, actor, id)
}

async function keepResult(trx: Trx, actor: Actor, row: Case, answer: string): Promise<void> {
  await sql`
    update service_case set status = 'answered', answer = ${answer}, answered_at = coalesce(answered_at, now()), answered_by_name = ${actor.name},
      version = version + 1 where id = ${row.id}`.execute(trx)
  await writeLog(trx, actor, row.id, 'answered', answer)
  if (row.status !== 'open') return
  await passToClosing(trx, row, new Date())
  await dropLate(trx, row.id, actor.id)
  await tellTimeline(trx, actor, row, 'case.answered')
}

/** Nobody has to be reminded of it any more. */
async function dropLate(trx: Trx, id: number, actorId: string): Promise<void> {
  await cancelTasks(
    trx,
    sql`t.subject_kind = 'case' and t.subject_id = ${id} and t.cause like 'case-late:%'`,
    {
      reason: 'case-closed',
      actorId,
      source: 'staff',
    },
  )
}

/** @throws {AppError} not-found, already-closed, case-not-answered, contact-refused */
export async function tellComplainant(
  trx: Trx,
  actor: Actor,
  id: number,
  { how }: z.output<typeof tellRoute.body>,
): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  if (row.status !== 'answered') throw new AppError('case-not-answered')
  if (row.complainant === 'anonymous' && how !== 'visit') throw new AppError('contact-refused')
  if (how === 'phone') await callBack(trx, row)
  else if (how === 'visit') await markTold(trx, actor, row, 'visit')
  else await writeTo(trx, row, how)
  if (how !== 'visit') await writeLog(trx, actor, id, 'note', howWords[how])
  await auditCase(trx, actor, row, 'case.tell')
  return loadCase(trx, actor, id)
}

const howWords = { phone: '已安排电话回访告知结果', message: '已发消息告知结果', letter: '已寄信告知结果' }

/** The complainant knows the result. */
export async function markTold(
  trx: Trx,
  actor: Actor,
  row: { id: number; person_id: number | null },
  how: 'phone' | 'message' | 'letter' | 'visit',
): Promise<void> {
  const { rows } = await sql`
    update service_case set told_at = now(), told_how = ${how}, version = version + 1 where id = ${row.id} and told_at is null returning id`.execute(
    trx,
  )
  if (rows.length === 0) return
  await writeLog(trx, actor, row.id, 'told', null, { how })
  await tellTimeline(trx, actor, row, 'case.told')
}

/** @throws {AppError} not-found, case-not-answered */
export async function rateCase(
  trx: Trx,
  actor: Actor,
  id: number,
  { score, note }: { score: number; note: string | null },
): Promise<CaseDetail> {
  const row = await lockCase(trx, actor, id, 'case.write')
  if (row.status === 'open') throw new AppError('case-not-answered')
  await keepSatisfaction(trx, actor, id, score, note)
  await auditCase(trx, actor, row, 'case.satisfaction')
  return loadCase(trx, actor, id)
}

export async function keepSatisfaction(
  trx: Trx,
  by: Pick<Actor, 'id' | 'name'>,
  id: number,
  score: number,
  note: string | null,
): Promise<void> {
  await sql`
    update service_case set satisfaction = ${score}, satisfaction_at = now(), version = version + 1 where id = ${id}`.execute(
    trx,
  )
  await writeLog(trx, by, id, 'satisfaction', [`${score}/5`, note].filter(Boolean).join(' · '), { score })
}

/**
 * What is closed without an answer is closed with a note that stands for it.
 * @throws {AppError} not-found, already-closed, grant-waiting, result-not-told, invalid
 */
export async function closeCase(
  trx: Trx,
  actor: Actor,
  id: number,
  { outcome, note }: z.output<typeof closeRoute.body>,
): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.settle')
  if (row.answer === null && !note)
    throw new AppError('invalid', undefined, [{ path: 'note', message: 'is needed' }])
  const { rows: waiting } = await sql`
    select 1 from case_grant where case_id = ${id} and status = 'waiting' limit 1`.execute(trx)
  if (waiting.length > 0 && outcome === 'settled') throw new AppError('grant-waiting')
  await assertTold(trx, row, outcome)
  if (row.status === 'open') await keepResult(trx, actor, row, row.answer ?? note ?? '')
  const at = new Date()
  await sql`
    update service_case set status = 'closed', outcome = ${outcome}, close_note = ${note}, closed_at = ${at}, closed_by_name = ${actor.name},
      version = version + 1 where id = ${id}`.execute(trx)
  // What nobody approved was not granted.
  await sql`
    update case_grant set status = 'withdrawn', decided_at = now(), decided_by_name = ${actor.name} where case_id = ${id} and status = 'waiting'`.execute(
    trx,
  )
  await stopAll(trx, id, at)
  await writeLog(trx, actor, id, 'closed', note, { outcome })
  const cause = { actorId: actor.id, source: 'staff' as const }
  await completeTasks(trx, sql`t.cause = ${`case:${id}:${row.reopened}`}`, { ...cause, outcome: 'done' })
  await cancelTasks(
    trx,
    sql`t.subject_kind = 'case' and t.subject_id = ${id} and t.kind = 'other' and t.cause not like 'case:%'`,
    { ...cause, reason: 'case-closed' },
  )
  await tellTimeline(trx, actor, row, 'case.closed', { caseOutcome: outcome })
  await auditCase(trx, actor, row, 'case.close')
  return loadCase(trx, actor, id)
}

/** Who complained hears what came of it, or we tried: only then it is over. */
async function assertTold(trx: Trx, row: Case, outcome: string): Promise<void> {
  if (row.kind !== 'complaint' || row.complainant === 'anonymous' || outcome === 'withdrawn') return
  if (row.told_at !== null) return
  const { rows } = await sql`
    select 1 from task where cause = ${`case-call:${row.id}:${row.reopened}`} and status = 'completed'`.execute(
    trx,
  )
  if (rows.length === 0) throw new AppError('result-not-told')
}

/** Its clocks start anew; what was granted stays. @throws {AppError} not-found, not-closed */
export async function reopenCase(trx: Trx, actor: Actor, id: number, reason: string): Promise<CaseDetail> {
  const row = await lockCase(trx, actor, id, 'case.write')
  if (row.status !== 'closed') throw new AppError('not-closed')
  await sql`
    update service_case set status = 'open', closed_at = null, closed_by_name = null, outcome = null, close_note = null, answered_at = null,
      answer = null, answered_by_name = null, told_at = null, told_how = null, escalated = 0, reopened = reopened + 1, version = version + 1
    where id = ${id}`.execute(trx)
  const departments = await departmentsOf(trx, id)
  const dueAt = await startAnswer(trx, row, departments.length, new Date())
  await makeTask(trx, { ...row, reopened: row.reopened + 1 }, dueAt)
  await writeLog(trx, actor, id, 'reopened', reason)
  await tellTimeline(trx, actor, row, 'case.reopened')
  await auditCase(trx, actor, row, 'case.reopen')
  return loadCase(trx, actor, id)
}
