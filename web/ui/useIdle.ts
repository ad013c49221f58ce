import { useEffect, useRef } from 'react'

const signs = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const
const lookEveryMs = 30_000
const broadcastEveryMs = 5_000
const storageKey = 'careloop.seen'

/** Who works in one window is not away from the others. */
function broadcast(at: number) {
  try {
    localStorage.setItem(storageKey, String(at))
  } catch {
    // Some browsers refuse storage in frames of another site: this window then knows of itself only.
  }
}

function seenElsewhere(): number {
  try {
    return Number(localStorage.getItem(storageKey))
  } catch {
    return 0
  }
}

/**
 * Calls back, again and again, while nobody has touched keyboard, mouse or screen in any window for so many minutes. The server cannot tell: a
 * screen that saves, holds its task and looks for answers by itself is no sign of somebody in front of it.
 */
export function useIdle(minutes: number, onIdle: () => void) {
  const idle = useRef(onIdle)
  useEffect(() => {
    idle.current = onIdle
  })
  useEffect(() => {
    let last = Date.now()
    let broadcastAt = last
    broadcast(broadcastAt)
    const seen = () => {
      last = Date.now()
      if (last - broadcastAt < broadcastEveryMs) return
      broadcastAt = last
      broadcast(broadcastAt)
    }
    for (const sign of signs) addEventListener(sign, seen, { capture: true, passive: true })
    const look = setInterval(() => {
      if (Date.now() - Math.max(last, seenElsewhere()) >= minutes * 60_000) idle.current()
    }, lookEveryMs)
    return () => {
      for (const sign of signs) removeEventListener(sign, seen, { capture: true })
      clearInterval(look)
    }
  }, [minutes])
}
