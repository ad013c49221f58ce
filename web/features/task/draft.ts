import type { Answers } from '../../../contract/questionnaire.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { forgetDraft, keepDraft, keptDraft } from '../../ui/drafts.ts'

/** What was typed for a task and is not on the server: answers that could not be saved, and the note, which goes with the result. */
type Draft = {
  answers: Answers | null
  /** When the server last took answers, by its own clock. */
  seen: string | null
  note: string
}

const key = (taskId: number) => `task.${taskId}`

export function draftOf(taskId: number): Draft {
  return { answers: null, seen: null, note: '', ...keptDraft(key(taskId)) }
}

/** @returns whether this computer keeps it */
export function changeDraft(taskId: number, patch: Partial<Draft>): boolean {
  const next = { ...draftOf(taskId), ...patch }
  if (next.answers !== null || next.note !== '') return keepDraft(key(taskId), next)
  forgetDraft(key(taskId))
  return true
}

/** Answers that the server does not have; what the person handed in meanwhile goes before them. */
export function unsavedAnswers({ id, response }: TaskDetail): Answers | null {
  const { answers, seen } = draftOf(id)
  return response?.source === 'person' && response.updatedAt !== seen ? null : answers
}
