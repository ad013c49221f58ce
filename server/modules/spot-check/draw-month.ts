import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { RiskReason, SpotCheckPreview } from '../../../contract/spot-check.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { localDate } from '../../platform/clock.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readSettings } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'
import { frameOf } from './candidates.ts'
import { drawSample } from './draw.ts'

export const questionnaireCode = 'spot-check-level-1'

type Place = { siteId: number; month: string }

/** @throws {AppError} not-found when the site is outside the reach */
export async function siteWithin(db: Db, reach: Reach, siteId: number): Promise<{ time_zone: string }> {
  const site = await db.selectFrom('site').select('time_zone').where('id', '=', siteId).executeTakeFirst()
  if (!reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  return found(site)
}

/** Counts only: showing which results a seed draws would allow trying seeds. */
export async function previewDraw(db: Db, actor: Actor, { siteId, month }: Place): Promise<SpotCheckPreview> {
  await siteWithin(db, authorize(actor, 'spot-check.draw'), siteId)
  const frame = await frameOf(db, siteId, month)
  const byDoctor = Map.groupBy(frame.candidates, (one) => one.staffId)
  const names = await db
    .selectFrom('staff')
    .leftJoin('department', 'department.id', 'staff.department_id')
    .select(['staff.id', 'staff.name', 'department.name as department_name'])
    .where('staff.id', '=', sql<number>`any(${[...byDoctor.keys()]}::int[])`)
    .orderBy('staff.name')
    .orderBy('staff.id')
    .execute()
  await audit(db, actor, { action: 'spot-check.preview', subject: `site:${siteId} ${month}` })
  return {
    notCallable: frame.notCallable,
    doctors: names.map((staff) => {
      const own = byDoctor.get(staff.id) ?? []
      const reasons: Partial<Record<RiskReason, number>> = {}
      for (const one of own) for (const reason of one.reasons) reasons[reason] = (reasons[reason] ?? 0) + 1
      return {
        staffId: staff.id,
        staffName: staff.name,
        departmentName: staff.department_name,
        candidates: own.length,
        size: frame.sizes[staff.id] ?? 0,
        isNew: frame.newDoctors.has(staff.id),
        reasons,
      }
    }),
  }
}

/**
 * Draws the sample of a finished month, once, and creates a task for the service centre per drawn result.
 * @throws {AppError} not-found, invalid (month not over, nothing to draw from), already-exists
 */
export async function drawMonth(trx: Trx, actor: Actor, { siteId, month }: Place) {
  const site = await siteWithin(trx, authorize(actor, 'spot-check.draw'), siteId)
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'month', message }])
  if (localDate(new Date(), site.time_zone).slice(0, 7) <= month) throw wrong('is not over yet')
  // Two concurrent draws: the second waits and then finds it done.
  await sql`select pg_advisory_xact_lock(hashtext('careloop.spot-check'), ${siteId})`.execute(trx)
  const known = await trx
    .selectFrom('spot_check_draw')
    .select('id')
    .where('site_id', '=', siteId)
    .where('month', '=', `${month}-01`)
    .executeTakeFirst()
  if (known) throw new AppError('already-exists')
  const frame = await frameOf(trx, siteId, month)
  if (frame.candidates.length === 0) throw wrong('has no results to draw from')
  const seed = randomBytes(16).toString('hex')
  const { id } = await trx
    .insertInto('spot_check_draw')
    .values({
      site_id: siteId,
      month: `${month}-01`,
      seed,
      sizes: JSON.stringify(frame.sizes),
      settings: JSON.stringify(frame.settings),
      not_callable: frame.notCallable,
      drawn_by: actor.id,
      drawn_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const drawn = await storeSample(
    trx,
    id,
    siteId,
    frame.candidates,
    drawSample(seed, frame.candidates, frame.sizes),
  )
  await audit(trx, actor, {
    action: 'spot-check.draw',
    subject: `site:${siteId} ${month} drawn:${drawn} of:${frame.candidates.length}`,
  })
  return { id, drawn }
}

type Frame = Awaited<ReturnType<typeof frameOf>>

async function storeSample(
  trx: Trx,
  drawId: number,
  siteId: number,
  candidates: Frame['candidates'],
  sample: ReturnType<typeof drawSample>,
): Promise<number> {
  const of = new Map(candidates.map((one) => [one.taskId, one]))
  await sql`
    insert into spot_check_candidate (draw_id, task_id, staff_id, weight, reasons, probability, selected)
    select ${drawId}, x.task_id, x.staff_id, x.weight, string_to_array(x.reasons, ','), x.probability, x.selected
    from (select task_id, staff_id, weight, coalesce(reasons, '') as reasons, probability, selected from unnest(
      ${sample.map((one) => one.taskId)}::bigint[], ${sample.map((one) => one.staffId)}::int[], ${sample.map((one) => one.weight)}::float8[],
      ${sample.map((one) => of.get(one.taskId)?.reasons.join(',') ?? '')}::text[], ${sample.map((one) => one.probability)}::float8[],
      ${sample.map((one) => one.selected)}::boolean[]) as u(task_id, staff_id, weight, reasons, probability, selected)) x`.execute(
    trx,
  )
  const { rows } = await sql<Drawn>`
    with made as (
      insert into spot_check (draw_id, checked_task_id, site_id, department_id, staff_id, probability)
      select c.draw_id, c.task_id, ${siteId}, t.department_id, c.staff_id, c.probability
      from spot_check_candidate c join task t on t.id = c.task_id where c.draw_id = ${drawId} and c.selected
      order by c.task_id
      returning id, checked_task_id, department_id, staff_id
    )
    select made.*, t.person_id, t.encounter_id, s.name as staff_name
    from made join task t on t.id = made.checked_task_id join staff s on s.id = made.staff_id
    order by made.id`.execute(trx)
  await createChecks(trx, siteId, rows)
  return rows.length
}

type Drawn = {
  id: number
  department_id: number | null
  staff_id: number
  staff_name: string
  person_id: number
  encounter_id: number | null
}

async function createChecks(trx: Trx, siteId: number, drawn: Drawn[]): Promise<void> {
  const settings = await readSettings(trx, ['spot-check.due-days'], siteId)
  const version = await trx
    .selectFrom('questionnaire_version as v')
    .innerJoin('questionnaire as q', 'q.id', 'v.questionnaire_id')
    .select('v.id')
    .where('q.code', '=', questionnaireCode)
    .orderBy('v.version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  const now = new Date()
  await createTasks(
    trx,
    drawn.map((one) => ({
      kind: 'spot-check' as const,
      level: null,
      title: '抽查：一级随访是否属实',
      description: `主管医生：${one.staff_name}`,
      personId: one.person_id,
      encounterId: one.encounter_id,
      enrollmentId: null,
      stepKey: null,
      cause: `spot-check:${one.id}`,
      place: { siteId, departmentId: one.department_id, attendingStaffId: one.staff_id },
      assignee: 'service-centre' as const,
      priority: 0 as const,
      startAt: now,
      dueAt: new Date(now.getTime() + settings['spot-check.due-days'] * 86_400_000),
      questionnaireVersionId: version.id,
    })),
  )
  // Equality, to use the index.
  await sql`
    update spot_check k set task_id = t.id from unnest(${drawn.map((one) => one.id)}::bigint[]) as d(id), task t
    where k.id = d.id and t.cause = 'spot-check:' || d.id and t.status <> 'cancelled'`.execute(trx)
}

/** The seed and all other inputs of the sample. @throws {AppError} not-found */
export async function getDraw(db: Db, actor: Actor, id: number) {
  const reach = authorize(actor, 'spot-check.draw')
  const draw = found(
    await db.selectFrom('spot_check_draw').selectAll().where('id', '=', id).executeTakeFirst(),
  )
  await siteWithin(db, reach, draw.site_id)
  const rows = await db
    .selectFrom('spot_check_candidate')
    .selectAll()
    .where('draw_id', '=', id)
    .orderBy('task_id')
    .execute()
  await audit(db, actor, { action: 'spot-check.draw.read', subject: `draw:${id}` })
  return {
    seed: draw.seed,
    sizes: draw.sizes as Record<string, number>,
    settings: draw.settings as Record<string, unknown>,
    candidates: rows.map((row) => ({
      taskId: row.task_id,
      staffId: row.staff_id,
      weight: row.weight,
      reasons: row.reasons as RiskReason[],
      probability: row.probability,
      selected: row.selected,
    })),
  }
}
