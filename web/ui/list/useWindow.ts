import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react'

/** Up to here every row is drawn: find in page and print see them all. */
const drawnWhole = 200
const spare = 12

type Drawn = {
  from: number
  to: number
  /** Height of what is not drawn, pixels. */
  above: number
  below: number
  windowed: boolean
  reveal: (index: number) => void
}

/** The element that scrolls a list: itself where it has its own height, else the page's pane. */
function paneOf(box: HTMLElement): HTMLElement {
  for (let one: HTMLElement | null = box; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1)
      return one
  }
  return document.documentElement
}

const printing = {
  now: false,
  listen: (changed: () => void) => {
    const at = (now: boolean) => () => {
      printing.now = now
      changed()
    }
    const [before, after] = [at(true), at(false)]
    addEventListener('beforeprint', before)
    addEventListener('afterprint', after)
    return () => {
      removeEventListener('beforeprint', before)
      removeEventListener('afterprint', after)
    }
  },
}

/** Which rows of one height are near what is in sight: 10,000 rows scroll like 200. Cards on a phone are all drawn. */
export function useWindow(box: RefObject<HTMLElement | null>, length: number, may: boolean): Drawn {
  const [view, setView] = useState({ top: 0, height: 900, row: 36 })
  const onPaper = useSyncExternalStore(printing.listen, () => printing.now)
  const windowed = may && !onPaper && length > drawnWhole && matchMedia('(min-width: 721px)').matches

  useEffect(() => {
    const element = box.current
    if (!windowed || !element) return
    const pane = paneOf(element)
    const look = () => {
      const first = element.querySelector<HTMLElement>('tr[data-index]')
      const table = element.getBoundingClientRect().top
      setView({
        top: pane.getBoundingClientRect().top - table,
        height: pane.clientHeight,
        row: first?.getBoundingClientRect().height || 36,
      })
    }
    look()
    pane.addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      pane.removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [box, windowed, length])

  if (!windowed) return { from: 0, to: length, above: 0, below: 0, windowed, reveal: () => undefined }
  const from = Math.max(0, Math.floor(view.top / view.row) - spare)
  const to = Math.min(length, Math.ceil((view.top + view.height) / view.row) + spare)
  return {
    from: Math.min(from, Math.max(0, length - 1)),
    to,
    above: from * view.row,
    below: Math.max(0, (length - to) * view.row),
    windowed,
    reveal: (index) => {
      const element = box.current
      if (!element) return
      const pane = paneOf(element)
      const start = index * view.row - view.top
      // The head stays in sight above the rows.
      if (start < view.row) pane.scrollTop += start - view.row
      else if (start + 2 * view.row > view.height) pane.scrollTop += start + 2 * view.row - view.height
    },
  }
}
