import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answers } from '../../../contract/questionnaire.ts'
import { saveAnswers, type TaskDetail } from '../../../contract/task.ts'
import { ApiError, call } from '../../api.ts'
import { type AfterTrouble, type SaveQueueState, useSaveQueue } from '../../ui/useSaveQueue.ts'

export type Save = { state: SaveQueueState; savedAt: string | null }

type Saved = { score: number | null; redFlags: { linkId: string; text: string }[] }

/** A refusal stays one: the person handed in other answers, or the task is no longer ours. */
function afterTrouble(error: unknown): AfterTrouble {
  return error instanceof ApiError && [403, 404, 409].includes(error.status) ? 'failed' : 'again'
}

/** Saves the answers of a task while they are given. */
export function useAutosave(
  { id: taskId, response }: Pick<TaskDetail, 'id' | 'response'>,
  enabled: boolean,
  onSaved: (saved: Saved) => void,
) {
  const basedOn = response?.updatedAt ?? null
  const [savedAt, setSavedAt] = useState<string | null>(null)
  const done = useRef(onSaved)
  useEffect(() => {
    done.current = onSaved
  })
  const send = useCallback(
    async (answers: Answers) => {
      const saved = await call(
        saveAnswers,
        { params: { id: taskId }, body: { answers, basedOn } },
        { keepalive: true },
      )
      setSavedAt(saved.savedAt)
      done.current(saved)
    },
    [taskId, basedOn],
  )
  const { state, queue, settle } = useSaveQueue(send, afterTrouble)
  const queueWhenEnabled = useCallback(
    (answers: Answers) => {
      if (enabled) queue(answers)
    },
    [enabled, queue],
  )
  const save: Save = { state, savedAt }
  return { save, queue: queueWhenEnabled, settle }
}
