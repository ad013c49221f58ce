import { useCallback, useEffect, useRef, useState } from 'react'
import { saveDraft } from '../../../contract/questionnaire-design.ts'
import { ApiError, call } from '../../api.ts'
import type { Design } from './design.ts'

export type DraftSave = 'saved' | 'unsaved' | 'saving' | 'failed' | 'conflict'

const pause = 800
const retryAfter = 4000

/** Keeps the draft on the server a moment after the last change; stops for good once somebody else was faster. */
export function useDraftSave(id: number, begin: { design: Design; revision: number }, design: Design) {
  const [state, setState] = useState<DraftSave>('saved')
  const revision = useRef(begin.revision)
  const kept = useRef(begin.design)
  const latest = useRef(design)
  const running = useRef<Promise<void> | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const stopped = useRef(false)
  const again = useRef<() => void>(() => undefined)
  useEffect(() => {
    latest.current = design
  }, [design])

  /** @returns the revision on the server; null when it could not be saved */
  const flush = useCallback(async (): Promise<number | null> => {
    clearTimeout(timer.current)
    await running.current
    const now = latest.current
    if (stopped.current) return null
    if (now === kept.current && revision.current > 0) return revision.current
    setState('saving')
    running.current = call(saveDraft, { params: { id }, body: { revision: revision.current, ...now } })
      .then((saved) => {
        revision.current = saved.revision
        kept.current = now
        setState(latest.current === now ? 'saved' : 'unsaved')
      })
      .catch((error: unknown) => {
        stopped.current = error instanceof ApiError && error.id === 'changed-meanwhile'
        setState(stopped.current ? 'conflict' : 'failed')
        if (!stopped.current) timer.current = setTimeout(() => again.current(), retryAfter)
      })
      .finally(() => {
        running.current = null
      })
    await running.current
    return kept.current === now ? revision.current : null
  }, [id])
  useEffect(() => {
    again.current = () => void flush()
  }, [flush])

  useEffect(() => {
    if (design === kept.current) return
    timer.current = setTimeout(() => void flush(), pause)
    return () => clearTimeout(timer.current)
  }, [design, flush])

  useEffect(
    () => () => {
      // Leaving the page keeps what was typed last.
      if (latest.current !== kept.current) void flush()
    },
    [flush],
  )

  return { state, flush }
}
