import { useEffect, useRef } from 'react'

const signs = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const
const lookEvery = 30_000

/**
 * Calls back when nobody has touched keyboard, mouse or screen for so many minutes. The server cannot tell: a screen that saves, holds its task and
 * looks for answers by itself is no sign of somebody in front of it.
 */
export function useIdle(minutes: number, onIdle: () => void) {
  const idle = useRef(onIdle)
  useEffect(() => {
    idle.current = onIdle
  })
  useEffect(() => {
    let last = Date.now()
    const seen = () => {
      last = Date.now()
    }
    for (const sign of signs) addEventListener(sign, seen, { capture: true, passive: true })
    const look = setInterval(() => {
      if (Date.now() - last >= minutes * 60_000) idle.current()
    }, lookEvery)
    return () => {
      for (const sign of signs) removeEventListener(sign, seen, { capture: true })
      clearInterval(look)
    }
  }, [minutes])
}
