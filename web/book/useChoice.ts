import { useEffect, useState } from 'react'

type Kept = Record<string, unknown> | null
const kept = (state: unknown, name: string) => (state as Kept)?.[name] ?? null

/**
 * An answer within a step, kept in the history: in large type each answer is a screen of its own, which "back" takes back; else it is only
 * remembered for whoever comes back to the step.
 */
export function useChoice<T extends string | number>(
  name: string,
  screen: boolean,
): [T | null, (value: T) => void] {
  const [value, setValue] = useState(() => kept(history.state, name) as T | null)
  useEffect(() => {
    const onBack = (event: PopStateEvent) => setValue(kept(event.state, name) as T | null)
    addEventListener('popstate', onBack)
    return () => removeEventListener('popstate', onBack)
  }, [name])
  return [
    value,
    (next) => {
      const state = { ...(history.state as Kept), [name]: next }
      if (screen) history.pushState(state, '')
      else history.replaceState(state, '')
      setValue(next)
    },
  ]
}
