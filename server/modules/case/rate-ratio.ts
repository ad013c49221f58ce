/*
 * The ratio of two rates with its exact confidence interval. Given their sum, the second of two Poisson counts is binomial with
 * p = r·t₂ ÷ (t₁ + r·t₂), r being the ratio of the rates; the bounds of Clopper and Pearson for p are turned back into bounds for r
 * (Przyborowski and Wilenski, Biometrika 1940; Armitage, Berry and Matthews, Statistical Methods in Medical Research, 4th ed., 5.3).
 * R's `poisson.test` and Stata's `iri` do the same.
 */

export type RateRatio = { ratio: number; low: number; high: number | null }

/**
 * The rate after ÷ the rate before, with 95 % confidence unless told otherwise.
 * @returns null without anything before, or without a time; `high` null: without bound
 * @example rateRatio({ count: 15, time: 19_017 }, { count: 41, time: 28_010 }) // 1.86 (1.01–3.61)
 */
export function rateRatio(
  before: { count: number; time: number },
  after: { count: number; time: number },
  confidence = 0.95,
): RateRatio | null {
  if (before.count === 0 || before.time <= 0 || after.time <= 0) return null
  const alpha = (1 - confidence) / 2
  const { count: x } = after
  const n = before.count + x
  const exposure = before.time / after.time
  const odds = (p: number) => (p / (1 - p)) * exposure
  const low = x === 0 ? 0 : odds(betaQuantile(alpha, x, n - x + 1))
  return {
    ratio: x / after.time / (before.count / before.time),
    low,
    high: odds(betaQuantile(1 - alpha, x + 1, n - x)),
  }
}

/** Where the beta distribution reaches `p`, by bisection. */
function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 200 && high - low > 1e-15; step++) {
    const middle = (low + high) / 2
    if (betaCumulative(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The regularised incomplete beta function by its continued fraction (Lentz; Numerical Recipes, 3rd ed., 6.4). */
function betaCumulative(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / safe(1 + even * d)
    c = safe(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / safe(1 + odd * d)
    c = safe(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return h
}

/** ln Γ(x) for x > 0 (Lanczos, g = 7). */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  const y = x - 1
  const sum = terms.reduce((total, term, at) => total + term / (y + at + 1), 0.9999999999998099)
  const t = y + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum)
}
