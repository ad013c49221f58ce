import { Children, type ReactElement, type ReactNode, isValidElement } from 'react'

export type Column<T> = {
  /** Also the name of its order, where the server sorts by it. */
  key: string
  title: string
  render: (item: T) => ReactNode
  /** What the cell says in a file and on hover; left out, it is read off what is rendered. */
  text?: (item: T) => string | number | null | undefined
  /** Surname only in files, which leave the hospital. */
  personal?: boolean
  width?: number | string
  align?: 'left' | 'right'
  /** Left out on a phone, where a row is a card. */
  wideOnly?: boolean
  /** Not shown until chosen. */
  hidden?: boolean
}

type Render<T> = Column<T>['render']
type More<T> = Omit<Column<T>, 'key' | 'title' | 'render'>

/** A column by its key, head and cell, with its width in pixels or whatever else a column may say before the cell. */
export function column<T>(key: string, title: string, render: Render<T>): Column<T>
export function column<T>(key: string, title: string, more: number | More<T>, render: Render<T>): Column<T>
export function column<T>(
  key: string,
  title: string,
  more: number | More<T> | Render<T>,
  render?: Render<T>,
) {
  if (typeof more === 'function') return { key, title, render: more }
  return { key, title, render, ...(typeof more === 'number' ? { width: more } : more) }
}

type Props = { children?: ReactNode; at?: string | null }

/** Words of rendered content: texts, what stands inside of elements, and the exact time of a `TimeText`. */
export function wordsOf(node: ReactNode, moment: (at: string) => string): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  if (!isValidElement(node)) {
    return Array.isArray(node)
      ? Children.toArray(node)
          .map((one) => wordsOf(one, moment))
          .join('')
      : ''
  }
  const { at, children } = (node as ReactElement<Props>).props
  if (at !== undefined) return at ? moment(at) : ''
  return wordsOf(children, moment)
}

/** What a cell says. */
export function cellText<T>(column: Column<T>, item: T, moment: (at: string) => string): string | number {
  if (column.text) return column.text(item) ?? ''
  const words = wordsOf(column.render(item), moment).trim()
  return words === '—' ? '' : words
}
