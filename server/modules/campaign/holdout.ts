/** Persons of one side of a trial, and those of them that did it. */
export type Side = { n: number; x: number }

export type Interval = { low: number; high: number }
export type Difference = Interval & {
  /** Treated rate minus control rate. */
  difference: number
  method: 'wald' | 'newcombe'
  wald: Interval
  newcombe: Interval
}

/** Two-sided 95 % quantile of the normal distribution. */
const z = 1.959963984540054
/** From here on the normal approximation is good enough, on both sides of both groups (Moore & McCabe, section 8.2). */
const enough = 10

/**
 * Difference of two proportions with its 95 % interval. The textbook interval (Wald, unpooled) where each side has at least ten persons
 * that did it and ten that did not; else the hybrid score interval (Newcombe 1998, method 10), which also holds for few and for none.
 * @throws {RangeError} unless 0 ≤ x ≤ n and n > 0 on both sides
 */
export function differenceOf(treated: Side, control: Side): Difference {
  for (const { n, x } of [treated, control])
    if (!Number.isInteger(n) || !Number.isInteger(x) || n < 1 || x < 0 || x > n)
      throw new RangeError('needs n > 0 persons, of whom 0 to n did it')
  const [p1, p2] = [treated.x / treated.n, control.x / control.n]
  const difference = p1 - p2
  const half = z * Math.sqrt((p1 * (1 - p1)) / treated.n + (p2 * (1 - p2)) / control.n)
  const wald = { low: difference - half, high: difference + half }
  const [first, second] = [scoreInterval(treated), scoreInterval(control)]
  const newcombe = {
    low: difference - Math.hypot(p1 - first.low, second.high - p2),
    high: difference + Math.hypot(first.high - p1, p2 - second.low),
  }
  const plain = [treated, control].every(({ n, x }) => x >= enough && n - x >= enough)
  return {
    difference,
    ...(plain ? wald : newcombe),
    method: plain ? 'wald' : 'newcombe',
    wald,
    newcombe,
  }
}

/** Wilson's 95 % score interval of one proportion (1927). */
export function scoreInterval({ n, x }: Side): Interval {
  const middle = 2 * x + z * z
  const half = z * Math.sqrt(z * z + 4 * x * (1 - x / n))
  const whole = 2 * (n + z * z)
  return { low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) }
}
