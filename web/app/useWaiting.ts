import { useEffect } from 'react'
import { type WaitingKind, listWaiting } from '../../contract/waiting.ts'
import { keyOf, queryClient, useCall } from '../query.ts'
import { liveEvents } from './live.tsx'

const pauseMs = 3000

/** What waits for me; asked again when something arrived, and every few minutes because time alone makes work late. */
export function useWaiting() {
  const waiting = useCall(listWaiting, {}, { refetchInterval: 180_000 })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    // A burst of arrivals is one question.
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queryClient.invalidateQueries({ queryKey: keyOf(listWaiting) })
      }, pauseMs)
    }
    liveEvents.addEventListener('waiting', later)
    return () => {
      clearTimeout(timer)
      liveEvents.removeEventListener('waiting', later)
    }
  }, [])
  return waiting
}

/** How much of some kinds waits, and how much of it is late. */
export function sumOf(
  items: readonly { kind: WaitingKind; count: number; late: number }[],
  kinds: readonly WaitingKind[],
) {
  const meant = items.filter((one) => kinds.includes(one.kind))
  return {
    count: meant.reduce((sum, one) => sum + one.count, 0),
    late: meant.reduce((sum, one) => sum + one.late, 0),
  }
}
