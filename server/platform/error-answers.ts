import type { RouteContract } from '../../contract/route.ts'
import { errorsOf } from './errors.ts'

/**
 * The error statuses that a route may answer, for the reference. In tests any other status is an error of the route (`createApi`), so the
 * reference is checked by every test that meets a refusal.
 */
export function errorStatuses(contract: RouteContract): number[] {
  const isPublic = contract.permission === 'public'
  const writes = contract.method !== 'get'
  const asks = writes || contract.params !== undefined || contract.query !== undefined
  return [
    400,
    ...(isPublic ? [] : [401]),
    403,
    ...(asks ? [404, 409] : []),
    ...(isPublic ? [410] : []),
    ...(writes ? [413, 415] : []),
    ...(asks ? [422] : []),
    429,
    500,
    503,
  ].filter((status) => errorsOf(status).length > 0)
}
