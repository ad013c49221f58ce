import { largestPattern, type Pattern } from './compare.ts'
import { type Model, probabilityOf } from './model.ts'
import { areNameless, patternOfTwins, ruleOf } from './pair.ts'
import type { MatchRecord } from './record.ts'

/**
 * Lower bound for pairs kept from the first pass, to be scored again by the estimated model, which may know this register's typing errors
 * better.
 */
const looseProbability = 1e-7
/** `twins`: skipped when both names are Chinese. */
const [unknown, dropped, kept, twins] = [0, 1, 2, 3]

/**
 * Result of comparing all persons: the frequency of each pattern, and the pairs kept. A million persons have tens of millions of pairs but
 * a thousand patterns, so each pattern is scored once, and a kept pair is three numbers.
 */
export class Tally {
  compared = 0
  readonly #model: Model
  readonly #counts = new Float64Array(largestPattern + 1)
  readonly #verdicts = new Uint8Array(largestPattern + 1)
  #pairs = new Int32Array(3 * 65_536)
  #length = 0

  constructor(model: Model) {
    this.#model = model
  }

  /** @param one and `other`: the compared records, at `left` and `right` in their list */
  add(left: number, right: number, pattern: Pattern, one: MatchRecord, other: MatchRecord): void {
    this.compared += 1
    this.#counts[pattern] = (this.#counts[pattern] ?? 0) + 1
    let verdict = this.#verdicts[pattern]
    if (verdict === unknown) {
      const likely = probabilityOf(this.#model, pattern) >= looseProbability || ruleOf(pattern) !== null
      this.#verdicts[pattern] = verdict = !likely ? dropped : patternOfTwins(pattern) ? twins : kept
    }
    if (verdict === dropped || (verdict === twins && one.han && other.han)) return
    if (areNameless(one, other, pattern)) return
    if (this.#length + 3 > this.#pairs.length) {
      const larger = new Int32Array(Math.ceil(this.#pairs.length * 1.5))
      larger.set(this.#pairs)
      this.#pairs = larger
    }
    this.#pairs[this.#length++] = left
    this.#pairs[this.#length++] = right
    this.#pairs[this.#length++] = pattern
  }

  counts(): Map<Pattern, number> {
    const counts = new Map<Pattern, number>()
    for (const [pattern, count] of this.#counts.entries()) if (count > 0) counts.set(pattern, count)
    return counts
  }

  /** Kept pairs with at least this probability under the model, or matched by the rule. */
  *likely(
    model: Model,
    least: number,
  ): Generator<{ left: number; right: number; pattern: Pattern; probability: number; rule: string | null }> {
    const judged = new Map<Pattern, { probability: number; rule: string | null }>()
    for (let at = 0; at < this.#length; at += 3) {
      const [left = 0, right = 0, pattern = 0] = this.#pairs.subarray(at, at + 3)
      let verdict = judged.get(pattern)
      if (!verdict) {
        verdict = { probability: probabilityOf(model, pattern), rule: ruleOf(pattern) }
        judged.set(pattern, verdict)
      }
      if (verdict.probability >= least || verdict.rule) yield { left, right, pattern, ...verdict }
    }
  }
}
