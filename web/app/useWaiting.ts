import { type WaitingKind, listWaiting } from '../../contract/waiting.ts'
import { keyOf, queryClient, useCall } from '../query.ts'
import { liveEvents } from './live.tsx'

const pauseMs = 3000
/** Counting takes at most this share of the time, however much waits: a busy server has better things to do. */
const share = 0.05
let timer: ReturnType<typeof setTimeout> | undefined
let took = 0

/** Every entry of the menu shows its part; a burst of arrivals is one question for all of them. */
function askLater(): void {
  timer ??= setTimeout(
    () => {
      timer = undefined
      const began = performance.now()
      void queryClient.invalidateQueries({ queryKey: keyOf(listWaiting) }).then(() => {
        took = performance.now() - began
      })
    },
    Math.max(pauseMs, took / share),
  )
}
liveEvents.addEventListener('waiting', askLater)

/** What waits for me; asked again when something arrived, and every few minutes because time alone makes work late. */
export const useWaiting = () => useCall(listWaiting, {}, { refetchInterval: 180_000 })

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
