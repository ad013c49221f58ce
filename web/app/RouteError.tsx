import type { ErrorComponentProps } from '@tanstack/react-router'
import { ErrorState } from '../ui/ErrorState.tsx'

export function RouteError({ error }: ErrorComponentProps) {
  return <ErrorState page error={error} onRetry={() => location.reload()} />
}
