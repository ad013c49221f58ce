import { useSyncExternalStore } from 'react'
import { isTyping, useShortcut } from '../../ui/useShortcut.ts'

const onFocus = (changed: () => void) => {
  addEventListener('focusin', changed)
  addEventListener('focusout', changed)
  return () => {
    removeEventListener('focusin', changed)
    removeEventListener('focusout', changed)
  }
}

/** The letter of an action, as it works right now: while somebody types, with Alt. */
export function Key({ letter }: { letter: string }) {
  const typing = useSyncExternalStore(onFocus, () => isTyping(document.activeElement))
  return <kbd>{typing ? `Alt+${letter}` : letter}</kbd>
}

/** An action with a letter; print it with {@link Key}. */
export function useKey(letter: string, run: () => void, enabled = true) {
  useShortcut(letter, run, { enabled })
  useShortcut(`Alt+${letter}`, run, { enabled })
}
