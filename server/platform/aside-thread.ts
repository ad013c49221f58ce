import { parentPort } from 'node:worker_threads'
import type { FromAside, ToAside } from './aside.ts'
import { AppError } from './errors.ts'

// The thread's side of aside.ts.

const tell = (message: FromAside) => {
  parentPort?.postMessage(message)
}

type Piece = Extract<ToAside, { kind: 'piece' }>
const waiting: { piece?: (said: Piece) => void; more?: () => void } = {}

// Keeps the thread alive until its caller ends it.
parentPort?.on('message', (said: ToAside) => {
  if (said.kind === 'piece') waiting.piece?.(said)
  else waiting.more?.()
})

/** The input, piece by piece. */
export async function* asideInput(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = new Promise<Piece>((resolve) => (waiting.piece = resolve))
    tell({ kind: 'want' })
    const { piece } = await next
    if (piece === null) return
    yield piece
  }
}

/** Posts the result of the work. */
export async function answerAside(work: () => Promise<unknown>): Promise<void> {
  await refusing(async () => {
    tell({ kind: 'answer', value: await work() })
  })
}

/** Posts what the work yields, in batches, each when the one before was taken. */
export async function answerItems(items: AsyncIterable<unknown>, batch: number): Promise<void> {
  await refusing(async () => {
    let more: Promise<unknown> = Promise.resolve()
    let ready: unknown[] = []
    for await (const item of items) {
      if (ready.length === batch) {
        await more
        more = new Promise<void>((resolve) => (waiting.more = resolve))
        tell({ kind: 'items', items: ready, done: false })
        ready = []
      }
      ready.push(item)
    }
    await more
    tell({ kind: 'items', items: ready, done: true })
  })
}

/** What callers may see crosses the border as it is; anything else ends the thread. */
async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    tell({ kind: 'refused', id: error.id, message: error.message, fields: error.fields })
  }
}
