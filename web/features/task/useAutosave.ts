import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answers } from '../../../contract/questionnaire.ts'
import { holdTask, type TaskDetail } from '../../../contract/task.ts'
import { saveAnswers } from '../../../contract/task-result.ts'
import { type AnswerOf, ApiError, call } from '../../api.ts'
import { type AfterTrouble, type SaveQueueState, useSaveQueue } from '../../ui/useSaveQueue.ts'
import { changeDraft } from './draft.ts'

export type Save = { state: SaveQueueState; savedAt: string | null; kept: boolean; refusal: ApiError | null }

/** Sending again does not help: the person handed in other answers, a colleague has the task, or an answer is not possible. */
const isRefusal = (error: unknown): error is ApiError =>
  error instanceof ApiError && [403, 404, 409, 422].includes(error.status)

const afterTrouble = (error: unknown): AfterTrouble => (isRefusal(error) ? 'refused' : 'again')

/** Saves the answers of a task while they are given; until then they are kept on this computer. */
export function useAutosave(
  { id, response }: Pick<TaskDetail, 'id' | 'response'>,
  enabled: boolean,
  onSaved: (saved: AnswerOf<typeof saveAnswers>) => void,
) {
  const basedOn = response?.updatedAt ?? null
  const seen = useRef(basedOn)
  const latest = useRef<Answers>(null)
  const [save, setSave] = useState<Omit<Save, 'state'>>({ savedAt: null, kept: true, refusal: null })
  const done = useRef(onSaved)
  useEffect(() => {
    done.current = onSaved
  })
  const send = useCallback(
    async (answers: Answers) => {
      const put = () => call(saveAnswers, { params: { id }, body: { answers, basedOn } }, { keepalive: true })
      try {
        const saved = await put().catch(async (error: unknown) => {
          // A computer that slept lets go of its task; whoever wakes it goes on, if nobody else has begun.
          if (!(error instanceof ApiError) || error.id !== 'not-held') throw error
          await call(holdTask, { params: { id } })
          return put()
        })
        seen.current = saved.savedAt
        if (latest.current === answers) changeDraft(id, { answers: null })
        setSave({ savedAt: saved.savedAt, kept: true, refusal: null })
        done.current(saved)
      } catch (error) {
        if (isRefusal(error)) setSave((before) => ({ ...before, refusal: error }))
        throw error
      }
    },
    [id, basedOn],
  )
  const { state, queue, settle } = useSaveQueue(send, afterTrouble)
  const queueWhenEnabled = useCallback(
    (answers: Answers) => {
      if (!enabled) return
      latest.current = answers
      const kept = changeDraft(id, { answers, seen: seen.current })
      setSave((before) => ({ ...before, kept }))
      queue(answers)
    },
    [enabled, queue, id],
  )
  return { save: { ...save, state }, queue: queueWhenEnabled, settle }
}
