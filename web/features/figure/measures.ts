import { type FollowUpCounts, type Measure, measure } from '../../../contract/figure.ts'
import { count, percent, signed } from '../../format/number.ts'

/** A column of the counts: what it is called here and which rows lie behind it. */
export type FigureName = Exclude<keyof FollowUpCounts, 'spotCheck' | 'due'>

const own = Object.fromEntries(
  measure.options.filter((one) => one !== 'on-time').map((one) => [one, one]),
) as Record<Exclude<Measure, 'on-time'>, Measure>

export const rowsOf: Record<FigureName, Measure> = {
  ...own,
  onTime: 'on-time',
  coverage: 'followed',
  provenCoverage: 'proven',
  statedCoverage: 'stated',
  timeliness: 'on-time',
  reach: 'reached',
}

/** What the list of rows may be narrowed to. */
export const countNames = [...measure.options.filter((one) => one !== 'on-time'), 'onTime' as const]

export const headline = [
  'discharged',
  'coverage',
  'provenCoverage',
  'timeliness',
  'reach',
  'overdue',
] as const
export const comparable = [
  'coverage',
  'provenCoverage',
  'statedCoverage',
  'timeliness',
  'reach',
  'discharged',
  'overdue',
  'refused',
] as const
/** What a rate is a share of stands beside it, so it needs no column. */
export const tableColumns = [
  'discharged',
  'planned',
  'coverage',
  'provenCoverage',
  'statedCoverage',
  'timeliness',
  'reach',
  'unreached',
  'refused',
  'stopped',
  'pending',
  'overdue',
  'checked',
  'disagreed',
] as const

const rates = ['coverage', 'provenCoverage', 'statedCoverage', 'timeliness', 'reach'] as const
export const isRate = (name: FigureName): name is (typeof rates)[number] => rates.some((one) => one === name)

/** Rates that a site sets itself a target for. */
export const hasTarget = (name: FigureName): name is 'coverage' | 'timeliness' | 'reach' =>
  name === 'coverage' || name === 'timeliness' || name === 'reach'

export function show(counts: FollowUpCounts, name: FigureName): string {
  return isRate(name) ? percent(counts[name]) : count(counts[name])
}

/** How many of how many a rate is: `54/60`; nothing for counts, and where there is nobody. */
export function fractionOf(counts: FollowUpCounts, name: FigureName): string | null {
  if (!isRate(name) || counts[name] === null) return null
  const { followed, onTime, due, proven, stated, reached, unreached } = counts
  const [part, whole] = {
    coverage: [followed, due],
    provenCoverage: [proven, due],
    statedCoverage: [stated, due],
    timeliness: [onTime, followed],
    reach: [reached, reached + unreached],
  }[name]
  return `${count(part)}/${count(whole)}`
}

/** A number with what it is a share of: `90% 54/60`. */
export const showWhole = (counts: FollowUpCounts, name: FigureName): string =>
  [show(counts, name), fractionOf(counts, name)].filter(Boolean).join(' ')

export type Change = { text: string; direction: 'up' | 'down' | 'flat'; welcome: boolean | null }

/** Fewer overdue and refused is welcome; more discharges is neither good nor bad. */
const wanted: Partial<Record<FigureName, 'up' | 'down'>> = {
  coverage: 'up',
  provenCoverage: 'up',
  timeliness: 'up',
  reach: 'up',
  overdue: 'down',
  refused: 'down',
}

/** The change against the previous period: rates in points, counts as they are; none where that period has no data. */
export function changeOf(
  now: FollowUpCounts,
  before: FollowUpCounts | null,
  name: FigureName,
  points: (n: string) => string,
): Change | undefined {
  const [current, previous] = [now[name], before?.[name] ?? null]
  if (current === null || previous === null) return undefined
  const by = isRate(name) ? (current - previous) * 100 : current - previous
  const size = signed(by)
  const direction = size === '0' ? 'flat' : by > 0 ? 'up' : 'down'
  const better = wanted[name]
  return {
    text: isRate(name) ? points(size) : size,
    direction,
    welcome: better === undefined ? null : better === direction,
  }
}
