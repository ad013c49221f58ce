import { sql } from 'kysely'
import { distanceKm, type Point } from '../../../contract/geo.ts'
import type { recordVisit as recordRoute, VisitReport } from '../../../contract/visit-record.ts'
import type { z } from 'zod'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { personOfRecord } from '../event/record.ts'
import { recordAttempt } from '../task/attempt.ts'
import { holdTask } from '../task/task.ts'
import { homeOf, positionOf } from './open-visits.ts'

type Receipt = z.input<(typeof recordRoute)['response']>

/** Permanent refusals of a task; a task held by a colleague is not among them: the telephone retries. */
const keptFor = new Set(['already-closed', 'changed-meanwhile', 'invalid', 'not-found'])

/**
 * Records the result of a home visit. If the task can no longer take it, it is kept for review, so that nothing recorded at a home is
 * lost.
 * @throws {AppError} held-by-other; not-found unless this visitor took the task
 */
export async function recordVisit(
  db: Db,
  actor: Actor,
  taskId: number,
  input: VisitReport,
): Promise<Receipt> {
  authorize(actor, 'visit.work')
  const report = onOurClock(input, new Date())
  try {
    return await transaction(db, (trx) => apply(trx, actor, taskId, report))
  } catch (error) {
    if (!(error instanceof AppError) || !keptFor.has(error.id)) throw error
    const problem = error.id
    return transaction(db, (trx) => keep(trx, actor, taskId, report, problem))
  }
}

/** A telephone's clock may be wrong; it sends its current time for correction. */
function onOurClock(input: VisitReport, now: Date): VisitReport {
  const skew = now.getTime() - Date.parse(input.sentAt)
  const shift = Math.abs(skew) > 60_000 ? skew : 0
  const right = (time: string) => new Date(Math.min(Date.parse(time) + shift, now.getTime()))
  const [one, other] = [right(input.arrivedAt), right(input.leftAt)]
  const [arrivedAt, leftAt] = one <= other ? [one, other] : [other, one]
  return { ...input, arrivedAt: arrivedAt.toISOString(), leftAt: leftAt.toISOString() }
}

async function apply(trx: Trx, actor: Actor, taskId: number, report: VisitReport): Promise<Receipt> {
  const distanceMetres = await distanceToHome(trx, taskId, report.position)
  if (!(await insert(trx, actor, taskId, report, { distanceMetres, problem: null })))
    return receiptOf(trx, actor, report.idempotencyKey)
  await holdTask(trx, actor, taskId, 'made')
  const seconds = Math.round((Date.parse(report.leftAt) - Date.parse(report.arrivedAt)) / 1000)
  const place = placeOf(report, distanceMetres)
  await recordAttempt(trx, actor, taskId, {
    outcome: report.outcome,
    channel: 'visit',
    answers: report.answers,
    basedOn: report.basedOn,
    note: report.note,
    occurredAt: report.leftAt,
    durationSeconds: Math.min(seconds, 86_400),
    optOut: false,
    idempotencyKey: report.idempotencyKey,
    ...(place !== null && {
      evidence: {
        kind: 'visit-note' as const,
        place,
        at: report.arrivedAt,
        durationSeconds: Math.min(seconds, 86_400),
      },
    }),
  })
  return receiptOf(trx, actor, report.idempotencyKey)
}

/** @throws {AppError} not-found unless the visitor took the task */
async function keep(
  trx: Trx,
  actor: Actor,
  taskId: number,
  report: VisitReport,
  problem: string,
): Promise<Receipt> {
  found(
    await trx
      .selectFrom('visit_take')
      .select('task_id')
      .where('task_id', '=', taskId)
      .where('actor_id', '=', actor.id)
      .executeTakeFirst(),
  )
  const distanceMetres = await distanceToHome(trx, taskId, report.position)
  if (await insert(trx, actor, taskId, report, { distanceMetres, problem })) {
    const task = await trx
      .selectFrom('task')
      .select(personOfRecord(sql`task.person_id`).as('person_id'))
      .where('id', '=', taskId)
      .executeTakeFirst()
    await audit(trx, actor, {
      action: 'visit.keep',
      personId: task?.person_id ?? null,
      subject: `task:${taskId} ${problem}`,
      fields: ['outcome', 'answers', 'position'],
    })
  }
  return receiptOf(trx, actor, report.idempotencyKey)
}

