import { largestPattern, type Pattern } from './compare.ts'
import { type Model, probabilityOf } from './model.ts'
import { patternOfTwins, ruleOf } from './pair.ts'
import type { MatchRecord } from './record.ts'

/** Kept of the first look, to be judged again by the estimated model: that may know this register's many slips better. */
const looseProbability = 1e-7
/** `twins`: not kept when both names are Chinese. */
const [unknown, dropped, kept, twins] = [0, 1, 2, 3]

/**
 * What came out of comparing all with all: how often each pattern occurred, and the pairs worth a second look. A million persons have tens of
 * millions of pairs and a thousand patterns, so that a pattern is judged once and a pair kept is three numbers.
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

  /** @param one and `other`: the two that were compared, numbers `left` and `right` of their list */
  add(left: number, right: number, pattern: Pattern, one: MatchRecord, other: MatchRecord): void {
    this.compared += 1
    this.#counts[pattern] = (this.#counts[pattern] ?? 0) + 1
    let verdict = this.#verdicts[pattern]
    if (verdict === unknown) {
      const likely = probabilityOf(this.#model, pattern) >= looseProbability || ruleOf(pattern) !== null
      this.#verdicts[pattern] = verdict = !likely ? dropped : patternOfTwins(pattern) ? twins : kept
    }
    if (verdict === dropped || (verdict === twins && one.han && other.han)) return
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

  /** The pairs kept that this model finds at least so likely, or for which a rule holds. */
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
