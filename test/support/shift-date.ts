// Loaded before everything else in each process and thread of the tests: their Date runs ahead of the machine's by a fixed distance.
// What Node itself asks of the system (timers, certificates of TLS, times of files) stays as it is.

/** `ahead`: ms, negative when the clock of the tests is behind the machine's. */
type TestClock = { ahead: number }

const key = Symbol.for('careloop.test.clock')
const shared = globalThis as typeof globalThis & { [key]?: TestClock }

/** The one of this thread, however often this module is loaded. */
export const testClock = (shared[key] ??= start(Number(process.env['CARELOOP_TEST_CLOCK_OFFSET'] ?? 0)))

function start(ahead: number): TestClock {
  const clock = { ahead }
  globalThis.Date = shifted(Date, () => clock.ahead)
  return clock
}

/** A Date that differs from the real one in what time it is now. The same text runs in the browser, so it names nothing from outside. */
export function shifted(real: DateConstructor, ahead: () => number): DateConstructor {
  const now = () => real.now() + ahead()
  function Shifted(this: unknown, ...args: unknown[]): unknown {
    const target: unknown = new.target
    if (target === undefined) return new real(now()).toString()
    const maker = target === Shifted ? real : (target as DateConstructor)
    return Reflect.construct(real, args.length === 0 ? [now()] : args, maker)
  }
  Object.setPrototypeOf(Shifted, real)
  Shifted.prototype = real.prototype
  // Not enumerable, as in the real one: Playwright's clock copies what it finds.
  Object.defineProperty(Shifted, 'now', { value: now, writable: true, configurable: true })
  const made = Shifted as unknown as DateConstructor
  real.prototype.constructor = made
  return made
}
