import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  CaseDetail,
  changeCase as changeRoute,
  consultDepartment as consultRoute,
  handOverCase as handOverRoute,
} from '../../../contract/case.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { addWorkingDays, loadCalendars } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { pauseClocks, resumeClocks, stopClocks } from '../clock/clock.ts'
import { departmentOwner, listOf, staffOwner } from '../promise/owner.ts'
import { readSettings } from '../setting/setting.ts'
import { createTasks, queueFor } from '../task/create.ts'
import { completeTasks, requeueTasks } from '../task/transition.ts'
import { answerClock, closeClock, reportClock, retimeAnswer } from './clock.ts'
import { auditCase, writeLog } from './log.ts'
import { linkDepartments, linkDispute, linkStaff } from './open.ts'
import { departmentsOf, lockOpenCase, numberOf } from './scope.ts'
import { assertCategory } from './setup.ts'
import { loadCase } from './view.ts'

/** @throws {AppError} not-found, already-closed, changed-meanwhile */
export async function changeCase(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<typeof changeRoute.body>,
): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  if (row.version !== input.version) throw new AppError('changed-meanwhile')
  if (input.categoryId !== undefined && input.categoryId !== row.category_id)
    await assertCategory(trx, actor, input.categoryId, row.site_id)
  if (input.departmentIds) await changeDepartments(trx, actor, row, input.departmentIds)
  if (input.staffIds) {
    await sql`delete from case_staff where case_id = ${id}`.execute(trx)
    await linkStaff(trx, id, row.site_id, input.staffIds)
  }
  await sql`
    update service_case set category_id = coalesce(${input.categoryId ?? null}::int, category_id), severity = coalesce(${input.severity ?? null}, severity),
      version = version + 1 where id = ${id}`.execute(trx)
  const changed = [
    ...(input.categoryId !== undefined && input.categoryId !== row.category_id ? ['category'] : []),
    ...(input.severity && input.severity !== row.severity ? ['severity'] : []),
    ...(input.staffIds ? ['staff'] : []),
  ]
  if (changed.length > 0) await writeLog(trx, actor, id, 'changed', null, { fields: changed })
  await auditCase(trx, actor, row, 'case.change')
  return loadCase(trx, actor, id)
}

async function changeDepartments(
  trx: Trx,
  actor: Actor,
  row: Awaited<ReturnType<typeof lockOpenCase>>,
  wanted: number[],
): Promise<void> {
  const before = await departmentsOf(trx, row.id)
  const added = [...new Set(wanted)].filter((one) => !before.includes(one))
  const { rows: names } = await sql<{ name: string }>`
    select name from department where id = any(${added}::int[]) and site_id = ${row.site_id} order by id`.execute(
    trx,
  )
  if (names.length < added.length) throw new AppError('not-found')
  await sql`delete from case_department where case_id = ${row.id} and department_id <> all(${wanted}::int[])`.execute(
    trx,
  )
  await linkDepartments(trx, actor, row.id, added)
  if (names.length > 0)
    await writeLog(trx, actor, row.id, 'department-added', names.map((one) => one.name).join('、'))
  if (row.status === 'open') await retimeAnswer(trx, row, new Set(wanted).size)
}

/** @throws {AppError} not-found */
export async function noteCase(trx: Trx, actor: Actor, id: number, text: string): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  await writeLog(trx, actor, id, 'note', text)
  await auditCase(trx, actor, row, 'case.note')
  return loadCase(trx, actor, id)
}

/** Whoever takes a case owns it until somebody else does, by name or by department. @throws {AppError} not-found, already-closed */
export async function handOverCase(
  trx: Trx,
  actor: Actor,
  id: number,
  { staffId, departmentId, reason }: z.output<typeof handOverRoute.body>,
): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  if ((staffId === null) === (departmentId === null))
    throw new AppError('invalid', undefined, [
      { path: 'staffId', message: 'either a colleague or a department' },
    ])
  const owner =
    staffId === null
      ? await departmentOwner(trx, row.site_id, departmentId ?? 0)
      : await staffOwner(trx, row.site_id, staffId)
  const department = staffId === null ? owner.departmentId : null
  await sql`
    update service_case set owner_id = ${owner.id}, owner_staff_id = ${owner.staffId}, owner_department_id = ${department}, owner_name = ${owner.name},
      owner_role = ${owner.role}, version = version + 1 where id = ${id}`.execute(trx)
  const { assignee, place } = listOf({ ...owner, departmentId: department }, row.site_id)
  const { queue, staffId: assigned } = queueFor(assignee, place)
  const { rows: tasks } = await sql<{ id: number }>`
    select id from task where cause = ${`case:${id}:${row.reopened}`} and status in ('requested', 'in-progress')`.execute(
    trx,
  )
  await requeueTasks(
    trx,
    tasks.map((task) => ({ id: task.id, queue, staffId: assigned, coveredForStaffId: null })),
  )
  await writeLog(trx, actor, id, 'handed-over', `${owner.name}：${reason}`)
  await auditCase(trx, actor, row, 'case.hand-over')
  // Who handed it over need not see it any more.
  return loadCase(trx, actor, id, { always: true })
}

