import type { ReactNode } from 'react'

/** Nothing here: says so and teaches the next step. */
export function EmptyState({
  title,
  hint,
  action,
  page = false,
}: {
  title: string
  hint?: string | undefined
  action?: ReactNode
  /** It stands for the whole page, so its title is the page's heading. */
  page?: boolean
}) {
  return (
    <div className="state-block">
      {page ? <h1 className="state-title">{title}</h1> : <p className="state-title">{title}</p>}
      {hint && <p className="secondary">{hint}</p>}
      {action}
    </div>
  )
}
