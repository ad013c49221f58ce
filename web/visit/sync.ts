import { ApiError } from '../api.ts'
import { report, sendPhoto, signedInAs } from './api.ts'
import { keptPhotos, markRefused, markSent, type Waiting, waitingReports } from './store.ts'

export type Line = 'online' | 'offline' | 'signed-out'

let running: Promise<Line> | undefined

/** What goes by itself: new reports, and those that a colleague's open task held up. What the server refused is sent again by hand only. */
export const goesByItself = ({ problem }: Waiting) => problem === null || problem === 'held-by-other'

/**
 * Sends what waits, in the order in which it was filled in, and only what its author filled in. Never twice at once.
 * @param refused also what the server refused before
 */
export function sendWaiting(refused: boolean): Promise<Line> {
  running ??= sendAll(refused).finally(() => {
    running = undefined
  })
  return running
}

async function sendAll(refused: boolean): Promise<Line> {
  const all = (await waitingReports()).filter((one) => refused || goesByItself(one))
  const waiting = all.sort((a, b) => a.report.leftAt.localeCompare(b.report.leftAt))
  try {
    const userId = await signedInAs()
    for (const one of waiting.filter((item) => item.userId === userId)) {
      try {
        await sendPhotos(one)
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

/** The pictures that the report names; sent twice, they are kept once. */
async function sendPhotos({ taskId, report: { answers = {} } }: Waiting): Promise<void> {
  const named = new Set(Object.values(answers).flatMap((value) => (Array.isArray(value) ? value : [])))
  for (const photo of await keptPhotos(taskId)) if (named.has(photo.key)) await sendPhoto(photo)
}
