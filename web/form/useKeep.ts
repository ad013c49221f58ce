import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answers } from '../../contract/questionnaire.ts'
import type { ApiError } from '../api.ts'
import { save } from './api.ts'

export type Keep = 'idle' | 'saving' | 'saved' | 'offline'

const pause = 700
const retryAfter = 4000

/** Keeps half-filled answers on the server a moment after the last touch; while the line is down it goes on trying. */
export function useKeep(token: string, pass: string, onClosed: () => void) {
  const [state, setState] = useState<Keep>('idle')
  const pending = useRef<Answers | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const running = useRef<Promise<void> | null>(null)
  const flushLater = useRef<() => void>(() => undefined)
  const closed = useRef(onClosed)
  useEffect(() => {
    closed.current = onClosed
  })

  const flush = useCallback(async () => {
    clearTimeout(timer.current)
    await running.current
    const answers = pending.current
    if (!answers) return
    pending.current = null
    setState('saving')
    running.current = save(token, pass, answers)
      .then(() => setState(pending.current ? 'saving' : 'saved'))
      .catch((error: unknown) => {
        const { status } = error as ApiError
        if (status === 410) closed.current()
        // What the server refuses (a number half typed) is tried again with the next touch.
        else if (status === 422) setState('idle')
        else {
          pending.current ??= answers
          setState('offline')
          timer.current = setTimeout(() => flushLater.current(), retryAfter)
        }
      })
      .finally(() => {
        running.current = null
      })
    await running.current
  }, [token, pass])
  useEffect(() => {
    flushLater.current = () => void flush()
  }, [flush])

  const keep = useCallback(
    (answers: Answers) => {
      pending.current = answers
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void flush(), pause)
    },
    [flush],
  )

  /** Nothing of ours may arrive after the answers were handed in. */
  const settle = useCallback(async () => {
    clearTimeout(timer.current)
    pending.current = null
    await running.current
    clearTimeout(timer.current)
  }, [])

  useEffect(() => {
    const leave = () => void flush()
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      clearTimeout(timer.current)
    }
  }, [flush])

  return { state, keep, settle }
}