/** @throws {AppError} not-found, already-closed */
export async function consultDepartment(
  trx: Trx,
  actor: Actor,
  id: number,
  { departmentId, question, dueAt }: z.output<typeof consultRoute.body>,
): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  const department = await departmentOwner(trx, row.site_id, departmentId)
  const now = new Date()
  const due = dueAt === null ? await usualDue(trx, row.site_id, now) : new Date(dueAt)
  if (due.getTime() <= now.getTime())
    throw new AppError('invalid', undefined, [{ path: 'dueAt', message: 'must be a time in the future' }])
  const { id: asked } = await trx
    .insertInto('case_consultation')
    .values({ case_id: id, department_id: departmentId, question, asked_by_name: actor.name, due_at: due })
    .returning('id')
    .executeTakeFirstOrThrow()
  await createTasks(trx, [
    {
      kind: 'other',
      level: null,
      title: '答复个案征询',
      description: `${numberOf(id)}：${question}`,
      personId: row.person_id,
      subject: { kind: 'case', id },
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `case-consult:${asked}`,
      place: { siteId: row.site_id, departmentId, attendingStaffId: null },
      assignee: 'department-head',
      priority: 1,
      startAt: now,
      dueAt: due,
      questionnaireVersionId: null,
    },
  ])
  await writeLog(trx, actor, id, 'consulted', `${department.name}：${question}`)
  await auditCase(trx, actor, row, 'case.consult')
  return loadCase(trx, actor, id)
}

async function usualDue(trx: Trx, siteId: number, at: Date): Promise<Date> {
  const { 'case.consult-days': days } = await readSettings(trx, ['case.consult-days'], siteId)
  const site = await trx
    .selectFrom('site')
    .select('time_zone')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  return addWorkingDays(at, days, site.time_zone, (await loadCalendars(trx))(siteId))
}

/** @throws {AppError} not-found, already-closed */
export async function answerConsultation(
  trx: Trx,
  actor: Actor,
  id: number,
  answer: string,
): Promise<CaseDetail> {
  const row = await lockAsked(trx, actor, id)
  await keepAnswer(trx, actor, row, answer)
  await completeTasks(trx, sql`t.cause = ${`case-consult:${id}`}`, {
    outcome: 'done',
    actorId: actor.id,
    source: 'staff',
  })
  await auditCase(trx, actor, { id: row.case_id, person_id: row.person_id }, 'case.answer-consultation')
  return loadCase(trx, actor, row.case_id)
}

type Asked = { id: number; case_id: number; person_id: number | null; department_name: string }

async function lockAsked(trx: Trx, actor: Actor, id: number): Promise<Asked> {
  authorize(actor, 'case.write')
  const { rows } = await sql<{ case_id: number; name: string; answered_at: Date | null }>`
    select q.case_id, d.name, q.answered_at from case_consultation q join department d on d.id = q.department_id where q.id = ${id}`.execute(
    trx,
  )
  const asked = found(rows[0])
  const row = await lockOpenCase(trx, actor, asked.case_id, 'case.write')
  if (asked.answered_at !== null) throw new AppError('already-closed')
  return { id, case_id: asked.case_id, person_id: row.person_id, department_name: asked.name }
}

/** Once; a second answer changes nothing. */
export async function keepAnswer(
  trx: Trx,
  by: Pick<Actor, 'id' | 'name'>,
  asked: Asked,
  answer: string,
): Promise<void> {
  const { rows } = await sql`
    update case_consultation set answer = ${answer}, answered_at = now(), answered_by_name = ${by.name}
    where id = ${asked.id} and answered_at is null returning id`.execute(trx)
  if (rows.length > 0)
    await writeLog(trx, by, asked.case_id, 'consultation-answered', `${asked.department_name}：${answer}`)
}

/** @throws {AppError} not-found, already-closed */
export async function pauseCase(trx: Trx, actor: Actor, id: number, reason: string): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  const at = new Date()
  for (const kind of [answerClock, closeClock]) await pauseClocks(trx, kind, [id], { at, reason })
  await writeLog(trx, actor, id, 'paused', reason)
  await auditCase(trx, actor, row, 'case.pause')
  return loadCase(trx, actor, id)
}

/** @throws {AppError} not-found, already-closed */
export async function resumeCase(trx: Trx, actor: Actor, id: number): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  for (const kind of [answerClock, closeClock]) await resumeClocks(trx, kind, [id], new Date())
  await writeLog(trx, actor, id, 'resumed')
  await auditCase(trx, actor, row, 'case.resume')
  return loadCase(trx, actor, id)
}

/** 12320 has heard of it. @throws {AppError} not-found, already-closed */
export async function reportCase(trx: Trx, actor: Actor, id: number): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  const { rows } = await sql`
    update service_case set reported_at = now(), version = version + 1
    where id = ${id} and channel = '12320' and reported_at is null returning id`.execute(trx)
  if (rows.length === 0) throw new AppError('already-closed')
  await stopClocks(trx, reportClock, [{ subjectId: id, at: new Date(), outcome: 'reported' }])
  await writeLog(trx, actor, id, 'reported')
  await auditCase(trx, actor, row, 'case.report')
  return loadCase(trx, actor, id)
}

/** @throws {AppError} not-found, already-closed, invalid (nobody to be in dispute with), forbidden */
export async function makeDispute(trx: Trx, actor: Actor, id: number, reason: string): Promise<CaseDetail> {
  const row = await lockOpenCase(trx, actor, id, 'case.write')
  if (row.dispute_id !== null) throw new AppError('already-exists')
  if (row.person_id === null) throw new AppError('invalid', 'Name the person first.')
  const [departmentId = null] = await departmentsOf(trx, id)
  await linkDispute(trx, actor, { id, person_id: row.person_id }, reason, departmentId)
  await auditCase(trx, actor, row, 'case.dispute')
  return loadCase(trx, actor, id)
}
