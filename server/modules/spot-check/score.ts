/** Sums over a doctor's finished checks: `weight` is 1 ÷ inclusion probability. */
export type CheckSums = {
  checked: number
  weight: number
  weightSquared: number
  /** Sum of the weights of agreeing ones. */
  agreed: number
}

export type Score = { value: number; low: number; high: number }

/** 97.5 % quantile of the normal distribution, for a two-sided interval of 95 %. */
const z = 1.959963984540054

/**
 * Score interval of a proportion (Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212). `size` need not be whole.
 * @param share observed proportion, 0 to 1
 */
export function wilsonInterval(share: number, size: number): { low: number; high: number } {
  const z2 = z * z
  const middle = (share + z2 / (2 * size)) / (1 + z2 / size)
  const half = (z / (1 + z2 / size)) * Math.sqrt((share * (1 - share)) / size + z2 / (4 * size * size))
  // At 0 and 1 the bound is exact; rounding must not exceed it.
  return {
    low: share === 0 ? 0 : Math.max(0, middle - half),
    high: share === 1 ? 1 : Math.min(1, middle + half),
  }
}

/**
 * Share of a doctor's results that a second call agrees with. Results were drawn with unequal probabilities, so each counts with 1 ÷
 * probability (Hájek's ratio form of the Horvitz-Thompson estimator, 1971); the interval is Wilson's with the effective sample size (Σw)²
 * ÷ Σw² (Kish 1965), as Franco et al. recommend for weighted samples (J. Surv. Stat. Methodol. 7 (2019) 334–364).
 * @param minimum minimum of finished checks; null below it
 */
export function scoreOf(
  { checked, weight, weightSquared, agreed }: CheckSums,
  minimum: number,
): Score | null {
  if (checked < Math.max(1, minimum)) return null
  const value = Math.min(1, agreed / weight)
  return { value, ...wilsonInterval(value, (weight * weight) / weightSquared) }
}
