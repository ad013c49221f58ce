import { useLayoutEffect, useState } from 'react'

/** Where the focus goes when the control that had it is gone, such as a menu entry or a row that was dealt with. */
const home = '[data-focus-home], #main'

/**
 * Gives the focus back to what had it before this component appeared, whatever way the component goes: closed, saved
 * or taken off the page with its owner.
 */
export function useGiveBackFocus() {
  const [before] = useState(() => document.activeElement)
  useLayoutEffect(
    () => () => {
      // The dialog is still in the page here; a browser would drop the focus to the body with it.
      queueMicrotask(() => {
        const now = document.activeElement
        if (now && now !== document.body && !now.closest('.ant-modal, .ant-drawer')) return
        const target =
          before instanceof HTMLElement && before !== document.body && before.isConnected
            ? before
            : document.querySelector<HTMLElement>(home)
        target?.focus({ preventScroll: true })
      })
    },
    [before],
  )
}
