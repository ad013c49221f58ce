import { type Field, fieldNames, fields, levelsOf, type Pattern } from './compare.ts'

/**
 * Fellegi and Sunter's model (A Theory for Record Linkage, 1969): how often each level of agreement occurs among pairs that are one person
 * (m) and among those that are two (u), and which share of the compared pairs is one person.
 */
export type Model = {
  share: number
  levels: Record<Field, { m: number[]; u: number[] }>
}

/** Where nothing was counted yet: registers of ordinary quality. Level 0 (not said) weighs nothing and is left out. */
export const startingModel: Model = {
  share: 0.05,
  levels: {
    family: { m: [0.02, 0.03, 0.07, 0.88], u: [0.85, 0.08, 0.03, 0.04] },
    given: { m: [0.03, 0.04, 0.08, 0.85], u: [0.9, 0.06, 0.02, 0.02] },
    birth: { m: [0.02, 0.03, 0.07, 0.88], u: [0.9, 0.06, 0.02, 0.02] },
    phone: { m: [0.3, 0.05, 0.65], u: [0.985, 0.005, 0.01] },
    identifier: { m: [0.02, 0.03, 0.95], u: [0.997, 0.002, 0.001] },
    street: { m: [0.15, 0.15, 0.2, 0.5], u: [0.9, 0.07, 0.02, 0.01] },
    place: { m: [0.1, 0.1, 0.8], u: [0.85, 0.05, 0.1] },
    postalCode: { m: [0.1, 0.1, 0.8], u: [0.85, 0.1, 0.05] },
    sex: { m: [0.02, 0.98], u: [0.5, 0.5] },
  },
}

/** Evidence of a pattern in bits: log2 of how much likelier it is for one person than for two. */
export function weightOf(model: Model, pattern: Pattern): number {
  return weightsOf(model, pattern).reduce((sum, one) => sum + one, 0)
}

/** The same field by field, in the order of `fieldNames`; 0 where one side says nothing. */
export function weightsOf(model: Model, pattern: Pattern): number[] {
  return levelsOf(pattern).map((level, at) => {
    const name = fieldNames[at]
    if (level === 0 || !name) return 0
    const { m, u } = model.levels[name]
    return Math.log2((m[level - 1] ?? 1e-6) / (u[level - 1] ?? 1e-6))
  })
}

/** Probability that a pair of this pattern is one person. */
export function probabilityOf(model: Model, pattern: Pattern): number {
  const odds = (model.share / (1 - model.share)) * 2 ** weightOf(model, pattern)
  return odds / (1 + odds)
}

/**
 * Estimates the model from how often each pattern occurred, by expectation and maximisation (Winkler 1988): no pair has to be known
 * beforehand. A little of the starting model stays in, so that a level that hardly occurs gets no infinite weight.
 */
export function estimate(counts: ReadonlyMap<Pattern, number>, start: Model = startingModel): Model {
  const patterns = [...counts].map(([pattern, count]) => ({ levels: levelsOf(pattern), pattern, count }))
  const total = patterns.reduce((sum, one) => sum + one.count, 0)
  let model = start
  for (let round = 0; round < 200; round++) {
    const next = emptyCounts()
    let matched = 0
    for (const { levels, pattern, count } of patterns) {
      const probability = probabilityOf(model, pattern)
      matched += probability * count
      for (const [at, level] of levels.entries()) {
        const name = fieldNames[at]
        if (level === 0 || !name) continue
        const { m, u } = next[name]
        m[level - 1] = (m[level - 1] ?? 0) + probability * count
        u[level - 1] = (u[level - 1] ?? 0) + (1 - probability) * count
      }
    }
    const share = Math.min(0.9, Math.max(1e-7, matched / total))
    const moved = Math.abs(share - model.share) / model.share
    model = { share, levels: shares(next, start) }
    if (moved < 1e-6) break
  }
  return model
}

function emptyCounts(): Model['levels'] {
  const empty = (name: Field) => ({
    m: Array.from({ length: fields[name] }, () => 0),
    u: Array.from({ length: fields[name] }, () => 0),
  })
  return Object.fromEntries(fieldNames.map((name) => [name, empty(name)])) as Model['levels']
}

/** As many pairs' worth of the starting model as are mixed in. */
const prior = 5

function shares(counted: Model['levels'], start: Model): Model['levels'] {
  const share = (counts: number[], expected: number[]) => {
    const sum = counts.reduce((all, one) => all + one, 0) + prior
    return counts.map((one, at) => (one + prior * (expected[at] ?? 0)) / sum)
  }
  return Object.fromEntries(
    fieldNames.map((name) => [
      name,
      {
        m: share(counted[name].m, start.levels[name].m),
        u: share(counted[name].u, start.levels[name].u),
      },
    ]),
  ) as Model['levels']
}

/**
 * Whether an estimate may be believed. Where a register holds hardly any duplicates, the likeliest two groups among its pairs may be
 * families and strangers: then people with the same birth date or given name are not what sets the groups apart.
 */
export function plausible({ share, levels }: Model): boolean {
  const telling = (name: Field) =>
    (levels[name].m.at(-1) ?? 0) > 0.4 && (levels[name].m.at(-1) ?? 0) > (levels[name].u.at(-1) ?? 1)
  return share > 1e-6 && telling('given') && telling('birth')
}
