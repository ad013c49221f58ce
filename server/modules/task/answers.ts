import { type RawBuilder, sql } from 'kysely'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { bandOf, scoreOf } from '../../../contract/score.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { assertPhotos, dropUnnamed } from '../questionnaire/photo-store.ts'
import {
  checkAnswers,
  forPerson,
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

/** Who gives the answers, and which answers they had before their eyes. */
export type Giver = { source: 'staff' | 'person'; basedOn?: string | null | undefined }

/**
 * Stores the answers of a task (all of them, not a difference), scores them and raises red flags at once.
 * @param complete the contact succeeded: required questions must be answered
 * @param at when the person answered
 * @throws {AppError} invalid, naming each question; changed-meanwhile when the person handed in others that this caller has not seen
 */
export async function storeAnswers(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  answers: Answers | undefined,
  complete: boolean,
  at = new Date(),
  giver: Giver = { source: 'staff' },
): Promise<StoredAnswers> {
  const savedAt = new Date().toISOString()
  if (task.questionnaire_version_id === null) return { savedAt, score: null, redFlags: [] }
  const whole = await getQuestionnaire(trx, { versionId: task.questionnaire_version_id })
  const questionnaire = giver.source === 'person' ? forPerson(whole) : whole
  const given = answers ?? (complete ? await savedAnswers(trx, task.id) : undefined)
  if (given === undefined) return { savedAt, score: null, redFlags: [] }
  if (giver.source === 'staff') await assertSeen(trx, task.id, giver.basedOn)
  const checked = checkAnswers(questionnaire, given, complete)
  await assertPhotos(trx, task.id, questionnaire, checked, giver.source)
  const score = scoreOf(questionnaire, checked)
  const flags = redFlagsOf(questionnaire, checked, complete)
  const status: 'completed' | 'in-progress' = complete ? 'completed' : 'in-progress'
  const values = {
    questionnaire_version_id: task.questionnaire_version_id,
    person_id: task.record_id,
    encounter_id: task.encounter_id,
    task_id: task.id,
    status: status,
    answers: JSON.stringify(checked),
    score,
    author: actor.id,
    source: giver.source,
  }
  // What the person said stays the person's as long as staff change nothing about it.
  const unlessSame = (column: string, changed: RawBuilder<unknown>) =>
    sql<never>`case when questionnaire_response.answers = excluded.answers
      then questionnaire_response.${sql.ref(column)} else ${changed} end`
  const changes = {
    status,
    answers: values.answers,
    score,
    author: unlessSame('author', sql`excluded.author`),
    source: unlessSame('source', sql`excluded.source`),
    updated_at: unlessSame('updated_at', sql`clock_timestamp()`),
  }
  const response = await trx
    .insertInto('questionnaire_response')
    .values(values)
    .onConflict((c) => c.column('task_id').where('task_id', 'is not', null).doUpdateSet(changes))
    .returning('id')
    .executeTakeFirstOrThrow()
  const drafts = giver.source === 'staff' ? await draftFlags(trx, task.id, questionnaire) : []
  await syncRedFlags(trx, actor, task, giver.source, questionnaire, [...flags, ...drafts])
  const band = complete ? bandOf(questionnaire, checked) : null
  if (complete) {
    await dropUnnamed(trx, actor, task.id)
    await recordEvents(trx, [
      {
        ...eventBase(task, actor, giver.source),
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
  }
  return {
    savedAt,
    score,
    redFlags: flags.map((flag) => ({ linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId })),
  }
}

/**
 * Half-filled answers of a person behind a link: dangerous ones act at once, those that staff noted stay.
 * @throws {AppError} invalid, naming each question
 */
export async function watchDraft(
  trx: Trx,
  actor: Actor,
  task: TaskRow,
  questionnaire: QuestionnaireDefinition,
  answers: Answers,
): Promise<{ answers: Answers; redFlags: string[] }> {
  const checked = checkAnswers(questionnaire, answers, false)
  await assertPhotos(trx, task.id, questionnaire, checked, 'person')
  const flags = redFlagsOf(questionnaire, checked, false)
  const noted = redFlagsOf(questionnaire, await savedAnswers(trx, task.id), false)
  await syncRedFlags(trx, actor, task, 'person', questionnaire, [...flags, ...noted])
  return { answers: checked, redFlags: flags.map((flag) => flag.linkId) }
}

/** Dangers in what the person is just filling in: an answer of staff does not take them back. */
async function draftFlags(
  trx: Trx,
  taskId: number,
  questionnaire: QuestionnaireDefinition,
): Promise<RedFlag[]> {
  const draft = await trx
    .selectFrom('questionnaire_link')
    .select('answers')
    .where('task_id', '=', taskId)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return draft ? redFlagsOf(questionnaire, draft.answers as Answers, false) : []
}

/** @throws {AppError} changed-meanwhile */
async function assertSeen(trx: Trx, taskId: number, basedOn: string | null | undefined): Promise<void> {
  const said = await trx
    .selectFrom('questionnaire_response')
    .select('updated_at')
    .where('task_id', '=', taskId)
    .where('source', '=', 'person')
    .executeTakeFirst()
  if (said && basedOn !== undefined && basedOn !== said.updated_at.toISOString())
    throw new AppError('changed-meanwhile', 'The person has handed in the answers meanwhile.')
}

async function savedAnswers(trx: Trx, taskId: number): Promise<Answers> {
  const saved = await trx
    .selectFrom('questionnaire_response')
    .select('answers')
    .where('task_id', '=', taskId)
    .executeTakeFirst()
  return (saved?.answers ?? {}) as Answers
}

function eventBase(task: TaskRow, actor: Actor, source: Giver['source']) {
  return {
    personId: task.person_id,
    at: new Date(),
    source,
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
  source: Giver['source'],
  questionnaire: QuestionnaireDefinition,
  all: RedFlag[],
): Promise<void> {
  const flags = [...new Map(all.map((flag) => [flag.linkId, flag])).values()]
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
      personId: task.record_id,
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
      ...eventBase(task, actor, source),
      kind: 'red-flag.raised' as const,
      data: { linkId: flag.linkId, text: flag.text['zh-CN'] ?? flag.linkId },
    })),
  )
}
