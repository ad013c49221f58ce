import { useLayoutEffect, useRef } from 'react'

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  )
}

function dialogIsOpen(): boolean {
  const dialogs = document.querySelectorAll('[role="dialog"][aria-modal="true"]')
  return Array.from(dialogs).some((dialog) => dialog.getClientRects().length > 0)
}

type Options = {
  enabled?: boolean
  whileTyping?: boolean
  inDialog?: boolean
  /** Asked at the key press; false leaves the key to whatever has the focus. */
  when?: () => boolean
}

function matches(event: KeyboardEvent, combination: string): boolean {
  const parts = combination.split('+')
  const key = parts[parts.length - 1] ?? ''
  const wantsControl = parts.includes('Ctrl')
  const wantsAlt = parts.includes('Alt')
  if (wantsControl !== (event.ctrlKey || event.metaKey) || wantsAlt !== event.altKey) return false
  // With Alt some layouts print another sign, so the physical key decides.
  if (wantsAlt && event.code === `Key${key.toUpperCase()}`) return true
  return event.key.toLowerCase() === key.toLowerCase()
}

/**
 * Listens for one combination such as `/`, `Ctrl+Enter` or `Alt+d` anywhere on the page.
 * Plain keys rest while somebody types or a dialog is open.
 */
export function useShortcut(combination: string, run: (event: KeyboardEvent) => void, options: Options = {}) {
  // As soon as the screen shows what a key is for, the key works: an ordinary effect may come after the next key of a quick hand.
  const latest = useRef({ run, when: options.when })
  useLayoutEffect(() => {
    latest.current = { run, when: options.when }
  })
  const { enabled = true, whileTyping = /\+/.test(combination), inDialog = false } = options
  useLayoutEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || !matches(event, combination)) return
      if (!whileTyping && isTyping(event.target)) return
      if (!inDialog && dialogIsOpen()) return
      if (latest.current.when?.() === false) return
      event.preventDefault()
      latest.current.run(event)
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [combination, enabled, whileTyping, inDialog])
}
