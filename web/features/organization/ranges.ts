export type Day = { date: string; working: boolean; name: string }
export type Range = { from: string; to: string; working: boolean; name: string }

const dayAfter = (date: string) => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)

/** Days that follow each other under one name read as one line: "10-01 – 10-08 国庆节". */
export function toRanges(days: readonly Day[]): Range[] {
  const ranges: Range[] = []
  for (const day of [...days].sort((a, b) => a.date.localeCompare(b.date))) {
    const last = ranges.at(-1)
    if (last && last.working === day.working && last.name === day.name && dayAfter(last.to) === day.date)
      last.to = day.date
    else ranges.push({ from: day.date, to: day.date, working: day.working, name: day.name })
  }
  return ranges
}

export const daysIn = ({ from, to }: Pick<Range, 'from' | 'to'>) =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1

export type RangeProblem =
  | { problem: 'dates' | 'year' | 'name'; row: number }
  | { problem: 'twice'; date: string }
  | { problem: 'many' }

export const yearLimit = 120

/** The days of the lines, or the first thing that is wrong with them. */
export function toDays(ranges: readonly Range[], year: number): { days: Day[] } | RangeProblem {
  const days = new Map<string, Day>()
  for (const [index, range] of ranges.entries()) {
    const row = index + 1
    const { from, to, working } = range
    const name = range.name.trim()
    if (!from || !to || to < from) return { problem: 'dates', row }
    if (!from.startsWith(`${year}-`) || !to.startsWith(`${year}-`)) return { problem: 'year', row }
    if (!name) return { problem: 'name', row }
    for (let date = from; date <= to; date = dayAfter(date)) {
      if (days.has(date)) return { problem: 'twice', date }
      days.set(date, { date, working, name })
    }
  }
  if (days.size > yearLimit) return { problem: 'many' }
  return { days: Array.from(days.values()).sort((a, b) => a.date.localeCompare(b.date)) }
}
