import { sql, type SqlBool } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { z } from 'zod'
import type { GivenAnswers, takeNextTask as nextRoute, TaskDetail } from '../../../contract/task.ts'
import { renderText } from '../../../contract/template.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { ageYears, localDate } from '../../platform/clock.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertContactPermitted, refusedAmong, contactVerdictOf } from '../contact/task.ts'
import { taskWithin } from '../person/scope.ts'
import { getQuestionnaire } from '../questionnaire/questionnaire.ts'
import { readSettings } from '../setting/setting.ts'
import { cardOf } from './card.ts'
import { type PersonTask, taskColumns, taskJoins, type TaskRow, taskRows, viewTask } from './list.ts'
import { callingHoursAt } from './calling-hours.ts'
import { attemptsOf, ladderKeys } from './next-attempt.ts'
import { isProvable } from './proof.ts'
import { evidenceOf } from './proof-view.ts'
import { alarmsOf, remindedAt } from './red-flag.ts'
import { isOfOthers, queuesOf } from './scope.ts'
import { bestHourOf } from './list-reason.ts'
import { freeFor, hold, release } from './transition.ts'

/** @throws {AppError} not-found, also when outside the actor's reach */
export async function loadTask(
  db: Db,
  actor: Actor,
  permission: 'task.read' | 'task.work',
  id: number,
): Promise<TaskRow> {
  const reach = authorize(actor, permission)
  const queues = await queuesOf(db, actor)
  const { rows } = await sql<TaskRow>`
    select ${taskColumns} from task t ${taskJoins} where t.id = ${id} and ${taskWithin(reach, queues, 't')}`.execute(
    db,
  )
  return found(rows[0])
}

/** @throws {AppError} not-found; invalid when the task is about no person */
export async function loadPersonTask(
  db: Db,
  actor: Actor,
  permission: 'task.read' | 'task.work',
  id: number,
): Promise<PersonTask> {
  const row = await loadTask(db, actor, permission, id)
  if (!isOfPerson(row))
    throw new AppError('invalid', 'This task is about no person.', [
      { path: 'id', message: 'is about no person' },
    ])
  return row
}

/** Whether a task may be closed without the outcome of a contact. */
export const withoutContact = (row: Pick<TaskRow, 'person_id' | 'kind' | 'attempts'>) =>
  row.person_id === null || (row.kind === 'other' && row.attempts === 0)

export const isOfPerson = (row: TaskRow): row is PersonTask => row.person_id !== null

type Attempt = {
  id: number
  number: number
  at: Date
  user_id: string
  user_name: string
  channel: string
  ladder_step: string
  outcome: string
  note: string | null
  call_back_at: Date | null
  duration_seconds: number | null
  callee_name: string | null
  callee_relation: string | null
}

export async function getTask(db: Db, actor: Actor, id: number): Promise<TaskDetail> {
  const row = await loadTask(db, actor, 'task.read', id)
  await audit(db, actor, {
    action: 'task.read',
    personId: row.person_id,
    subject: `task:${id}`,
    fields: ['name', 'contacts-masked', 'encounters', 'medications', 'observations', 'answers'],
  })
  return viewDetail(db, actor, row)
}

