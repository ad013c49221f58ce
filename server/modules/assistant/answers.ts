import { sql } from 'kysely'
import { z } from 'zod'
import { shownQuestions, unfold } from '../../../contract/answer.ts'
import type { proposeAnswers as proposeRoute } from '../../../contract/assistant.ts'
import {
  type Answers,
  answerValue,
  type Question,
  type QuestionnaireDefinition,
} from '../../../contract/questionnaire.ts'
import type { Actor } from '../../platform/actor.ts'
import { authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { recordsOf } from '../event/record.ts'
import { taskWithin } from '../person/scope.ts'
import { checkAnswers, getQuestionnaire, redFlagsOf } from '../questionnaire/questionnaire.ts'
import { queuesOf } from '../task/scope.ts'
import { modelAt } from './account.ts'
import { ask, type Asked, conclude, placeOf, verified } from './ask.ts'
import { looksInvented } from './placeholder.ts'

type Proposed = z.output<typeof proposeRoute.response>
type OpenTask = { id: number; title: string; questionnaire_version_id: number; answers: Answers | null }

/** Open tasks of the person, within reach, that ask questions. */
async function openTasks(db: Db, actor: Actor, personId: number | null): Promise<OpenTask[]> {
  if (personId === null || !may(actor, 'task.work')) return []
  const reach = authorize(actor, 'task.work')
  const { rows } = await sql<OpenTask>`
    select t.id, t.title, t.questionnaire_version_id, r.answers from task t left join questionnaire_response r on r.task_id = t.id
    where t.person_id = any(${recordsOf(sql`${personId}`)}) and t.status in ('requested', 'in-progress') and t.questionnaire_version_id is not null
      and ${taskWithin(reach, await queuesOf(db, actor), 't')} order by t.due_at, t.id limit 20`.execute(db)
  return rows
}

/** Whether somebody can be helped here, and with what. @throws {AppError} forbidden, not-found */
export async function assistantAt(db: Db, actor: Actor, secret: string, conversationId: number) {
  const place = await placeOf(db, actor, conversationId)
  const available = (await modelAt(db, secret, place.site_id)) !== undefined
  const tasks = available ? await openTasks(db, actor, place.person_id) : []
  if (tasks.length > 0)
    await audit(db, actor, {
      action: 'assistant.read',
      personId: place.person_id,
      subject: `conversation:${conversationId}`,
      fields: ['tasks'],
    })
  return { available, tasks: tasks.map(({ id, title }) => ({ id, title })) }
}

const answered = z.strictObject({
  answers: z
    .array(
      z.strictObject({
        question: z.string().max(60),
        value: answerValue,
        message: z.number().int(),
        quote: z.string().max(2000),
      }),
    )
    .max(100),
})

const instruction =
  'Find answers of the person to the questions, only where the person said it. What was not mentioned has no answer: never take silence for a no. Form: {"answers": [{"question": "linkId", "value": ..., "message": id, "quote": "..."}]}; value is an option value, a list of option values (multiple), true or false (boolean), a number, or a text; an empty list when there is nothing.'

const asks = (item: Question) =>
  !['group', 'display', 'photo', 'matrix'].includes(item.type) && item.staffOnly !== true

/** Has answers to an open task looked for; nothing is saved. @throws {AppError} forbidden, not-found, assistant-off, too-many-requests */
export async function propose(
  db: Db,
  actor: Actor,
  secret: string,
  conversationId: number,
  taskId: number,
): Promise<Proposed> {
  const place = await placeOf(db, actor, conversationId)
  const task = (await openTasks(db, actor, place.person_id)).find((one) => one.id === taskId)
  if (!task) throw new AppError('not-found')
  const questionnaire = await getQuestionnaire(db, { versionId: task.questionnaire_version_id })
  const given = task.answers ?? {}
  const open = unfold(questionnaire.items).filter((item) => asks(item) && given[item.linkId] === undefined)
  const asked = await ask(db, actor, secret, place, {
    kind: 'answers',
    taskId,
    instruction,
    more: {
      questions: open.map((item) => ({
        linkId: item.linkId,
        type: item.type,
        text: item.text['zh-CN'],
        ...(item.unit !== undefined && { unit: item.unit }),
        ...(item.options && {
          options: item.options.map((one) => ({ value: one.value, text: one.text['zh-CN'] })),
        }),
      })),
    },
  })
  const made = readAnswers(asked, questionnaire, open, given)
  await conclude(db, asked.requestId, { problem: made.problem, dropped: made.dropped.length })
  return { id: asked.requestId, ...made }
}

function readAnswers(
  asked: Asked,
  questionnaire: QuestionnaireDefinition,
  open: Question[],
  given: Answers,
): Omit<Proposed, 'id'> {
  if (asked.problem) return { items: [], dropped: [], problem: asked.problem }
  const read = answered.safeParse(asked.json)
  if (!read.success) return { items: [], dropped: [], problem: 'wrong-form' }
  const items: Proposed['items'] = []
  const dropped: Proposed['dropped'] = []
  for (const one of read.data.answers) {
    const question = open.find((item) => item.linkId === one.question)
    if (!question || items.some((item) => item.question.linkId === one.question)) {
      dropped.push({ linkId: null, why: 'question' })
      continue
    }
    const drop = (why: 'quote' | 'value' | 'invented') => dropped.push({ linkId: question.linkId, why })
    // Also what is harmless, above all a no to a red flag, stands on the person's own words or is not proposed.
    const source = verified(asked, one, 'person')
    if (!source) {
      drop('quote')
      continue
    }
    const value = restored(asked, one.value)
    if (value === undefined) drop('invented')
    else if (!fits(questionnaire, question, value)) drop('value')
    else {
      const { linkId, type, text, options, unit } = question
      items.push({
        question: { linkId, type, text, ...(options && { options }), ...(unit !== undefined && { unit }) },
        value,
        source,
        redFlag: redFlagsOf(questionnaire, { ...given, [linkId]: value }, false).some(
          (flag) => flag.linkId === linkId,
        ),
      })
    }
  }
  const all = { ...given, ...Object.fromEntries(items.map((item) => [item.question.linkId, item.value])) }
  const shown = new Set(unfold(shownQuestions(questionnaire.items, all)).map((item) => item.linkId))
  const asksNow = items.filter((item) => shown.has(item.question.linkId))
  return { items: asksNow, dropped, problem: asksNow.length + dropped.length === 0 ? 'nothing' : null }
}

/** @returns undefined when the text holds what the conversation does not */
function restored({ hidden }: Asked, value: z.output<typeof answerValue>) {
  if (typeof value !== 'string') return value
  return looksInvented(value) ? undefined : hidden.restore(value)
}

/** By the check that the desk uses; whether it is asked at all is told by all answers together. */
function fits(
  questionnaire: QuestionnaireDefinition,
  { enableWhen: _, ...item }: Question,
  value: Answers[string],
): boolean {
  if (value === null || value === '') return false
  try {
    return item.linkId in checkAnswers({ ...questionnaire, items: [item] }, { [item.linkId]: value }, false)
  } catch {
    return false
  }
}
