import { Worker } from 'node:worker_threads'
import { AppError } from './errors.ts'

/** One at a time: a second reader waits, so that interactive work keeps its cores. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs work that would block the event loop (rendering a document) in a separate thread, which ends afterwards and frees its memory. The
 * module at `file` reads `workerData` and posts one answer. Input and output are copied.
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
      // No effect after an answer.
      reject(new Error(`The thread ended with ${code} and without an answer.`))
    })
  })
}