async function viewDetail(db: Db, actor: Actor, row: TaskRow): Promise<TaskDetail> {
  const now = new Date()
  const attempts = await db
    .selectFrom('task_attempt')
    .selectAll()
    .where('task_id', '=', row.id)
    .orderBy('number')
    .execute()
  const settings = await readSettings(
    db,
    [...ladderKeys, 'follow-up.undo-minutes', 'spot-check.short-call-seconds'],
    row.site_id,
  )
  const response = await db
    .selectFrom('questionnaire_response')
    .selectAll()
    .where('task_id', '=', row.id)
    .executeTakeFirst()
  const pathway = row.enrollment_id
    ? await db
        .selectFrom('enrollment')
        .innerJoin('pathway', 'pathway.id', 'enrollment.pathway_id')
        .select('pathway.name')
        .where('enrollment.id', '=', row.enrollment_id)
        .executeTakeFirst()
    : undefined
  const questionnaire = row.questionnaire_version_id
    ? await getQuestionnaire(db, { versionId: row.questionnaire_version_id })
    : null
  const last = attempts.at(-1)
  const result = last ?? { user_id: row.completed_by, recorded_at: row.completed_at ?? new Date(0) }
  const undoable =
    result.user_id === actor.id &&
    now.getTime() - result.recorded_at.getTime() < settings['follow-up.undo-minutes'] * 60_000
  const allowed = attemptsOf(row.ladder_step, settings)
  const queues = await queuesOf(db, actor)
  const summary = viewTask(row, actor, queues, allowed, now)
  const isOpen = ['requested', 'in-progress'].includes(row.status)
  const isFlag = row.kind === 'red-flag'
  const bestHour = isOfPerson(row) && summary.standing.length > 0 ? await bestHourOf(db, row) : null
  return {
    ...summary,
    standing: bestHour ? [...summary.standing, bestHour] : summary.standing,
    description: row.description,
    version: row.version,
    enrollmentId: row.enrollment_id,
    pathwayName: pathway?.name ?? null,
    card: isOfPerson(row) ? await cardOf(db, actor, row) : null,
    attemptsAllowed: allowed,
    attemptsMade: row.attempts - row.ladder_step_from,
    attemptList: attempts.map(viewAttempt),
    alarms: isFlag ? await alarmsOf(db, row.id) : [],
    remindedAt: isFlag ? await remindedAt(db, row) : null,
    evidence: await evidenceOf(db, actor, row, last, settings['spot-check.short-call-seconds']),
    resultNote: row.result_note,
    questionnaire: questionnaire && withScript(questionnaire, row, actor),
    response: response
      ? {
          id: response.id,
          status: response.status,
          answers: response.answers as Answers,
          score: response.score,
          source: response.source,
          channel: response.channel === 'voice' ? 'voice' : null,
          given: (response.given ?? null) as GivenAnswers | null,
          updatedAt: response.updated_at.toISOString(),
        }
      : null,
    contact: await contactVerdictOf(db, row),
    callingHours: await callingHoursAt(db, row.site_id, row.time_zone),
    shortCallSeconds: settings['spot-check.short-call-seconds'],
    abilities: {
      work: may(actor, 'task.work') && isOpen && !summary.ofOthers,
      complete: may(actor, 'task.work') && isOpen && withoutContact(row),
      assign: may(actor, 'task.assign'),
      reopen: undoable && may(actor, 'task.work'),
      prove: may(actor, 'task.work') && isProvable(row),
      remind: may(actor, 'task.work') && isOpen && summary.ofOthers,
    },
  }
}

function viewAttempt(row: Attempt): TaskDetail['attemptList'][number] {
  return {
    id: row.id,
    number: row.number,
    at: row.at.toISOString(),
    staffName: row.user_name,
    channel: row.channel as 'phone',
    ladderStep: row.ladder_step as 'phone',
    outcome: row.outcome as 'done',
    note: row.note,
    callBackAt: row.call_back_at?.toISOString() ?? null,
    durationSeconds: row.duration_seconds,
    callee: row.callee_name === null ? null : { relation: row.callee_relation ?? '', name: row.callee_name },
  }
}

/** How one speaks to the person; children are called by their names. */
function addressed(row: TaskRow, language: string): string {
  const name = row.person_name ?? row.group_name ?? ''
  const age = ageYears(row.birth_date, localDate(new Date(), row.time_zone))
  if (age === null || age < 18 || (row.sex !== 'male' && row.sex !== 'female')) return name
  return language === 'en'
    ? `${row.sex === 'male' ? 'Mr' : 'Ms'} ${name}`
    : `${name}${row.sex === 'male' ? '先生' : '女士'}`
}

