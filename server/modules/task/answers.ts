import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { assertPhotos } from '../questionnaire/photo-store.ts'
import { checkAnswers, getQuestionnaire } from '../questionnaire/questionnaire.ts'
import type { PersonTask } from './list.ts'
import { type Danger, dangersIn, syncRedFlags } from './red-flag.ts'
import { type Asked, askedBy, type StoredAnswers, storeResponse } from './response.ts'

/**
 * Stores the answers of a task as entered by staff (all of them, not a difference), scores them and raises red flags at once.
 * @param complete the contact succeeded: required questions must be answered
 * @param at when the person answered
 * @param basedOn the version of the answers that staff saw (`updatedAt`); left out: any
 * @throws {AppError} invalid, naming each question; changed-meanwhile when the person handed in others that this caller has not seen
 */
export async function storeAnswers(
  trx: Trx,
  actor: Actor,
  task: PersonTask,
  answers: Answers | undefined,
  complete: boolean,
  at = new Date(),
  basedOn?: string | null,
): Promise<StoredAnswers> {
  const savedAt = new Date().toISOString()
  if (task.questionnaire_version_id === null) return { savedAt, score: null, redFlags: [] }
  const questionnaire = await getQuestionnaire(trx, { versionId: task.questionnaire_version_id })
  const given = answers ?? (complete ? await savedAnswers(trx, task.id) : undefined)
  if (given === undefined) return { savedAt, score: null, redFlags: [] }
  await assertSeen(trx, task.id, basedOn)
  const { stored } = await storeResponse(trx, actor, askedBy(task), questionnaire, given, {
    complete,
    at,
    source: 'staff',
    otherFlags: await draftFlags(trx, task.id, questionnaire),
  })
  return stored
}

/**
 * Partial answers of a person behind a link: dangerous ones take effect at once, those entered by staff stay.
 * @throws {AppError} invalid, naming each question
 */
export async function watchDraft(
  trx: Trx,
  actor: Actor,
  asked: Asked,
  questionnaire: QuestionnaireDefinition,
  answers: Answers,
): Promise<{ answers: Answers; redFlags: string[] }> {
  const checked = checkAnswers(questionnaire, answers, false)
  await assertPhotos(trx, asked.taskId, questionnaire, checked, 'person')
  const flags = dangersIn(questionnaire, checked, false)
  const saved = asked.taskId === null ? {} : await savedAnswers(trx, asked.taskId)
  const noted = dangersIn(questionnaire, saved, false)
  await syncRedFlags(trx, actor, asked, 'person', [...flags, ...noted])
  return { answers: checked, redFlags: flags.map((flag) => flag.linkId) }
}

/** Red flags in the person's unfinished answers: answers by staff do not withdraw them. */
async function draftFlags(
  trx: Trx,
  taskId: number,
  questionnaire: QuestionnaireDefinition,
): Promise<Danger[]> {
  const draft = await trx
    .selectFrom('questionnaire_link')
    .select('answers')
    .where('task_id', '=', taskId)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return draft ? dangersIn(questionnaire, draft.answers as Answers, false) : []
}

/** @throws {AppError} changed-meanwhile */
async function assertSeen(trx: Trx, taskId: number, basedOn: string | null | undefined): Promise<void> {
  const stored = await trx
    .selectFrom('questionnaire_response')
    .select('updated_at')
    .where('task_id', '=', taskId)
    .where('source', '=', 'person')
    .executeTakeFirst()
  if (stored && basedOn !== undefined && basedOn !== stored.updated_at.toISOString())
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
