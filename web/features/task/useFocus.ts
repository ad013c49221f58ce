import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'

export const questionSelector = (linkId: string) => `[data-question="${CSS.escape(linkId)}"]`
export const outcomesSelector = '[data-outcomes]'

/**
 * Where the keys go while somebody works: stops are marked `data-focus`, the questions in their order and then the outcomes.
 * @param open the first question that a digit could answer
 * @param begun the questions were begun before, such as before a reload: the keys go on where they were
 */
export function useFocus(
  form: RefObject<HTMLElement | null>,
  canWork: boolean,
  open: string | undefined,
  begun: boolean,
) {
  const [from] = useState(begun && open !== undefined ? `${questionSelector(open)} ` : '')
  const focusQuestion = (linkId: string) => {
    const target = form.current?.querySelector<HTMLElement>(`${questionSelector(linkId)} [data-focus]`)
    target?.focus()
    target?.scrollIntoView({ block: 'center' })
  }

  /** From one stop to the next. */
  const move = (from: string, step: 1 | -1) => {
    // After the answer a follow-on question may have appeared, so it is drawn before the order is read; at once, so that the next key of a
    // quick hand already meets the next question.
    flushSync(() => undefined)
    const stops = Array.from(form.current?.querySelectorAll<HTMLElement>('[data-focus]') ?? [])
    const target = stops[stops.findIndex((stop) => stop.closest(from)) + step]
    target?.focus({ preventScroll: true })
    const whole = target?.closest('[data-question]') ?? target
    whole?.scrollIntoView({ block: 'nearest' })
  }

  useLayoutEffect(() => {
    // The task may come late; who has opened a menu or a dialog meanwhile is not pulled out of it.
    const elsewhere = document.activeElement?.closest('[role="menu"], [role="dialog"]')
    if (canWork && !elsewhere)
      form.current?.querySelector<HTMLElement>(`${from}[data-focus]`)?.focus({ preventScroll: true })
  }, [canWork, form, from])

  useEffect(() => {
    // Digits are printed at the first open question: they answer it although the focus rests on the outcomes or was lost.
    const answerOpen = (event: KeyboardEvent) => {
      const { activeElement: at } = document
      const rests = !at || at === document.body || at.closest(`${outcomesSelector}, .call-bar`)
      // A digit that has just answered another question has moved the focus on.
      if (!canWork || open === undefined || !rests || event.defaultPrevented) return
      if (!/^[0-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return
      focusQuestion(open)
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: true }))
    }
    addEventListener('keydown', answerOpen)
    return () => removeEventListener('keydown', answerOpen)
  })

  return { focusQuestion, move }
}
