/** Time as an input: work that waits for minutes is tested in milliseconds. */
export type Timers = {
  /** Milliseconds since 1970. */
  now: () => number
  /** @returns a function that calls it off */
  after: (ms: number, act: () => void) => () => void
}

export const realTimers: Timers = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}
