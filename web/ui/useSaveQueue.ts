import { useCallback, useEffect, useRef, useState } from 'react'

export type SaveQueueState = 'idle' | 'unsaved' | 'saving' | 'saved' | 'failed'
/** What becomes of a value that was not taken: it is sent again in a moment, or the state says so until the next change. */
export type AfterTrouble = 'again' | 'failed' | 'idle'

const pauseMs = 600
const retryAfterMs = 4000

/**
 * Sends the latest value a moment after the last change, one request at a time, and goes on trying while the line is down.
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
        const then = afterTrouble(error)
        setState(then === 'again' ? 'failed' : then)
        if (then !== 'again') return
        pending.current ??= next
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
    const leave = () => void flush()
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      leave()
      clearTimeout(timer.current)
    }
  }, [flush])

  return { state, queue, settle }
}
