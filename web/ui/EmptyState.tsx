import type { ReactNode } from 'react'

/** Nothing here: says so and teaches the next step. */
export function EmptyState({
  title,
  hint,
  action,
}: {
  title: string
  hint?: string | undefined
  action?: ReactNode
}) {
  return (
    <div className="state-block">
      <p className="state-title">{title}</p>
      {hint && <p className="secondary">{hint}</p>}
      {action}
    </div>
  )
}
