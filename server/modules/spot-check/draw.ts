import { createHash } from 'node:crypto'

/** A result that may be drawn. `weight` is relative to the others of the same doctor. */
export type Candidate = { taskId: number; staffId: number; weight: number }
export type Drawn = Candidate & { probability: number; selected: boolean }

/** A reproducible number in [0, 1): the first 48 bits of a SHA-256 hash, divided by 2^48. */
export function uniform(...parts: (string | number)[]): number {
  return createHash('sha256').update(parts.join('|')).digest().readUIntBE(0, 6) / 2 ** 48
}

/**
 * Inclusion probabilities, proportional to weight, that add up to `size`. One that would exceed 1 is set to 1, and the others share the
 * rest (Särndal, Swensson, Wretman: Model Assisted Survey Sampling, 1992, section 3.6).
 */
export function inclusionProbabilities(weights: number[], size: number): number[] {
  if (size >= weights.length) return weights.map(() => 1)
  const certain = new Set<number>()
  for (;;) {
    const left = size - certain.size
    const total = weights.reduce((sum, weight, at) => (certain.has(at) ? sum : sum + weight), 0)
    const over = weights.flatMap((weight, at) =>
      !certain.has(at) && (left * weight) / total >= 1 ? [at] : [],
    )
    if (over.length === 0) return weights.map((weight, at) => (certain.has(at) ? 1 : (left * weight) / total))
    for (const at of over) certain.add(at)
  }
}

/**
 * Draws `sizes` results of each doctor: systematic sampling with probability proportional to weight from a random order (Madow 1949;
 * Hartley and Rao 1962). A pure function of its arguments, independent of the order of candidates, so that anybody can repeat the draw.
 */
export function drawSample(
  seed: string,
  candidates: Candidate[],
  sizes: Readonly<Record<number, number>>,
): Drawn[] {
  const doctors = [...Map.groupBy(candidates, (one) => one.staffId)].sort(([a], [b]) => a - b)
  return doctors.flatMap(([staffId, own]) =>
    drawOfDoctor(seed, staffId, own, Math.min(sizes[staffId] ?? 0, own.length)),
  )
}

function drawOfDoctor(seed: string, staffId: number, own: Candidate[], size: number): Drawn[] {
  if (size === 0) return own.map((one) => ({ ...one, probability: 0, selected: false }))
  const order = [...own]
    .map((one) => ({ one, key: uniform(seed, 'order', one.taskId) }))
    .sort((a, b) => a.key - b.key || a.one.taskId - b.one.taskId)
    .map(({ one }) => one)
  const probabilities = inclusionProbabilities(
    order.map((one) => one.weight),
    size,
  )
  const start = uniform(seed, 'start', staffId)
  const last = probabilities.findLastIndex((probability) => probability < 1)
  const left = size - probabilities.filter((probability) => probability === 1).length
  let passed = 0
  return order.map((one, at) => {
    const probability = probabilities[at] ?? 0
    if (probability === 1) return { ...one, probability, selected: true }
    const before = passed
    // The last one ends exactly at the total, so that rounding loses no draw.
    passed = at === last ? left : passed + probability
    // Drawn when one of start, start + 1, … lies in [before, passed).
    const selected = Math.ceil(passed - start) > Math.ceil(before - start)
    return { ...one, probability, selected }
  })
}

export type SizeRule = { share: number; minimum: number; maximum: number; newDoctorFactor: number }

/** Sample size for a doctor: a share, more for a new doctor, within bounds, at most all results. */
export function sampleSize(results: number, isNew: boolean, rule: SizeRule): number {
  const wanted = Math.ceil(results * rule.share * (isNew ? rule.newDoctorFactor : 1))
  return Math.min(results, Math.max(rule.minimum, Math.min(rule.maximum, wanted)))
}
