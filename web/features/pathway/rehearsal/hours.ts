type Day = { day: string; minutes: number }

/** Minutes as hours, to a tenth. */
export function hours(minutes: number): number {
  return Math.round(minutes / 6) / 10
}

/** The day with the most work; the first of several. */
export function peakOf(days: readonly Day[]): Day | null {
  let peak: Day | null = null
  for (const one of days) if (!peak || one.minutes > peak.minutes) peak = one
  return peak
}

/** Every day from the first to the last of either list, with the hours of both; a day without work has none. */
export function byDay(draft: readonly Day[], current: readonly Day[] | null) {
  const all = [...draft, ...(current ?? [])].map((one) => one.day).sort()
  const [first, last] = [all[0], all.at(-1)]
  if (first === undefined || last === undefined) return []
  const of = (days: readonly Day[]) => new Map(days.map((one) => [one.day, hours(one.minutes)]))
  const [mine, theirs] = [of(draft), of(current ?? [])]
  const rows: { day: string; draft: number; current: number }[] = []
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10)
    rows.push({ day, draft: mine.get(day) ?? 0, current: theirs.get(day) ?? 0 })
  }
  return rows
}
