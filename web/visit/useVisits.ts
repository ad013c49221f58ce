import { useCallback, useEffect, useRef, useState } from 'react'
import type { VisitDay } from '../../contract/visit-record.ts'
import { ApiError } from '../api.ts'
import { takeDay } from './api.ts'
import { keepShell } from './shell.ts'
import {
  drafts,
  keepDay,
  keptDay,
  type Sent,
  sentReports,
  type VisitDraft,
  type Waiting,
  waitingReports,
} from './store.ts'
import { goesByItself, type Line, sendWaiting } from './sync.ts'

export type Visits = {
  day: VisitDay | null
  drafts: VisitDraft[]
  waiting: Waiting[]
  sent: Sent[]
}
type Problem = 'failed' | 'refused' | 'storageOff'

const retryAfter = 30_000

/** Today's route as this telephone has it, renewed and sent whenever there is a line. */
export function useVisits() {
  const [visits, setVisits] = useState<Visits | null>(null)
  const [line, setLine] = useState<Line>(navigator.onLine ? 'online' : 'offline')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [offlineReady, setOfflineReady] = useState<boolean | null>(null)
  const [busy, setBusy] = useState(false)
  const running = useRef(false)

  const read = useCallback(async () => {
    const [day, half, waiting, sent] = await Promise.all([
      keptDay(),
      drafts(),
      waitingReports(),
      sentReports(),
    ])
    setVisits({ day, drafts: half, waiting, sent })
    return day
  }, [])

  /**
   * Sends first, so that the route that comes back knows of it.
   * @param by `hand`: fetches the route anew (each address on it is logged) and sends what was refused, too
   */
  const renew = useCallback(
    async (by: 'hand' | 'itself') => {
      if (running.current) return
      running.current = true
      setBusy(true)
      try {
        const now = await sendWaiting(by === 'hand')
        setLine(now)
        if (now === 'online' && (by === 'hand' || !(await keptDay()))) {
          await keepDay(await takeDay())
          setProblem(null)
        }
        const day = await read()
        if (now === 'offline' && !day) setProblem('failed')
      } catch (error) {
        await read().catch(() => setVisits({ day: null, drafts: [], waiting: [], sent: [] }))
        if (!(error instanceof ApiError)) setProblem('storageOff')
        else if (error.status === 403) setProblem('refused')
        else setLine(error.status === 401 ? 'signed-out' : 'offline')
      } finally {
        running.current = false
        setBusy(false)
      }
    },
    [read],
  )

  useEffect(() => {
    const first = setTimeout(() => {
      // What is kept shows at once; what the server says follows.
      void read().catch(() => undefined)
      void renew('hand').then(async () => setOfflineReady(await keepShell()))
    })
    const on = () => void renew('itself')
    const off = () => setLine('offline')
    const seen = () => document.visibilityState === 'visible' && on()
    // A telephone does not always say that the line is back.
    const timer = setInterval(() => {
      void waitingReports()
        .then((waiting) => waiting.some(goesByItself) && navigator.onLine && on())
        .catch(() => undefined)
    }, retryAfter)
    addEventListener('online', on)
    addEventListener('offline', off)
    document.addEventListener('visibilitychange', seen)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
      removeEventListener('online', on)
      removeEventListener('offline', off)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [read, renew])

  return { visits, line, problem, offlineReady, busy, read, renew }
}
