import { type ReactNode, createContext, use, useEffect, useMemo, useState } from 'react'
import { forgetSignedIn, isLeaving } from '../sign-in/hint.ts'

type Live = { newTasks: number; connected: boolean; seen: () => void }

/** Passes on that something arrived, for pages that refresh quietly. */
export const liveEvents = new EventTarget()

const LiveContext = createContext<Live>({ newTasks: 0, connected: true, seen: () => {} })

/**
 * One event stream for the whole app. It only counts: nothing on the screen moves until somebody asks for it.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [newTasks, setNewTasks] = useState(0)
  const [connected, setConnected] = useState(true)

  useEffect(() => {
    const stream = new EventSource('/api/v1/live')
    stream.addEventListener('open', () => setConnected(true))
    stream.addEventListener('error', () => setConnected(false))
    stream.addEventListener('tasks', (event: MessageEvent<string>) => {
      const { created } = JSON.parse(event.data) as { created: number; changed: number }
      if (created > 0) setNewTasks((before) => before + created)
      liveEvents.dispatchEvent(new Event('waiting'))
    })
    stream.addEventListener('intake', () => {
      liveEvents.dispatchEvent(new Event('intake'))
      liveEvents.dispatchEvent(new Event('waiting'))
    })
    stream.addEventListener('call', ({ data }: MessageEvent<string>) =>
      liveEvents.dispatchEvent(new CustomEvent('call', { detail: JSON.parse(data) as { callId?: number } })),
    )
    stream.addEventListener('voice', () => liveEvents.dispatchEvent(new Event('voice')))
    stream.addEventListener('conversation', () => {
      liveEvents.dispatchEvent(new Event('conversation'))
      liveEvents.dispatchEvent(new Event('waiting'))
    })
    stream.addEventListener('red-flag', ({ data }: MessageEvent<string>) =>
      liveEvents.dispatchEvent(new CustomEvent('red-flag', { detail: JSON.parse(data) as unknown })),
    )
    stream.addEventListener('session-ended', () => {
      forgetSignedIn()
      if (!isLeaving()) location.reload()
    })
    return () => stream.close()
  }, [])

  const live = useMemo(() => ({ newTasks, connected, seen: () => setNewTasks(0) }), [newTasks, connected])
  return <LiveContext value={live}>{children}</LiveContext>
}

export function useLive(): Live {
  return use(LiveContext)
}
