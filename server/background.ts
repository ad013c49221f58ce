import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Config } from './platform/config.ts'
import { log } from './platform/log.ts'

export type BackgroundData = { config: Config; url: string }

/**
 * Starts background work (applying messages, pathways, jobs) in a separate thread, so that a batch of it delays neither the
 * acknowledgement of a message nor the answer to a nurse. It shares nothing with this thread but the database.
 * @throws the error that prevented the start
 */
export async function startBackground(data: BackgroundData): Promise<{ close: () => Promise<void> }> {
  const thread = new Worker(new URL('background-thread.ts', import.meta.url), { workerData: data })
  // `once` rejects when the thread fails before it is ready.
  await once(thread, 'message')
  let closing = false
  const ended = new Promise<void>((resolve) =>
    thread.once('exit', (code) => {
      // A process without background work would look healthy: exit, so that the service manager restarts it.
      if (!closing) process.exit(code === 0 ? 1 : code)
      resolve()
    }),
  )
  thread.on('error', (error) => {
    log.fatal({ err: error }, 'the background work ended')
  })
  return {
    close: () => {
      closing = true
      thread.postMessage('close')
      return ended
    },
  }
}
