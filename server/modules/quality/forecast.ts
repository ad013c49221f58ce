/** A day of half hours; `calls` came in each of the 48, by the clock on the wall. */
export type Day = { date: string; working: boolean; calls: readonly number[] }
export type Expected = { calls: number; low: number; high: number }

export const slotsOfDay = 48
/** Days that a forecast is made from: two months of one weekday. */
const most = 8
/** Fewer days of the same weekday say less than other days of the same kind. */
const fewest = 2
/** 90 % quantile of the normal distribution: an interval of 80 %. */
const z = 1.2815515655446004

const weekday = (date: string) => new Date(`${date}T00:00:00Z`).getUTCDay()

/**
 * The latest days like a day: of the same weekday, worked or not as it is; where there are hardly any (a holiday, a make-up workday), all
 * days that were worked or not. People telephone a hospital by weekday, and on a Saturday that is worked as on a workday.
 */
export function daysLike(history: readonly Day[], day: Pick<Day, 'date' | 'working'>): Day[] {
  const before = history.filter((one) => one.date < day.date && one.working === day.working)
  const same = before.filter((one) => weekday(one.date) === weekday(day.date))
  const chosen = same.length >= fewest ? same : before
  return [...chosen].sort((a, b) => b.date.localeCompare(a.date)).slice(0, most)
}

/**
 * Calls to expect in each half hour: the mean of like days, with an 80 % prediction interval. Arrivals are at least as spread as Poisson's,
 * so the variance is the larger of mean and sample variance, plus that of the mean itself: v(1 + 1/n) (Gans, Koole, Mandelbaum: Telephone
 * Call Centers, M&SOM 5 (2003), section 3.3).
 * @returns nothing where no day is like it
 */
export function forecastDay(like: readonly Day[]): Expected[] {
  const n = like.length
  if (n === 0) return []
  return Array.from({ length: slotsOfDay }, (_, slot) => {
    const counts = like.map((day) => day.calls[slot] ?? 0)
    const mean = counts.reduce((sum, one) => sum + one, 0) / n
    const spread = n < 2 ? 0 : counts.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1)
    const half = z * Math.sqrt(Math.max(mean, spread) * (1 + 1 / n))
    return { calls: mean, low: Math.max(0, mean - half), high: mean + half }
  })
}
