import { ApiError } from '../api.ts'
import { report, signedInAs } from './api.ts'
import { markRefused, markSent, waitingReports } from './store.ts'

export type Line = 'online' | 'offline' | 'signed-out'

let running: Promise<Line> | undefined

/** Sends what waits, in the order in which it was filled in, and only what its author filled in. Never twice at once. */
export function sendWaiting(): Promise<Line> {
  running ??= sendAll().finally(() => {
    running = undefined
  })
  return running
}

async function sendAll(): Promise<Line> {
  const waiting = (await waitingReports()).sort((a, b) => a.report.leftAt.localeCompare(b.report.leftAt))
  try {
    const userId = await signedInAs()
    for (const one of waiting.filter((item) => item.userId === userId)) {
      try {
        const answer = await report(one.taskId, { ...one.report, sentAt: new Date().toISOString() })
        await markSent(one, { taskId: one.taskId, ...answer })
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 0 || error.status === 401 || error.status >= 500)
          throw error
        // What the server does not want stays here, with the reason; the others go on.
        await markRefused(one, error.id)
      }
    }
    return 'online'
  } catch (error) {
    if (error instanceof ApiError) return error.status === 401 ? 'signed-out' : 'offline'
    throw error
  }
}
