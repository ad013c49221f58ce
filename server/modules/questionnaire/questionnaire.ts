import { answerFacts, shownQuestions, unfold } from '../../../contract/answer.ts'
import { holds } from '../../../contract/condition.ts'
import { photoKey } from '../../../contract/photo.ts'
import { bandOf } from '../../../contract/score.ts'
import type { Answers, Question, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { Db } from '../../platform/db.ts'
import { AppError, type FieldError, found } from '../../platform/errors.ts'

type Definition = Pick<QuestionnaireDefinition, 'items' | 'scoring' | 'bands' | 'script'>

export async function listQuestionnaires(db: Db) {
  const rows = await db
    .selectFrom('questionnaire')
    .innerJoin('questionnaire_version as v', (join) =>
      join.onRef('v.questionnaire_id', '=', 'questionnaire.id').on((e) =>
        e(
          'v.version',
          '=',
          e
            .selectFrom('questionnaire_version as w')
            .select((f) => f.fn.max('w.version').as('latest'))
            .whereRef('w.questionnaire_id', '=', 'questionnaire.id'),
        ),
      ),
    )
    .select((e) => [
      'questionnaire.id',
      'questionnaire.code',
      'questionnaire.title',
      'questionnaire.source',
      'v.version',
      'v.definition',
      'v.published_at',
      e
        .selectFrom('questionnaire_response as r')
        .innerJoin('questionnaire_version as x', 'x.id', 'r.questionnaire_version_id')
        .whereRef('x.questionnaire_id', '=', 'questionnaire.id')
        .where('r.status', '=', 'completed')
        .select((f) => f.fn.countAll<number>().as('count'))
        .as('responses'),
    ])
    .orderBy('questionnaire.code')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    title: row.title as QuestionnaireDefinition['title'],
    version: row.version,
    questions: unfold((row.definition as unknown as Definition).items).filter(
      (item) => !['group', 'display'].includes(item.type),
    ).length,
    responses: row.responses ?? 0,
    source: row.source,
    publishedAt: row.published_at.toISOString(),
  }))
}

/** @throws {AppError} not-found */
export async function getQuestionnaire(
  db: Db,
  by: { id: number } | { versionId: number },
): Promise<QuestionnaireDefinition> {
  let query = db
    .selectFrom('questionnaire_version as v')
    .innerJoin('questionnaire as q', 'q.id', 'v.questionnaire_id')
    .select(['q.id', 'q.code', 'q.title', 'q.source', 'v.id as version_id', 'v.version', 'v.definition'])
    .orderBy('v.version', 'desc')
    .limit(1)
  query = 'id' in by ? query.where('q.id', '=', by.id) : query.where('v.id', '=', by.versionId)
  const row = found(await query.executeTakeFirst())
  return {
    ...(row.definition as unknown as Definition),
    id: row.id,
    versionId: row.version_id,
    code: row.code,
    title: row.title as QuestionnaireDefinition['title'],
    version: row.version,
    source: row.source,
  }
}

/** The questions for a person who answers alone. */
export function forPerson<T extends Pick<QuestionnaireDefinition, 'items'>>(definition: T): T {
  return { ...definition, items: definition.items.filter((item) => !item.staffOnly) }
}

/**
 * Checks answers against their questions and drops those of hidden questions.
 * @param complete also ask for required ones
 * @throws {AppError} invalid, naming each question
 */
export function checkAnswers(definition: Definition, answers: Answers, complete: boolean): Answers {
  const asked = unfold(shownQuestions(definition.items, answers))
  const known = new Set(unfold(definition.items).map((item) => item.linkId))
  const problems: FieldError[] = Object.keys(answers)
    .filter((linkId) => !known.has(linkId))
    .map((linkId) => ({ path: `answers.${linkId}`, message: 'is not a question of this questionnaire' }))
  const kept: Answers = {}
  for (const item of asked) {
    const value = answers[item.linkId]
    const empty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
    const problem = empty ? (complete && item.required ? 'needs an answer' : undefined) : wrong(item, value)
    if (problem) problems.push({ path: `answers.${item.linkId}`, message: problem })
    else if (!empty) kept[item.linkId] = value
  }
  if (problems.length > 0) throw new AppError('invalid', undefined, problems)
  return kept
}

/** `2026-02-30` has the form of a date, but is none. */
function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

function wrong(item: Question, value: Answers[string]): string | undefined {
  const options = item.options?.map((option) => option.value) ?? []
  switch (item.type) {
    case 'group':
    case 'display':
    case 'matrix':
      return 'takes no answer'
    case 'choice':
      return typeof value === 'string' && options.includes(value) ? undefined : 'is not one of the options'
    case 'multiple':
      return Array.isArray(value) && value.every((one) => options.includes(one))
        ? undefined
        : 'is not among the options'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be yes or no'
    case 'integer':
    case 'scale':
    case 'decimal':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number'
      if (item.type !== 'decimal' && !Number.isInteger(value)) return 'must be a whole number'
      return value < (item.min ?? -Infinity) || value > (item.max ?? Infinity)
        ? `must lie between ${item.min ?? '-∞'} and ${item.max ?? '∞'}`
        : undefined
    case 'photo':
      return wrongPhotos(item, value)
    case 'date':
      return typeof value === 'string' && isDate(value) ? undefined : 'must be a date'
    default:
      return typeof value === 'string' ? undefined : 'must be text'
  }
}

/** `photo-store.ts` checks that each was uploaded. */
function wrongPhotos({ maxPhotos = 1 }: Question, value: Answers[string]): string | undefined {
  if (!Array.isArray(value) || !value.every((one) => photoKey.safeParse(one).success))
    return 'must be pictures'
  if (new Set(value).size < value.length) return 'names a picture twice'
  return value.length > maxPhotos ? `takes ${maxPhotos} at most` : undefined
}

export type RedFlag = { linkId: string; text: Record<string, string | undefined>; withinMinutes: number }

/** `linkId` of a red flag raised by the total score. */
export const totalFlag = 'score'

/** Red flags among these answers. @param complete also check the total score, which means nothing before */
export function redFlagsOf(definition: Definition, answers: Answers, complete: boolean): RedFlag[] {
  const fact = answerFacts(answers)
  const flags = shownQuestions(definition.items, answers).flatMap((item) =>
    item.redFlag && holds(item.redFlag.when, { fact })
      ? [{ linkId: item.linkId, text: item.redFlag.text, withinMinutes: item.redFlag.withinMinutes }]
      : [],
  )
  const band = complete ? bandOf(definition, answers) : null
  return band?.redFlagWithinMinutes
    ? [...flags, { linkId: totalFlag, text: band.text, withinMinutes: band.redFlagWithinMinutes }]
    : flags
}
