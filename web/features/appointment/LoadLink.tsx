import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMe } from '../../session.tsx'
import { type LoadRows, loadRowsSearch, type LoadScope } from './load-scope.ts'

type LoadLinkProps = { scope: LoadScope; at: LoadRows; n: number; children: ReactNode }

/** Whether the reader sees the appointments behind the figures: all of them or none, so that a list never has fewer than its number says. */
export function useLoadRows(): boolean {
  const { permissions } = useMe()
  return permissions['appointment.read'] === permissions['schedule.read']
}

/** A number that opens the appointments behind it, here or in a new tab; nothing opens nothing. */
export function LoadLink({ scope, at, n, children }: LoadLinkProps) {
  const opens = useLoadRows()
  if (n === 0 || !opens) return <>{children}</>
  return (
    <Link to="/appointments" search={loadRowsSearch(scope, at) as never} className="rows-link">
      {children}
    </Link>
  )
}
