import { useEffect } from 'react'
import { getMyLine } from '../../../contract/line.ts'
import { liveEvents } from '../../app/live.tsx'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'

/** My telephone and its calls, kept fresh by live events; null where I may have none. */
export function useLine() {
  const me = useMe()
  const mayWork = may(me, 'call.work') && me.launch === null
  // Live events tell; the interval is for a line that was broken.
  const query = useCall(getMyLine, {}, { enabled: mayWork, refetchInterval: 60_000 })
  return mayWork ? query : null
}

/** Asks again for calls whenever one of mine, or of the wall, changed. */
export function useCallEvents(): void {
  useEffect(() => {
    // What calls answer is not part of every page.
    const refresh = (event: Event) => {
      const { callId } = (event as CustomEvent<{ callId?: number }>).detail
      void import('./stale.ts').then((stale) => stale.refreshCalls(callId))
    }
    liveEvents.addEventListener('call', refresh)
    return () => liveEvents.removeEventListener('call', refresh)
  }, [])
}
