import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { may, useMe } from '../session.tsx'
import type { Column } from '../ui/ListPage.tsx'

type Somebody = { id: number | null; name: string }
type More<T> = Omit<Partial<Column<T>>, 'title' | 'render' | 'personal' | 'text'> & {
  /** What stands behind the name. */
  after?: (item: T) => ReactNode
}

/** The column that says whom a row is about: leads to the person, and holds the surname only in a file. */
export function personColumn<T>(title: string, of: (item: T) => Somebody, more: More<T> = {}): Column<T> {
  const { after, ...rest } = more
  return {
    key: 'person',
    title,
    personal: true,
    text: (item) => of(item).name,
    render: (item) => (
      <>
        <PersonLink {...of(item)} /> {after?.(item)}
      </>
    ),
    ...rest,
  }
}

/** A name, and the way to the person for who may see persons. */
function PersonLink({ id, name }: Somebody) {
  const me = useMe()
  if (id === null || !may(me, 'person.read')) return name
  return (
    <Link to="/persons/$id" params={{ id: String(id) }}>
      {name}
    </Link>
  )
}
