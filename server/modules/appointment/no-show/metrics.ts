import { denseDesign, fitLogistic } from './logistic.ts'

/** Two-sided 95 % quantile of the normal distribution. */
const z = 1.959963984540054

export type Auc = { auc: number; low: number; high: number }

/**
 * Area under the ROC curve, which is how often somebody who did not come has a higher score than somebody who came (a tie counts half), with
 * its 95 % interval by DeLong, DeLong and Clarke-Pearson (Biometrics 44 (1988) 837–845), computed from ranks (Sun and Xu 2014) and cut at 0
 * and 1.
 * @param outcomes 1 for those who did not come, 0 for those who came
 * @throws {RangeError} unless there are two of each: the variance of one is unknown
 */
export function auc(scores: ArrayLike<number>, outcomes: ArrayLike<number>): Auc {
  const all = Array.from(scores)
  const events = all.filter((_, at) => outcomes[at] === 1)
  const others = all.filter((_, at) => outcomes[at] !== 1)
  const [m, n] = [events.length, others.length]
  if (m < 2 || n < 2) throw new RangeError('The area under the curve needs two of each outcome.')
  const ranks = midRanks(all)
  const own = { events: midRanks(events), others: midRanks(others) }
  const above: number[] = []
  const below: number[] = []
  for (const [at, rank] of ranks.entries())
    if (outcomes[at] === 1) above.push((rank - (own.events[above.length] ?? 0)) / n)
    else below.push(1 - (rank - (own.others[below.length] ?? 0)) / m)
  const value = average(above)
  const half = z * Math.sqrt(variance(above) / m + variance(below) / n)
  return { auc: value, low: Math.max(0, value - half), high: Math.min(1, value + half) }
}

/** Mean square of what the probabilities were wrong by: 0 is best, 0.25 is what a coin gives (Brier, Mon. Weather Rev. 78 (1950) 1–3). */
export function brier(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < probabilities.length; at++)
    sum += ((probabilities[at] as number) - (outcomes[at] as number)) ** 2
  return sum / probabilities.length
}

/**
 * Slope of the logistic regression of what happened on the predicted log odds (Cox 1958): 1 is best, less than 1 says that the predictions
 * are too extreme.
 * @returns null where there is no such slope: all predictions are the same, or they part the outcomes wholly
 */
export function calibrationSlope(logOdds: ArrayLike<number>, outcomes: ArrayLike<number>): number | null {
  const range = { events: [Infinity, -Infinity], others: [Infinity, -Infinity] }
  for (let at = 0; at < logOdds.length; at++) {
    const value = logOdds[at] as number
    const one = outcomes[at] === 1 ? range.events : range.others
    one[0] = Math.min(one[0] as number, value)
    one[1] = Math.max(one[1] as number, value)
  }
  const [[lowest = 0, highest = 0], [least = 0, most = 0]] = [range.events, range.others]
  // The estimate exists where the two overlap (Albert and Anderson 1984).
  if (lowest >= most || least >= highest) return null
  const design = denseDesign(Array.from(logOdds, (value) => [value]))
  return fitLogistic(design, outcomes).coefficients[0] ?? null
}

/** Ranks from 1; equal values share the middle of theirs. */
function midRanks(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number))
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++
    for (let at = from; at < to; at++) ranks[order[at] as number] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of a sample. */
function variance(values: readonly number[]): number {
  const middle = average(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}