/** @returns false when the report already exists; waits for one being written */
async function insert(
  trx: Trx,
  actor: Actor,
  taskId: number,
  report: VisitReport,
  { distanceMetres, problem }: { distanceMetres: number | null; problem: string | null },
): Promise<boolean> {
  const { position } = report
  const { rows } = await sql`
    insert into visit_record (task_id, site_id, team_id, actor_id, actor_name, idempotency_key, outcome, arrived_at, left_at, latitude,
      longitude, accuracy_metres, distance_metres, note, status, problem, answers)
    select t.id, t.site_id, coalesce(
        (select s.team_id from visit_stop s join visit_plan l on l.id = s.plan_id and l.status = 'confirmed'
          join visit_team_member m on m.team_id = s.team_id and m.staff_id = ${actor.staffId}
          where s.task_id = t.id order by s.replaced_at is null desc, s.id desc limit 1),
        (select m.team_id from visit_team_member m where m.staff_id = ${actor.staffId} order by m.team_id limit 1)),
      ${actor.id}, ${actor.name}, ${report.idempotencyKey}, ${report.outcome}, ${report.arrivedAt}::timestamptz, ${report.leftAt}::timestamptz,
      ${position?.latitude ?? null}::double precision, ${position?.longitude ?? null}::double precision,
      ${position?.accuracyMetres ?? null}::int, ${distanceMetres}::int, ${report.note ?? null}::text,
      ${problem === null ? 'applied' : 'kept'}, ${problem}::text,
      -- Answers that the task accepted are stored with the task.
      ${problem === null ? null : JSON.stringify(report.answers ?? {})}::jsonb
    from task t where t.id = ${taskId}
    on conflict (actor_id, idempotency_key) do nothing returning id`.execute(trx)
  return rows.length > 0
}

async function receiptOf(trx: Trx, actor: Actor, key: string): Promise<Receipt> {
  const row = await trx
    .selectFrom('visit_record as r')
    .innerJoin('task as t', 't.id', 'r.task_id')
    .select(['r.status', 'r.problem', 'r.distance_metres', 't.status as task_status'])
    .where('r.actor_id', '=', actor.id)
    .where('r.idempotency_key', '=', key)
    .executeTakeFirst()
  const { status, problem, distance_metres, task_status } = found(row)
  return {
    status: status,
    problem,
    taskStatus: task_status,
    distanceMetres: distance_metres,
  }
}

async function distanceToHome(trx: Trx, taskId: number, position: Point | null): Promise<number | null> {
  if (!position) return null
  const { rows } = await sql<{ latitude: number | null; longitude: number | null }>`
    select a.latitude, a.longitude from task t, lateral (${homeOf(personOfRecord(sql`t.person_id`))}) a where t.id = ${taskId}`.execute(
    trx,
  )
  const home = rows[0] && positionOf(rows[0])
  return home ? Math.round(distanceKm(home, position) * 1000) : null
}

/** The position for the evidence. */
function placeOf({ position, place }: VisitReport, distanceMetres: number | null): string | null {
  const parts = [
    position &&
      `${position.latitude.toFixed(5)}, ${position.longitude.toFixed(5)} (±${position.accuracyMetres} m)`,
    distanceMetres !== null && `距登记住址 ${distanceMetres} m`,
    place,
  ].filter((part) => typeof part === 'string')
  return parts.length > 0 ? parts.join(' · ') : null
}
