import type { Answers } from '../../../contract/questionnaire.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { forgetDraft, keepDraft, keptDraft } from '../../ui/drafts.ts'
import type { Result } from './OutcomeBar.tsx'

/** Whom the agent calls: a number of the person, or a relative. */
export type Callee = { telecomId: number } | { relationshipId: number }

/** Whom somebody chose to call, and since when; never the number. */
export type Call = { callee: Callee | null; began: { at: number; dialled: boolean } | null }

/** What belongs to a task and is not on the server: answers that could not be saved, how the contact went so far, and its call. */
type Draft = {
  answers: Answers | null
  /** When the server last took answers, by its own clock. */
  seen: string | null
  result: Partial<Result>
  call: Call
}

const noCall: Call = { callee: null, began: null }
/** What began longer ago was left, not reloaded: its length would prove nothing. */
const longestCallMs = 60 * 60_000

const key = (taskId: number) => `task.${taskId}`

export function draftOf(taskId: number): Draft {
  const draft = { answers: null, seen: null, result: {}, call: noCall, ...keptDraft(key(taskId)) }
  const left = draft.call.began && draft.call.began.at < Date.now() - longestCallMs
  return left ? { ...draft, call: noCall } : draft
}

/** @returns whether this computer keeps it */
export function changeDraft(taskId: number, patch: Partial<Draft>): boolean {
  const next = { ...draftOf(taskId), ...patch }
  const said = [next.answers, ...Object.values(next.result), ...Object.values(next.call)]
  if (said.some(Boolean)) return keepDraft(key(taskId), next)
  dropDraft(taskId)
  return true
}

export const dropDraft = (taskId: number) => forgetDraft(key(taskId))

/** The task went back to the list: the next contact is another one. What was typed stays. */
export function endContact(taskId: number) {
  const { note = '' } = draftOf(taskId).result
  changeDraft(taskId, { result: { note }, call: noCall })
}

/** Answers that the server does not have; what the person handed in meanwhile goes before them. */
export function unsavedAnswers({ id, response }: TaskDetail): Answers | null {
  const { answers, seen } = draftOf(id)
  return response?.source === 'person' && response.updatedAt !== seen ? null : answers
}
