import { setTimeout as sleep } from 'node:timers/promises'
import { resendingSender, type SendStatus } from '../server/modules/hl7/mllp-client.ts'
import { encodeEvent, type Charset } from './hl7.ts'
import type { SimEvent } from './life.ts'

export interface PlayProgress {
  sent: number
  accepted: number
  /** Answered with anything but AA or CA. */
  rejected: number
  /** Attempts beyond the first one of each message. */
  resent: number
  /** Simulated time of the last message answered. */
  at?: Date
}

export interface PlayOptions {
  events: Iterable<SimEvent> | AsyncIterable<SimEvent>
  host: string
  port: number
  /** MLLP connections, default 1. All messages of one person use the same one, in order. */
  connections?: number
  charset?: Charset
  /** How long to wait for an answer before sending again, default 10,000 ms. */
  timeoutMs?: number
  /**
   * Without it messages are sent as fast as they are answered. With it simulated time runs `speed` times as fast
   * as the wall clock (360: an hour in ten seconds) from `startAt`. `neverAhead` also holds each message back until
   * the wall clock has reached its time: a simulation that starts in the past catches up, then goes on live.
   */
  pace?: { speed: number; startAt: Date; neverAhead?: boolean }
  signal?: AbortSignal
  onProgress?: (progress: PlayProgress) => void
  onStatus?: (status: SendStatus) => void
}

const LANE_DEPTH = 64

/**
 * Plays events over MLLP and resolves with the totals once all are answered or the signal aborts (then without an
 * error). Each message is sent until it is answered. Rejects when the events themselves fail.
 */
export async function play(options: PlayOptions): Promise<PlayProgress> {
  const progress: PlayProgress = { sent: 0, accepted: 0, rejected: 0, resent: 0 }
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const lanes = Array.from({ length: options.connections ?? 1 }, () => new Lane(options, progress, signal))
  // A lane that fails must also end the dispatcher, which may be waiting for another lane.
  const running = lanes.map((lane) =>
    lane.run().catch((error: unknown) => {
      stop.abort(error)
    }),
  )
  try {
    await dispatch(options, lanes, signal)
  } catch (error) {
    if (!signal.aborted) {
      stop.abort(error)
      throw error
    }
  } finally {
    for (const lane of lanes) lane.finish()
    await Promise.all(running)
  }
  stop.signal.throwIfAborted()
  return progress
}

async function dispatch(options: PlayOptions, lanes: Lane[], signal: AbortSignal): Promise<void> {
  const began = Date.now()
  for await (const event of options.events) {
    if (options.pace) await until(dueAt(event, options.pace, began), signal)
    signal.throwIfAborted()
    const lane = lanes[event.person.index % lanes.length]
    await lane?.put(event)
  }
}

function dueAt(event: SimEvent, pace: NonNullable<PlayOptions['pace']>, began: number): number {
  const due = began + (event.at.getTime() - pace.startAt.getTime()) / pace.speed
  return pace.neverAhead ? Math.max(due, event.at.getTime()) : due
}

async function until(due: number, signal: AbortSignal): Promise<void> {
  // setTimeout cannot wait longer than 24.8 days.
  for (let left = due - Date.now(); left > 0; left = due - Date.now()) {
    await sleep(Math.min(left, 2 ** 31 - 1), undefined, { signal })
  }
}

/** One connection with a short queue; a full queue holds the dispatcher back. */
class Lane {
  readonly #options: PlayOptions
  readonly #progress: PlayProgress
  readonly #signal: AbortSignal
  readonly #queue: SimEvent[] = []
  #finished = false
  #wakeRunner: () => void = () => undefined
  #wakeDispatcher: () => void = () => undefined

  constructor(options: PlayOptions, progress: PlayProgress, signal: AbortSignal) {
    this.#options = options
    this.#progress = progress
    this.#signal = signal
    signal.addEventListener('abort', () => {
      this.finish()
    })
  }

  async put(event: SimEvent): Promise<void> {
    while (this.#queue.length >= LANE_DEPTH && !this.#finished) {
      await new Promise<void>((resolve) => (this.#wakeDispatcher = resolve))
    }
    this.#queue.push(event)
    this.#wakeRunner()
  }

  finish(): void {
    this.#finished = true
    this.#wakeRunner()
    this.#wakeDispatcher()
  }

  async run(): Promise<void> {
    const { host, port, timeoutMs = 10_000, onStatus, onProgress, charset } = this.#options
    const sender = resendingSender({ host, port, timeoutMs, ...(onStatus ? { onStatus } : {}) })
    try {
      while (!this.#signal.aborted) {
        const event = this.#queue.shift()
        if (!event) {
          if (this.#finished) return
          await new Promise<void>((resolve) => (this.#wakeRunner = resolve))
          continue
        }
        this.#wakeDispatcher()
        const { ack, attempts } = await sender.send(encodeEvent(event, charset), { signal: this.#signal })
        this.#count(ack.code, attempts, event.at)
        onProgress?.({ ...this.#progress })
      }
    } catch (error) {
      if (!this.#signal.aborted) throw error
    } finally {
      sender.close()
    }
  }

  #count(code: string, attempts: number, at: Date): void {
    this.#progress.sent++
    this.#progress.resent += attempts - 1
    if (code === 'AA' || code === 'CA') this.#progress.accepted++
    else this.#progress.rejected++
    this.#progress.at = at
  }
}
