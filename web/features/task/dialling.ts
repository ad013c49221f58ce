import { useSyncExternalStore } from 'react'

/** Whom the agent calls: a number of the person, or a relative. */
export type Callee = { telecomId: number } | { relationshipId: number }

/** Whom the agent chose for a person, and when the number was dialled, until the result is written down. */
let chosen: { personId: number; callee: Callee; at: number | null } | null = null
const listeners = new Set<() => void>()

function set(next: typeof chosen) {
  chosen = next
  for (const listener of listeners) listener()
}

export function chooseCallee(personId: number, callee: Callee) {
  set({ personId, callee, at: null })
}

export function rememberDialled(personId: number, callee: Callee) {
  set({ personId, callee, at: Date.now() })
}

export function forgetDialled() {
  set(null)
}

export function useCallee(personId: number): Callee | null {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => chosen,
  )
  return now?.personId === personId ? now.callee : null
}

export function diallingOf(personId: number): {
  telecomId?: number
  relationshipId?: number
  durationSeconds?: number
} {
  if (chosen?.personId !== personId) return {}
  const { callee, at } = chosen
  return { ...callee, ...(at !== null && { durationSeconds: Math.round((Date.now() - at) / 1000) }) }
}
