/** What a simulated partner needs of time. */
export type Timers = {
  /** Milliseconds since 1970. */
  now: () => number
  /** @returns a function that calls it off */
  after: (ms: number, act: () => void) => () => void
}

export const realTimers: Timers = {
  now: Date.now,
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}

type Timer = { at: number; nr: number; act: () => void }

/** Time that passes only when somebody says so: hours of telephone calls in seconds. */
export class VirtualClock implements Timers {
  #now: number
  #count = 0
  #timers: Timer[] = []

  constructor(now: number) {
    this.#now = now
  }

  now = (): number => this.#now

  after = (ms: number, act: () => void): (() => void) => {
    const timer = { at: this.#now + Math.max(0, ms), nr: ++this.#count, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  /** Goes to the next thing that somebody waits for, at most to `until`. @returns whether anything happened */
  step(until = Infinity): boolean {
    let first: Timer | undefined
    for (const one of this.#timers)
      if (!first || one.at < first.at || (one.at === first.at && one.nr < first.nr)) first = one
    if (!first || first.at > until) {
      if (until !== Infinity) this.#now = Math.max(this.#now, until)
      return false
    }
    this.#timers = this.#timers.filter((one) => one !== first)
    this.#now = Math.max(this.#now, first.at)
    first.act()
    return true
  }
}
