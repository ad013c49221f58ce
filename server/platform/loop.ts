import { setTimeout as delay } from 'node:timers/promises'
import { BroadcastChannel } from 'node:worker_threads'
import { log } from './log.ts'

export type Loop = { wake: () => void; stop: () => Promise<void> }

const running = new Map<string, Set<Loop>>()

/** Channel to the other thread of this process: one serves requests and senders, the other does background work. */
const otherThreads = new BroadcastChannel('careloop.wake')
otherThreads.onmessage = ({ data }: { data: unknown }) => {
  wakeHere(String(data))
}
otherThreads.unref()

/** Asks the loops of that name in this process to look now instead of at their next poll; harmless when they run elsewhere. */
export function wakeLoop(name: string): void {
  wakeHere(name)
  otherThreads.postMessage(name)
}

function wakeHere(name: string): void {
  for (const loop of running.get(name) ?? []) loop.wake()
}

/**
 * Calls `work` again and again while it finds something, then sleeps until woken or polled. Errors (a restarting database) are retried
 * with growing pauses and never end the loop.
 * @param work returns how much it did
 * @param gatherMs how long it waits, once woken, for more to come: a batch costs little more than one
 */
export function startLoop(
  name: string,
  pollMs: number,
  work: () => Promise<number>,
  { gatherMs = 0 } = {},
): Loop {
  let stopped = false
  let woken = false
  let wakeSleeper: (() => void) | undefined
  const finished = run()

  async function run(): Promise<void> {
    let failures = 0
    while (!stopped) {
      woken = false
      try {
        const done = await work()
        failures = 0
        if (done === 0) {
          await sleep(pollMs)
          if (gatherMs > 0) await delay(gatherMs)
        }
      } catch (error) {
        failures += 1
        log.warn({ err: error, loop: name }, 'background work failed just now, trying again')
        await sleep(Math.min(50 * 2 ** failures, 2000))
      }
    }
  }

  async function sleep(ms: number): Promise<void> {
    // Work that arrived meanwhile must not wait for the next poll.
    if (woken || stopped) return
    const timer = new AbortController()
    const sleeper = new Promise<void>((resolve) => (wakeSleeper = resolve))
    await Promise.race([sleeper, delay(ms, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
  }

  const wake = () => {
    woken = true
    wakeSleeper?.()
  }
  const loop: Loop = {
    wake,
    stop: async () => {
      stopped = true
      running.get(name)?.delete(loop)
      wake()
      await finished
    },
  }
  running.set(name, (running.get(name) ?? new Set()).add(loop))
  return loop
}
