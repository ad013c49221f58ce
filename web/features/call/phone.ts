import { useSyncExternalStore } from 'react'

export const phoneKeys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const

/** The call in this browser, as its telephone sees it. */
export type PhoneSession = {
  state: 'ringing' | 'talking'
  held: boolean
  muted: boolean
  answer: () => void
  hangUp: () => void
  hold: () => void
  mute: () => void
  press: (key: (typeof phoneKeys)[number]) => void
}

export type Phone = {
  /** `refused`: the telephone system does not take the password; `microphone`: the browser does not give it. */
  state: 'connecting' | 'registered' | 'unreachable' | 'refused' | 'microphone'
  session: PhoneSession | null
}

let current: Phone | null = null
const listeners = new Set<() => void>()

/** One telephone a window: what runs it says here how it is. */
export function showPhone(phone: Phone | null): void {
  current = phone
  for (const tell of listeners) tell()
}

const subscribe = (tell: () => void) => {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

/** The telephone in this browser; null where the line is none. */
export const usePhone = (): Phone | null => useSyncExternalStore(subscribe, () => current)
