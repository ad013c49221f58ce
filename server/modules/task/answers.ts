import { sql } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf, scoreOf } from '../../../contract/score.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import {
  checkAnswers,
  getQuestionnaire,
  type RedFlag,
  redFlagsOf,
  totalFlag,
} from '../questionnaire/questionnaire.ts'
import { createTasks } from './create.ts'
import type { TaskRow } from './list.ts'

export type StoredAnswers = {
  savedAt: string
  score: number | null
  redFlags: { linkId: string; text: string }[]
}

/**
 * Stores the answers of a task (all of them, not a difference), scores them and raises red flags at once.
 * @param complete the contact succeeded: required questions must be answered
 * @param at when the person answered
 * @throws {AppError} invalid, naming each question
 */
export async function storeAnswers(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  answers: Answers | undefined,
  complete: boolean,
  at = new Date(),
): Promise<StoredAnswers> {
  const savedAt = new Date().toISOString()
  if (task.questionnaire_version_id === null) return { savedAt, score: null, redFlags: [] }
  const questionnaire = await getQuestionnaire(trx, { versionId: task.questionnaire_version_id })
  const given = answers ?? (complete ? await savedAnswers(trx, task.id) : undefined)
  if (given === undefined) return { savedAt, score: null, redFlags: [] }
  const checked = checkAnswers(questionnaire, given, complete)
  const score = scoreOf(questionnaire, checked)
  const flags = redFlagsOf(questionnaire, checked, complete)
  const status = complete ? 'completed' : 'in-progress'
  const values = {
    questionnaire_version_id: task.questionnaire_version_id,
    person_id: task.person_id,
    encounter_id: task.encounter_id,
    task_id: task.id,
    status,
    answers: JSON.stringify(checked),
    score,
    author: actor.id,
  }
  const changes = {
    status,
    answers: values.answers,
    score,
    author: actor.id,
    updated_at: sql<Date>`clock_timestamp()`,
  }
  const response = await trx
    .insertInto('questionnaire_response')
    .values(values)
    .onConflict((c) => c.column('task_id').where('task_id', 'is not', null).doUpdateSet(changes))
    .returning('id')
    .executeTakeFirstOrThrow()
  await syncRedFlags(trx, actor, task, questionnaire, flags)
  const band = complete ? bandOf(questionnaire, checked) : null
  if (complete)
    await recordEvents(trx, [
      {
        ...eventBase(task, actor),
        at,
        kind: 'questionnaire.completed',
        data: {
          responseId: response.id,
          title: questionnaire.title['zh-CN'],
          score,
          ...(band && { band: band.text }),
          redFlags: flags.map((flag) => flag.linkId),
        },
      },
    ])
  return {
    savedAt,
    score,
    redFlags: flags.map((flag) => ({ linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId })),
  }
}

async function savedAnswers(trx: Trx, taskId: number): Promise<Answers> {
  const saved = await trx
    .selectFrom('questionnaire_response')
    .select('answers')
    .where('task_id', '=', taskId)
    .executeTakeFirst()
  return (saved?.answers ?? {}) as Answers
}

function eventBase(task: TaskRow, actor: Actor) {
  return {
    personId: task.person_id,
    at: new Date(),
    source: 'staff',
    actorId: actor.id,
    encounterId: task.encounter_id,
    taskId: task.id,
  }
}

/**
 * A dangerous answer makes an urgent task for the attending doctor; taking the answer back cancels it as long as nobody has touched it
 * (a slip of the key must not ring a doctor for nothing, a seen alarm must not vanish).
 */
async function syncRedFlags(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  questionnaire: QuestionnaireDefinition,
  flags: RedFlag[],
): Promise<void> {
  const cause = (linkId: string) => `red-flag:${task.id}:${linkId}`
  const raisedNow = new Set(flags.map((flag) => flag.linkId))
  const possible = questionnaire.items.filter((item) => item.redFlag).map((item) => item.linkId)
  const withdrawn = [...possible, totalFlag].filter((linkId) => !raisedNow.has(linkId))
  // By equality, for the index: this runs at every autosave.
  await sql`
    update task set status = 'cancelled', completed_at = now(), version = version + 1
    where cause = any(${withdrawn.map(cause)}::text[]) and status <> 'cancelled'
      and status = 'requested' and held_by is null`.execute(trx)
  if (flags.length === 0) return
  const { rows: known } = await sql<{ cause: string }>`
    select cause from task where cause = any(${flags.map((flag) => cause(flag.linkId))}::text[]) and status <> 'cancelled'`.execute(
    trx,
  )
  const raised = flags.filter((flag) => !known.some((row) => row.cause === cause(flag.linkId)))
  if (raised.length === 0) return
  const now = new Date()
  await createTasks(
    trx,
    raised.map((flag) => ({
      kind: 'red-flag' as const,
      level: null,
      title: flag.text['zh-CN'] ?? flag.linkId,
      description: task.title,
      personId: task.person_id,
      encounterId: task.encounter_id,
      enrollmentId: null,
      stepKey: null,
      cause: cause(flag.linkId),
      place: {
        siteId: task.site_id,
        departmentId: task.department_id,
        attendingStaffId: task.attending_staff_id,
      },
      assignee: 'attending-doctor' as const,
      priority: 2 as const,
      startAt: now,
      dueAt: new Date(now.getTime() + flag.withinMinutes * 60_000),
      questionnaireVersionId: null,
    })),
  )
  await recordEvents(
    trx,
    raised.map((flag) => ({
      ...eventBase(task, actor),
      kind: 'red-flag.raised' as const,
      data: { linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId },
    })),
  )
}
