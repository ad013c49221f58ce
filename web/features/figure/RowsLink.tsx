import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { FigureScope } from './period.ts'
import { type RowsAt, rowsSearch } from './rows.ts'

/** A number that opens the people behind it, here or in a new tab. */
export function RowsLink({ scope, at, children }: { scope: FigureScope; at: RowsAt; children: ReactNode }) {
  return (
    <Link to="/figures/rows" search={rowsSearch(scope, at) as never} className="rows-link">
      {children}
    </Link>
  )
}
