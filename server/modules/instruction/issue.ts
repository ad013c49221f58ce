import { sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type { issueInstruction as issueRoute } from '../../../contract/instruction.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertWithin } from '../person/scope.ts'
import { createTasks } from '../task/create.ts'
import { recordsOf } from '../event/record.ts'
import { startClocks } from '../clock/clock.ts'
import { executionClock } from './clock.ts'

type Input = z.output<(typeof issueRoute)['body']>

/** What a round of an instruction makes on somebody's list. */
type Round = {
  id: number
  round: number
  personId: number
  encounterId: number | null
  siteId: number
  departmentId: number
  staffId: number | null
  assigneeRole: 'doctor' | 'nurse' | 'department-head'
  text: string
  /** Left out: what the site allows. */
  dueAt: Date | undefined
}

/**
 * Tells a department to get in touch with a patient.
 * @throws {AppError} not-found (person, stay, department or colleague outside the actor's reach), invalid
 */
export async function issueInstruction(
  trx: Trx,
  actor: Actor,
  input: Input,
): Promise<{ id: number; taskId: number }> {
  const reach = authorize(actor, 'instruction.issue')
  const dueAt = input.dueAt === undefined ? undefined : inFuture(input.dueAt)
  await assertWithin(trx, reach, [input.personId])
  const person = found(
    await trx
      .selectFrom('person')
      .select(sql<number>`coalesce(survivor_id, id)`.as('id'))
      .where('id', '=', input.personId)
      .executeTakeFirst(),
  )
  const department = found(
    await trx
      .selectFrom('department')
      .select(['id', 'site_id'])
      .where('id', '=', input.departmentId)
      .where('active', '=', true)
      .where(reach.all ? sql<SqlBool>`true` : sql<SqlBool>`site_id = any(${reach.siteIds}::int[])`)
      .executeTakeFirst(),
  )
  if (input.staffId !== null) await assertColleague(trx, input.staffId, department.id)
  const record =
    input.encounterId === null
      ? person
      : found(
          await trx
            .selectFrom('encounter')
            .select('person_id as id')
            .where('id', '=', input.encounterId)
            .where('person_id', '=', sql<number>`any(${recordsOf(sql`${person.id}`)})`)
            .executeTakeFirst(),
        )
  const { id } = await trx
    .insertInto('return_visit_instruction')
    .values({
      person_id: record.id,
      encounter_id: input.encounterId,
      site_id: department.site_id,
      department_id: department.id,
      assignee_role: input.assigneeRole,
      staff_id: input.staffId,
      reason: input.reason,
      text: input.text,
      issued_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await remember(trx, id, actor.name, 'issued', input.text)
  const taskId = await startRound(trx, {
    id,
    round: 1,
    personId: person.id,
    encounterId: input.encounterId,
    siteId: department.site_id,
    departmentId: department.id,
    staffId: input.staffId,
    assigneeRole: input.assigneeRole,
    text: input.text,
    dueAt,
  })
  await audit(trx, actor, {
    action: 'instruction.issue',
    personId: person.id,
    subject: `instruction:${id} department:${department.id}`,
  })
  return { id, taskId }
}

async function assertColleague(trx: Trx, staffId: number, departmentId: number): Promise<void> {
  const row = await trx
    .selectFrom('staff')
    .select('id')
    .where('id', '=', staffId)
    .where('department_id', '=', departmentId)
    .where('active', '=', true)
    .executeTakeFirst()
  if (!row)
    throw new AppError('invalid', undefined, [
      { path: 'staffId', message: 'does not work in that department' },
    ])
}

/** @throws {AppError} invalid */
export function inFuture(dueAt: string): Date {
  const at = new Date(dueAt)
  if (at.getTime() > Date.now()) return at
  throw new AppError('invalid', undefined, [{ path: 'dueAt', message: 'must be a time in the future' }])
}

/** Starts the clock of a round, makes its task and ties it to the instruction. @returns the task's id */
export async function startRound(trx: Trx, round: Round): Promise<number> {
  const startAt = new Date()
  const { id: subjectId, siteId, personId, dueAt } = round
  const due = await startClocks(trx, executionClock, [{ subjectId, siteId, personId, at: startAt, dueAt }])
  const cause = `return-visit-instruction:${round.id}:${round.round}`
  await createTasks(trx, [
    {
      kind: 'return-visit',
      level: null,
      title: '客服中心回访指令',
      description: round.text,
      personId: round.personId,
      encounterId: round.encounterId,
      enrollmentId: null,
      stepKey: null,
      cause,
      place: {
        siteId: round.siteId,
        departmentId: round.departmentId,
        attendingStaffId: round.staffId,
      },
      // A named colleague gets it whatever their role is.
      assignee: round.staffId === null ? round.assigneeRole : 'attending-doctor',
      priority: 0,
      startAt,
      // Days of the wall clock are known without a calendar.
      dueAt: due.get(round.id) ?? startAt,
      questionnaireVersionId: null,
    },
  ])
  const task = await trx
    .selectFrom('task')
    .select('id')
    .where('cause', '=', cause)
    .where('status', '<>', 'cancelled')
    .executeTakeFirstOrThrow()
  await trx
    .updateTable('return_visit_instruction')
    .set({ task_id: task.id })
    .where('id', '=', round.id)
    .execute()
  return task.id
}

type Action = 'issued' | 'executed' | 'reopened' | 'submitted' | 'returned' | 'filed' | 'withdrawn'

/** Writes one line of what was done about an instruction. */
export async function remember(
  trx: Trx,
  id: number,
  byName: string,
  action: Action,
  note: string | null = null,
  outcome: string | null = null,
): Promise<void> {
  await trx
    .insertInto('return_visit_instruction_history')
    .values({ instruction_id: id, by_name: byName, action, note, outcome })
    .execute()
}
