import { forgetDay, waitingReports } from './store.ts'

/** How many visits on this telephone have not been sent; 0 where nothing can be kept. */
export async function unsentVisits(): Promise<number> {
  return (await waitingReports().catch(() => [])).length
}

/** At sign-out: route, addresses and half-filled forms leave this telephone; what was not sent stays for its author. */
export async function clearVisits(): Promise<void> {
  await forgetDay().catch(() => undefined)
}
