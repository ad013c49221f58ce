import { useCallback, useEffect, useRef } from 'react'
import type { Answers } from '../../contract/questionnaire.ts'
import { ApiError } from '../api.ts'
import { type AfterTrouble, useSaveQueue } from '../ui/useSaveQueue.ts'
import { save } from './api.ts'

/** What the server refuses (a number half typed) is tried again with the next touch. */
function afterTrouble(error: unknown): AfterTrouble {
  return error instanceof ApiError && [410, 422].includes(error.status) ? 'idle' : 'again'
}

/** Keeps half-filled answers on the server; `onClosed` when the link no longer takes any. */
export function useKeep(token: string, pass: string, onClosed: () => void) {
  const closed = useRef(onClosed)
  useEffect(() => {
    closed.current = onClosed
  })
  const send = useCallback(
    async (answers: Answers) => {
      try {
        await save(token, pass, answers)
      } catch (error) {
        if (error instanceof ApiError && error.status === 410) closed.current()
        throw error
      }
    },
    [token, pass],
  )
  return useSaveQueue(send, afterTrouble)
}
