import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'

type VirtualListProps<T> = {
  items: T[]
  rowHeight: number
  rowKey: (item: T) => string | number
  label: string
  /** Each row is one link or button; it gets its list position for assistive technology from here. */
  renderRow: (item: T, index: number) => ReactNode
  onEnd?: () => void
  footer?: ReactNode
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void
  /** Scrolled into view when it changes. */
  activeIndex?: number
}

const spare = 8

/** Rows of one height, of which only those near the window are drawn: 10,000 rows scroll like 20. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, onEnd, activeIndex } = props
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    const element = box.current
    if (!element || activeIndex === undefined || activeIndex < 0) return
    const rowTop = activeIndex * rowHeight
    if (rowTop < element.scrollTop) element.scrollTop = rowTop
    else if (rowTop + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = rowTop + rowHeight - element.clientHeight
    }
  }, [activeIndex, rowHeight])

  const from = Math.max(0, Math.floor(top / rowHeight) - spare)
  const to = Math.min(items.length, Math.ceil((top + height) / rowHeight) + spare)
  const nearEnd = to >= items.length - spare
  const latestEnd = useRef(onEnd)
  useEffect(() => {
    latestEnd.current = onEnd
  })
  useEffect(() => {
    if (nearEnd && items.length > 0) latestEnd.current?.()
  }, [nearEnd, items.length])

  return (
    <div
      ref={box}
      className="virtual-list"
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={props.onKeyDown}
    >
      <ul aria-label={props.label} style={{ height: items.length * rowHeight }}>
        {items.slice(from, to).map((item, offset) => (
          <li
            key={props.rowKey(item)}
            aria-setsize={items.length}
            aria-posinset={from + offset + 1}
            style={{ top: (from + offset) * rowHeight, height: rowHeight }}
          >
            {props.renderRow(item, from + offset)}
          </li>
        ))}
      </ul>
      {props.footer}
    </div>
  )
}
