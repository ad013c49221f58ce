import { Worker } from 'node:worker_threads'
import { AppError } from './errors.ts'

/** One at a time: a second reader waits a second rather than take the cores from those who answer telephones. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs a piece of work that would hold the event loop (drawing a document) in a thread of its own, which ends with it and gives back its memory.
 * The module at `file` reads `workerData` and posts one answer. What goes in and comes out is copied.
 * @param timeoutMs after which the thread is ended
 * @throws {AppError} unavailable when it took too long
 * @throws what the thread threw
 */
export function runAside<Output>(file: URL, data: object, timeoutMs: number): Promise<Output> {
  const run = last.then(() => inThread<Output>(file, data, timeoutMs))
  last = run.catch(() => undefined)
  return run
}

function inThread<Output>(file: URL, data: object, timeoutMs: number): Promise<Output> {
  return new Promise<Output>((resolve, reject) => {
    const thread = new Worker(file, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: 512 } })
    const timer = setTimeout(() => {
      reject(new AppError('unavailable', 'This took too long. Try again in a moment.'))
      void thread.terminate()
    }, timeoutMs)
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => {
      clearTimeout(timer)
      // Without effect when an answer came.
      reject(new Error(`The thread ended with ${code} and without an answer.`))
    })
  })
}
