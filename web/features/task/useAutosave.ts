import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answers } from '../../../contract/questionnaire.ts'
import { saveAnswers, type TaskDetail } from '../../../contract/task.ts'
import { ApiError, call } from '../../api.ts'

export type SaveState =
  | { state: 'idle' }
  | { state: 'unsaved' }
  | { state: 'saving' }
  | { state: 'saved'; at: string }
  | { state: 'failed' }

const pause = 600
const retryAfter = 4000

type Saved = { score: number | null; redFlags: { linkId: string; text: string }[] }

/** Saves answers a moment after the last change, one request at a time, and goes on trying while the line is down. */
export function useAutosave(
  { id: taskId, response }: Pick<TaskDetail, 'id' | 'response'>,
  enabled: boolean,
  onSaved: (saved: Saved) => void,
) {
  const basedOn = response?.updatedAt ?? null
  const [save, setSave] = useState<SaveState>({ state: 'idle' })
  const pending = useRef<Answers | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const running = useRef<Promise<void> | null>(null)
  const done = useRef(onSaved)
  useEffect(() => {
    done.current = onSaved
  })

  const again = useRef<() => void>(() => undefined)
  const flush = useCallback(async () => {
    clearTimeout(timer.current)
    await running.current
    const answers = pending.current
    if (!answers) return
    pending.current = null
    setSave({ state: 'saving' })
    running.current = call(
      saveAnswers,
      { params: { id: taskId }, body: { answers, basedOn } },
      { keepalive: true },
    )
      .then((saved) => {
        done.current(saved)
        setSave(pending.current ? { state: 'unsaved' } : { state: 'saved', at: saved.savedAt })
      })
      .catch((error: unknown) => {
        pending.current ??= answers
        setSave({ state: 'failed' })
        // A refusal stays one: the person handed in other answers, or the task is no longer ours.
        if (error instanceof ApiError && [403, 404, 409].includes(error.status)) return
        timer.current = setTimeout(() => again.current(), retryAfter)
      })
      .finally(() => {
        running.current = null
      })
    await running.current
  }, [taskId, basedOn])
  useEffect(() => {
    again.current = () => void flush()
  }, [flush])

  const queue = useCallback(
    (answers: Answers) => {
      if (!enabled) return
      pending.current = answers
      setSave({ state: 'unsaved' })
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void flush(), pause)
    },
    [enabled, flush],
  )

  /** The result itself carries all answers, so nothing of ours may arrive after it. */
  const settle = useCallback(async () => {
    clearTimeout(timer.current)
    pending.current = null
    await running.current
    clearTimeout(timer.current)
    pending.current = null
  }, [])

  useEffect(
    () => () => {
      clearTimeout(timer.current)
      void flush()
      clearTimeout(timer.current)
    },
    [flush],
  )

  return { save, queue, settle }
}