/** The opening words with this person's facts in them. */
function withScript(
  questionnaire: QuestionnaireDefinition,
  row: TaskRow,
  actor: Actor,
): QuestionnaireDefinition {
  if (!questionnaire.script) return questionnaire
  const facts = {
    hospital: row.site_name,
    department: row.department_name ?? row.site_name,
    condition: row.condition_text ?? '',
    agent: actor.name,
  }
  const script = Object.fromEntries(
    Object.entries(questionnaire.script).map(([language, text]) => [
      language,
      renderText(text, { ...facts, name: addressed(row, language) }),
    ]),
  )
  return { ...questionnaire, script: script as QuestionnaireDefinition['script'] }
}

/** Condition in SQL: the task does not check a result that the actor recorded or answers for. */
const independent = (actor: Actor) => sql<SqlBool>`(t.kind <> 'spot-check' or not exists (
  select 1 from spot_check k join task c on c.id = k.checked_task_id
  where k.task_id = t.id and (c.completed_by = ${actor.id} or k.staff_id = ${actor.staffId})))`

/**
 * Holds the task for 15 minutes (setting), extended by every save.
 * @param contact `made`: the contact already took place and is registered now; a reason: why to proceed although the gate refuses
 * @throws {AppError} not-found, held-by-other, already-closed, red-flag-of-others, own-result, contact-refused
 */
export async function holdTask(
  trx: Trx,
  actor: Actor,
  id: number,
  contact: 'to-come' | 'made' | { reason: string } = 'to-come',
): Promise<TaskRow> {
  const row = await loadTask(trx, actor, 'task.work', id)
  if (!['requested', 'in-progress'].includes(row.status)) throw new AppError('already-closed')
  if (isOfOthers(row, actor, await queuesOf(trx, actor))) throw new AppError('red-flag-of-others')
  const ownHold = row.held_by === actor.id && row.held_until !== null && row.held_until > new Date()
  if (contact === 'to-come' && !ownHold) await assertContactPermitted(trx, row)
  const minutes = (await readSettings(trx, ['follow-up.hold-minutes'], row.site_id))['follow-up.hold-minutes']
  if (!(await hold(trx, actor, id, minutes, independent(actor)))) {
    const now = await loadTask(trx, actor, 'task.work', id)
    const { rows: free } =
      await sql`select 1 from task t where t.id = ${id} and ${independent(actor)}`.execute(trx)
    if (free.length === 0) throw new AppError('own-result')
    throw new AppError('held-by-other', `${now.held_by_name ?? 'A colleague'} is working on this task.`)
  }
  await audit(trx, actor, {
    action: 'task.hold',
    personId: row.person_id,
    subject: `task:${id}`,
    ...(typeof contact === 'object' && { reason: contact.reason }),
  })
  return row
}

export async function releaseTask(trx: Trx, actor: Actor, id: number): Promise<void> {
  const row = await loadTask(trx, actor, 'task.work', id)
  await release(trx, actor, id)
  await audit(trx, actor, { action: 'task.release', personId: row.person_id, subject: `task:${id}` })
}

/** Holds the first task of the list that nobody holds and that is nobody else's; two agents asking at once get different ones. */
export async function takeNextTask(
  trx: Trx,
  actor: Actor,
  { afterTaskId, level, whose }: z.output<(typeof nextRoute)['body']>,
): Promise<number | null> {
  authorize(actor, 'task.work')
  const { rows } = await taskRows(trx, actor, {
    view: 'todo',
    whose,
    level: level ? [level] : undefined,
    freeFor: actor,
    limit: 60,
  })
  const refused = await refusedAmong(trx, rows)
  const free = rows.filter((row) => row.id !== afterTaskId && !refused.has(row.id))
  if (free.length === 0) return null
  const { rows: locked } = await sql<{ id: number }>`
    select t.id from unnest(${free.map((row) => row.id)}::bigint[]) with ordinality as w(id, position) join task t on t.id = w.id
    where t.status in ('requested', 'in-progress') and ${freeFor(actor)} and ${independent(actor)}
    order by w.position limit 1 for update of t skip locked`.execute(trx)
  const id = locked[0]?.id
  if (id === undefined) return null
  await holdTask(trx, actor, id)
  return id
}
