import type { FollowUpCounts, Measure } from '../../../contract/figure.ts'
import { count, percent, signed } from '../../format/number.ts'

/** A column of the counts: what it is called here and which rows lie behind it. */
export type FigureName = Exclude<keyof FollowUpCounts, 'spotCheck'>

export const rowsOf: Record<FigureName, Measure> = {
  discharged: 'discharged',
  planned: 'planned',
  followed: 'followed',
  proven: 'proven',
  stated: 'stated',
  onTime: 'on-time',
  reached: 'reached',
  unreached: 'unreached',
  refused: 'refused',
  stopped: 'stopped',
  open: 'open',
  overdue: 'overdue',
  checked: 'checked',
  agreed: 'agreed',
  disagreed: 'disagreed',
  coverage: 'followed',
  provenCoverage: 'proven',
  statedCoverage: 'stated',
  timeliness: 'on-time',
  reach: 'reached',
}

/** What the list of rows may be narrowed to. */
export const countNames = [
  'discharged',
  'planned',
  'followed',
  'proven',
  'stated',
  'onTime',
  'reached',
  'unreached',
  'refused',
  'stopped',
  'open',
  'overdue',
  'checked',
  'agreed',
  'disagreed',
] as const satisfies readonly FigureName[]
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
export const tableColumns = [
  'discharged',
  'planned',
  'followed',
  'coverage',
  'proven',
  'provenCoverage',
  'stated',
  'statedCoverage',
  'onTime',
  'timeliness',
  'reached',
  'reach',
  'unreached',
  'refused',
  'stopped',
  'open',
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

/** The change against the previous period: rates in points, counts as they are. */
export function changeOf(
  now: FollowUpCounts,
  before: FollowUpCounts,
  name: FigureName,
  points: (n: string) => string,
): Change | undefined {
  const [current, previous] = [now[name], before[name]]
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
