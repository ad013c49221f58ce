import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  CaseDetail,
  decideGrant as decideRoute,
  grantMeasure as grantRoute,
} from '../../../contract/case.ts'
import type { MeasureLimit } from '../../../contract/case-setup.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { createTasks } from '../task/create.ts'
import { cancelTasks, completeTasks } from '../task/transition.ts'
import { mayDecide, ownLimit, withinLimit } from './limit.ts'
import { auditCase, writeLog } from './log.ts'
import { type Case, departmentsOf, lockOpenCase, numberOf } from './scope.ts'
import { measureAt } from './setup.ts'
import { loadCase } from './view.ts'

/**
 * Grants something of the recovery catalogue; above the actor's limit it waits, with a task for whoever may approve it.
 * @throws {AppError} not-found, already-closed, invalid
 */
export async function grantMeasure(
  trx: Trx,
  actor: Actor,
  id: number,
  { measureId, amount, note }: z.output<typeof grantRoute.body>,
): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.settle')
  const measure = await measureAt(trx, actor, measureId, row.site_id)
  if (measure.priced !== (amount !== null))
    throw new AppError('invalid', undefined, [
      { path: 'amount', message: measure.priced ? 'is needed' : 'is not for this measure' },
    ])
  const free = withinLimit(ownLimit(actor, row.site_id, measure.limits), amount)
  const { id: grantId } = await trx
    .insertInto('case_grant')
    .values({
      case_id: id,
      measure_id: measureId,
      amount,
      note,
      status: free ? 'granted' : 'waiting',
      asked_by: actor.id,
      asked_by_name: actor.name,
      decided_at: free ? sql<Date>`now()` : null,
      decided_by_name: free ? actor.name : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await writeLog(trx, actor, id, free ? 'granted' : 'grant-asked', wordsOf(measure.name, amount, note))
  if (!free)
    await askForApproval(trx, row, { id: grantId, name: measure.name, amount, limits: measure.limits })
  await auditCase(trx, actor, row, 'case.grant')
  return loadCase(trx, actor, id)
}

const wordsOf = (name: string, amount: number | null, note: string | null) =>
  [name, amount === null ? '' : ` ${amount} 元`, note ? `：${note}` : ''].join('')

async function askForApproval(
  trx: Trx,
  row: Case,
  grant: { id: number; name: string; amount: number | null; limits: MeasureLimit[] },
): Promise<void> {
  const head = grant.limits.find((one) => one.role === 'department-head')
  const headMay = head !== undefined && (head.upTo === null || (grant.amount ?? 0) <= head.upTo)
  const [department = null] = headMay ? await departmentsOf(trx, row.id) : []
  const now = new Date()
  await createTasks(trx, [
    {
      kind: 'other',
      level: null,
      title: '审批补救措施',
      description: `${numberOf(row.id)}：${wordsOf(grant.name, grant.amount, null)}`,
      personId: row.person_id,
      subject: { kind: 'case', id: row.id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `case-grant:${grant.id}`,
      place: { siteId: row.site_id, departmentId: department, attendingStaffId: null },
      // Whoever manages cases has no list of their own: they see what waits for them beside the page of cases.
      assignee: department === null ? 'queue:case-approval' : 'department-head',
      priority: 1,
      startAt: now,
      dueAt: new Date(now.getTime() + 86_400_000),
      questionnaireVersionId: null,
    },
  ])
}

type Grant = {
  id: number
  case_id: number
  measure_id: number
  amount: number | null
  status: string
  name: string
  limits: MeasureLimit[]
}

async function lockGrant(trx: Trx, actor: Actor, id: number): Promise<{ grant: Grant; row: Case }> {
  const { rows } = await sql<{ case_id: number }>`select case_id from case_grant where id = ${id}`.execute(
    trx,
  )
  const row = await lockOpenCase(trx, actor, found(rows[0]).case_id, 'case.settle')
  const { rows: grants } = await sql<Grant>`
    select g.id, g.case_id, g.measure_id, g.amount, g.status, k.name, k.limits from case_grant g join case_measure k on k.id = g.measure_id
    where g.id = ${id}`.execute(trx)
  return { grant: found(grants[0]), row }
}

/** @throws {AppError} not-found, already-closed, forbidden (above the own limit as well) */
export async function decideGrant(
  trx: Trx,
  actor: Actor,
  id: number,
  { approve, reason }: z.output<typeof decideRoute.body>,
): Promise<CaseDetail> {
  const { grant, row } = await lockGrant(trx, actor, id)
  if (grant.status !== 'waiting') throw new AppError('already-closed')
  if (!mayDecide(actor, row.site_id, grant.limits, grant.amount)) throw new AppError('forbidden')
  await sql`
    update case_grant set status = ${approve ? 'granted' : 'refused'}, decided_at = now(), decided_by_name = ${actor.name}, reason = ${reason}
    where id = ${id}`.execute(trx)
  await completeTasks(trx, sql`t.cause = ${`case-grant:${id}`}`, {
    outcome: 'done',
    note: reason,
    actorId: actor.id,
    source: 'staff',
  })
  const kind = approve ? 'grant-approved' : 'grant-refused'
  await writeLog(trx, actor, row.id, kind, wordsOf(grant.name, grant.amount, reason))
  await auditCase(trx, actor, row, 'case.decide-grant')
  return loadCase(trx, actor, row.id)
}

/** @throws {AppError} not-found, already-closed */
export async function withdrawGrant(trx: Trx, actor: Actor, id: number, reason: string): Promise<CaseDetail> {
  const { grant, row } = await lockGrant(trx, actor, id)
  if (grant.status !== 'waiting' && grant.status !== 'granted') throw new AppError('already-closed')
  await sql`
    update case_grant set status = 'withdrawn', decided_at = now(), decided_by_name = ${actor.name}, reason = ${reason} where id = ${id}`.execute(
    trx,
  )
  await cancelTasks(trx, sql`t.cause = ${`case-grant:${id}`}`, {
    reason: 'case-closed',
    actorId: actor.id,
    source: 'staff',
  })
  await writeLog(trx, actor, row.id, 'grant-withdrawn', wordsOf(grant.name, grant.amount, reason))
  await auditCase(trx, actor, row, 'case.withdraw-grant')
  return loadCase(trx, actor, row.id)
}
