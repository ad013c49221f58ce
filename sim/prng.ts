/** A stream of numbers in [0, 1), the same for the same seeds on every machine. */
export type Prng = () => number

/**
 * sfc32 (Doty-Humphrey, public domain), seeded by any number of integers. Each person and purpose gets a stream
 * of its own, so that generating one person never shifts another.
 *
 * @example const random = prng(seed, PERSON_STREAM, personIndex)
 */
export function prng(...seeds: number[]): Prng {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  let counter = 1
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (const seed of seeds) {
    a ^= seed | 0
    b ^= Math.floor(seed / 4294967296) | 0
    for (let i = 0; i < 12; i++) next()
  }
  return next
}

/** A whole number from `low` to `high`, both included. */
export function int(random: Prng, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** True with the given probability (0 to 1). */
export function chance(random: Prng, probability: number): boolean {
  return random() < probability
}

/** One item of a list, each equally likely. Throws on an empty list. */
export function pick<T>(random: Prng, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('Nothing to pick from')
  return item
}

/** One item, as likely as its weight among all weights (≥ 0, not all 0). Throws on an empty list. */
export function pickWeighted<T>(random: Prng, items: readonly T[], weight: (item: T) => number): T {
  let total = 0
  for (const item of items) total += weight(item)
  let left = random() * total
  for (const item of items) {
    left -= weight(item)
    if (left < 0) return item
  }
  return pick(random, items)
}

/** Exponentially distributed with the given mean, in the unit of the mean. */
export function exponential(random: Prng, mean: number): number {
  return -mean * Math.log(1 - random())
}

/** Log-normally distributed: half of the values lie below `median`; `sigma` is the spread of the logarithm. */
export function logNormal(random: Prng, median: number, sigma: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random()))
}
