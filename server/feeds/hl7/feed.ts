import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { applyWaiting } from './apply.ts'
import { type Listener, listenMllp } from './listener.ts'
import { RawStore } from './store.ts'

export type Feed = { port: number; store: RawStore; drain: () => Promise<void>; close: () => Promise<void> }

/** Other processes may have stored messages; their wake-up call does not reach this one. */
const pollMs = 500

/** Starts listening for HL7 and applying what was stored, also what an earlier process left behind. */
export async function startFeed(options: { db: Db; host: string; port: number }): Promise<Feed> {
  const applier = new Applier(options.db)
  const store = new RawStore(options.db, () => {
    applier.wake()
  })
  const listener: Listener = await listenMllp(store, options)
  applier.start()
  log.info({ port: listener.port }, 'listening for HL7 over MLLP')
  return {
    port: listener.port,
    store,
    drain: () => applier.drain(),
    close: async () => {
      await listener.close()
      await applier.stop()
    },
  }
}

/** Keeps applying while anything waits; sleeps until woken otherwise. */
class Applier {
  #db: Db
  #stopped = false
  #wake: (() => void) | undefined
  #woken = false
  #running: Promise<void> | undefined

  constructor(db: Db) {
    this.#db = db
  }

  start(): void {
    this.#running = this.#run()
  }

  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#running
  }

  /** Applies until nothing waits; for tests and for commands that report when they are done. */
  async drain(): Promise<void> {
    while ((await applyWaiting(this.#db)) > 0);
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stopped) {
      try {
        this.#woken = false
        const done = await applyWaiting(this.#db)
        failures = 0
        if (done === 0) await this.#sleep(pollMs)
      } catch (error) {
        failures += 1
        log.warn({ err: (error as Error).message }, 'messages cannot be applied just now, trying again')
        await this.#sleep(Math.min(50 * 2 ** failures, 2000))
      }
    }
  }

  async #sleep(ms: number): Promise<void> {
    // What arrived while we worked must not wait for the next poll.
    if (this.#woken || this.#stopped) return
    const woken = new Promise<void>((resolve) => (this.#wake = resolve))
    const timer = new AbortController()
    await Promise.race([woken, delay(ms, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
  }
}
