import { Worker } from 'node:worker_threads'
import { AppError, type ErrorId, type FieldError } from './errors.ts'

/** What a thread tells: that it wants the next piece of the input, an answer, some items, or why it cannot. */
export type FromAside =
  | { kind: 'want' }
  | { kind: 'answer'; value: unknown }
  | { kind: 'items'; items: unknown[]; done: boolean }
  | { kind: 'refused'; id: ErrorId; message: string; fields: FieldError[] | undefined }
/** What it is told: the next piece (null: there is none), or that more items are wanted. */
export type ToAside = { kind: 'piece'; piece: Uint8Array | null } | { kind: 'more' }

export type AsideOptions = {
  timeoutMs: number
  /** Read piece by piece, as the thread asks for it. */
  input?: AsyncIterable<Uint8Array>
}

/** Of V8's heap; what lies in buffers is bounded by whoever fills them. */
const heapMb = 384

/** One at a time of each kind: a second reader waits, so that interactive work keeps its cores. */
const lanes = new Map<string, Promise<unknown>>()

/**
 * Runs work that would block the event loop, or whose memory somebody else decides about (rendering a document, reading a file from
 * outside), in a separate thread, which ends afterwards and frees its memory. The module at `file` reads `workerData` and answers by
 * aside-thread.ts. Input and output are copied.
 * @throws {AppError} unavailable when it took too long, too-large when it needed too much memory
 * @throws what the thread threw
 */
export function runAside<Output>(file: URL, data: object, options: AsideOptions): Promise<Output> {
  const run = (lanes.get(file.href) ?? Promise.resolve()).then(async () => {
    const thread = openThread(file, data, options)
    try {
      return (await thread.reply()) as Extract<FromAside, { kind: 'answer' }>
    } finally {
      thread.close()
    }
  })
  lanes.set(
    file.href,
    run.catch(() => undefined),
  )
  return run.then(({ value }) => value as Output)
}

/** The same for a sequence: the thread works one batch ahead and no further, and ends when the reader does. */
export async function* streamAside<Item>(
  file: URL,
  data: object,
  options: AsideOptions,
): AsyncGenerator<Item> {
  const thread = openThread(file, data, options)
  try {
    let next = thread.reply()
    for (;;) {
      const { items, done } = (await next) as Extract<FromAside, { kind: 'items' }>
      if (!done) {
        thread.tell({ kind: 'more' })
        next = thread.reply()
        // Raised when it is this batch's turn.
        next.catch(() => undefined)
      }
      yield* items as Item[]
      if (done) return
    }
  } finally {
    thread.close()
  }
}

function openThread(file: URL, data: object, { timeoutMs, input }: AsideOptions) {
  const thread = new Worker(file, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: heapMb } })
  const pieces = input?.[Symbol.asyncIterator]()
  let awaited: PromiseWithResolvers<FromAside> | undefined
  let early: FromAside | Error | undefined
  const settle = (said: FromAside | Error) => {
    if (!awaited) early ??= said
    else if (said instanceof Error) awaited.reject(said)
    else awaited.resolve(said)
  }
  const tell = (message: ToAside) => {
    thread.postMessage(message)
  }
  const givePiece = async () => {
    const next = await pieces?.next()
    // A view would be sent with all of the memory below it.
    const piece = next === undefined || next.done === true ? null : new Uint8Array(next.value)
    thread.postMessage({ kind: 'piece', piece } satisfies ToAside, piece ? [piece.buffer] : [])
  }
  thread.on('message', (said: FromAside) => {
    if (said.kind === 'want') givePiece().catch((error: unknown) => settle(error as Error))
    else if (said.kind === 'refused') settle(new AppError(said.id, said.message, said.fields))
    else settle(said)
  })
  thread.on('error', (error: Error & { code?: string }) => {
    const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    settle(outOfMemory ? new AppError('too-large', 'Reading this takes more memory than is allowed.') : error)
  })
  thread.on('exit', (code) => {
    settle(new Error(`The thread ended with ${code} and without an answer.`))
  })
  return {
    tell,
    /** The next answer; the thread keeps the process alive only while one is awaited. */
    async reply(): Promise<FromAside> {
      thread.ref()
      const waiting = (awaited = Promise.withResolvers<FromAside>())
      const timer = setTimeout(() => {
        waiting.reject(new AppError('unavailable', 'This took too long. Try again in a moment.'))
      }, timeoutMs)
      if (early) settle(early)
      early = undefined
      try {
        return await waiting.promise
      } finally {
        awaited = undefined
        clearTimeout(timer)
        thread.unref()
      }
    },
    close() {
      void thread.terminate()
      void pieces?.return?.()
    },
  }
}
