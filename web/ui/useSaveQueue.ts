import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../api.ts'

/** `offline` and `failed` are being tried again; `refused` waits for the next change or for the reader. */
export type SaveQueueState = 'idle' | 'unsaved' | 'saving' | 'saved' | 'offline' | 'failed' | 'refused'
/** What becomes of a value that was not taken: it is sent again in a moment, or only with the next change. */
export type AfterTrouble = 'again' | 'refused' | 'idle'

const pauseMs = 600
const retryAfterMs = 4000

/**
 * Sends the latest value a moment after the last change, one request at a time. What is not taken stays in the queue; it is tried every few
 * seconds, and at once when the line is back.
 * @param send stable between renders; the value it gets is the whole of what is to be kept
 * @param afterTrouble stable between renders
 */
export function useSaveQueue<T>(
  send: (value: T) => Promise<void>,
  afterTrouble: (error: unknown) => AfterTrouble,
) {
  const [state, setState] = useState<SaveQueueState>('idle')
  const pending = useRef<{ value: T } | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const running = useRef<Promise<void> | null>(null)
  const again = useRef<() => void>(() => undefined)

  const flush = useCallback(async () => {
    clearTimeout(timer.current)
    await running.current
    const next = pending.current
    if (!next) return
    pending.current = null
    setState('saving')
    running.current = send(next.value)
      .then(() => setState(pending.current ? 'unsaved' : 'saved'))
      .catch((error: unknown) => {
        pending.current ??= next
        const then = afterTrouble(error)
        const offline = error instanceof ApiError && error.status === 0
        setState(then === 'again' ? (offline ? 'offline' : 'failed') : then)
        if (then !== 'again') return
        clearTimeout(timer.current)
        timer.current = setTimeout(() => again.current(), retryAfterMs)
      })
      .finally(() => {
        running.current = null
      })
    await running.current
  }, [send, afterTrouble])
  useEffect(() => {
    again.current = () => void flush()
  }, [flush])

  const queue = useCallback(
    (value: T) => {
      pending.current = { value }
      setState('unsaved')
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void flush(), pauseMs)
    },
    [flush],
  )

  /** For who sends everything in another way: nothing of ours may arrive after it. */
  const settle = useCallback(async () => {
    clearTimeout(timer.current)
    pending.current = null
    await running.current
    clearTimeout(timer.current)
    pending.current = null
  }, [])

  useEffect(() => {
    const now = () => void flush()
    addEventListener('pagehide', now)
    addEventListener('online', now)
    return () => {
      removeEventListener('pagehide', now)
      removeEventListener('online', now)
      now()
      clearTimeout(timer.current)
    }
  }, [flush])

  return { state, queue, settle }
}
