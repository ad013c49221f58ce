import { useEffect, useRef, useState } from 'react'
import { getIntakeOverview } from '../../../contract/intake.ts'
import { liveEvents } from '../../app/live.tsx'
import { keyOf, queryClient } from '../../query.ts'

const everyMs = 5000

/**
 * Messages arrive by the hundred: the overview follows at most every few seconds, and the list, where somebody may be reading, only
 * learns that there is something new.
 */
export function useIntakeLive() {
  const [arrived, setArrived] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    const listen = () => {
      setArrived(true)
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        void queryClient.invalidateQueries({ queryKey: keyOf(getIntakeOverview) })
      }, everyMs)
    }
    liveEvents.addEventListener('intake', listen)
    return () => {
      liveEvents.removeEventListener('intake', listen)
      clearTimeout(timer.current)
      timer.current = undefined
    }
  }, [])
  return { arrived, seen: () => setArrived(false) }
}
