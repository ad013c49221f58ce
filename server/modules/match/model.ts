import { type Field, fieldNames, fields, levelsOf, type Pattern } from './compare.ts'

/**
 * Fellegi and Sunter's model (A Theory for Record Linkage, 1969): how often each level of agreement occurs among matching pairs (m) and
 * among any two people (u), and the share of matching pairs. The larger the register, the smaller that share, and the more must agree.
 */
export type Model = {
  share: number
  levels: Record<Field, { m: number[]; u: number[] }>
}

/** Starting model: a hospital with about ten thousand people. Level 0 (missing) has no weight and is left out. */
export const startingModel: Model = {
  share: 2e-5,
  levels: {
    family: { m: [0.02, 0.02, 0.06, 0.9], u: [0.92, 0.03, 0.01, 0.04] },
    given: { m: [0.02, 0.03, 0.08, 0.87], u: [0.97, 0.017, 0.005, 0.008] },
    birth: { m: [0.02, 0.03, 0.07, 0.88], u: [0.97, 0.028, 0.0018, 0.0002] },
    phone: { m: [0.3, 0.05, 0.65], u: [0.9997, 0.0002, 0.0001] },
    identifier: { m: [0.02, 0.03, 0.95], u: [0.9998, 0.0001, 0.0001] },
    street: { m: [0.15, 0.15, 0.2, 0.5], u: [0.9, 0.08, 0.015, 0.005] },
    place: { m: [0.1, 0.1, 0.8], u: [0.75, 0.05, 0.2] },
    postalCode: { m: [0.1, 0.1, 0.8], u: [0.7, 0.1, 0.2] },
    sex: { m: [0.02, 0.98], u: [0.5, 0.5] },
  },
}

/** Evidence of a pattern in bits: log2 of its likelihood ratio, one person to two. */
export function weightOf(model: Model, pattern: Pattern): number {
  return weightsOf(model, pattern).reduce((sum, one) => sum + one, 0)
}

/** The same by field, in the order of `fieldNames`; 0 where a value is missing. */
export function weightsOf(model: Model, pattern: Pattern): number[] {
  return levelsOf(pattern).map((level, at) => {
    const name = fieldNames[at]
    if (level === 0 || !name) return 0
    const { m, u } = model.levels[name]
    return Math.log2((m[level - 1] ?? 1e-6) / (u[level - 1] ?? 1e-6))
  })
}

/** Probability that a pair with this pattern is one person. */
export function probabilityOf(model: Model, pattern: Pattern): number {
  const odds = (model.share / (1 - model.share)) * 2 ** weightOf(model, pattern)
  return odds / (1 + odds)
}

/** Lower bound of u: families share telephones and houses, which no sample of strangers shows. */
const rarest: Partial<Record<Field, number>> = { phone: 1e-4, street: 1e-3 }

/**
 * Only pairs at least this certain are used for training: strangers of one name outnumber duplicate records by thousands, and their many
 * small probabilities would teach the model that one person's birth dates differ.
 */
const certain = 0.9

/**
 * Estimates the model from the frequency of each pattern. u is counted on random pairs; m and the share of matching pairs come from
 * expectation maximisation (Winkler 1988) over the compared pairs: no labelled pairs are needed, and pairs without a shared key count as
 * strangers.
 * @param all number of pairs in the whole register
 */
export function estimate(
  compared: ReadonlyMap<Pattern, number>,
  random: ReadonlyMap<Pattern, number>,
  all: number,
  start: Model = startingModel,
): Model {
  const strangers = emptyCounts()
  for (const [pattern, count] of random)
    for (const [at, level] of levelsOf(pattern).entries()) {
      const name = fieldNames[at]
      if (level > 0 && name) add(strangers[name], level, count)
    }
  const u = (name: Field) => shares(strangers[name], start.levels[name].u, rarest[name] ?? 1e-6)
  const patterns = [...compared].map(([pattern, count]) => ({ levels: levelsOf(pattern), pattern, count }))
  let model: Model = {
    share: Math.max(1e-12, 0.05 / Math.sqrt(2 * all)),
    levels: mapFields((name) => ({ m: start.levels[name].m, u: u(name) })),
  }
  for (let round = 0; round < 200; round++) {
    const one = emptyCounts()
    let matched = 0
    for (const { levels, pattern, count } of patterns) {
      const probability = probabilityOf(model, pattern)
      if (probability < certain) continue
      matched += probability * count
      for (const [at, level] of levels.entries()) {
        const name = fieldNames[at]
        if (level > 0 && name) add(one[name], level, probability * count)
      }
    }
    const share = Math.max(1e-12, (matched + 1) / all)
    const moved = Math.abs(share - model.share) / model.share
    const { levels } = model
    model = {
      share,
      levels: mapFields((name) => ({ m: shares(one[name], start.levels[name].m, 1e-4), u: levels[name].u })),
    }
    if (moved < 1e-6) break
  }
  return model
}

function add(counts: number[], level: number, count: number): void {
  counts[level - 1] = (counts[level - 1] ?? 0) + count
}

function mapFields<T>(of: (name: Field) => T): Record<Field, T> {
  return Object.fromEntries(fieldNames.map((name) => [name, of(name)])) as Record<Field, T>
}

function emptyCounts(): Record<Field, number[]> {
  return mapFields((name) => Array.from({ length: fields[name] }, () => 0))
}

/** Weight of the starting model, in pairs, so that a rare level gets no infinite weight. */
const prior = 20

function shares(counts: number[], expected: number[], least: number): number[] {
  const sum = counts.reduce((total, one) => total + one, 0) + prior
  return counts.map((one, at) => Math.max(least, (one + prior * (expected[at] ?? 0)) / sum))
}

/** Patterns of random pairs, from a generator with a fixed seed. */
export function randomPatterns(
  size: number,
  wanted: number,
  patternOf: (left: number, right: number) => Pattern,
) {
  const counts = new Map<Pattern, number>()
  let state = 1
  // Park and Miller's minimal standard generator.
  const next = () => (state = (state * 48271) % 2147483647) % size
  for (let taken = 0; taken < wanted && size > 1; taken++) {
    const left = next()
    const right = next()
    if (left === right) continue
    const pattern = patternOf(left, right)
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
  }
  return counts
}
