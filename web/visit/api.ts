import type { z } from 'zod'
import type { CurrentUser } from '../../contract/access.ts'
import type { recordVisit, VisitDay, VisitReport } from '../../contract/visit-record.ts'
import { send } from '../api.ts'

// Types of the contract, without zod: the page has to be small enough to be kept on a telephone.
export async function takeDay(): Promise<VisitDay> {
  return (await send('post', '/api/v1/visits/today', {})) as VisitDay
}

/** Id of whoever is signed in, as the server writes it into records. */
export async function signedInAs(): Promise<string> {
  return `user:${((await send('get', '/api/v1/me')) as CurrentUser).id}`
}

export async function report(taskId: number, body: VisitReport) {
  const address = `/api/v1/visits/${taskId}/record`
  return (await send('post', address, body)) as z.output<(typeof recordVisit)['response']>
}
