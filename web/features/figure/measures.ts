import type { FollowUpCounts, Measure } from '../../../contract/figure.ts'
import { count, percent, signed } from '../../format/number.ts'

/** A column of the counts: what it is called here and which rows lie behind it. */
export type FigureName = keyof FollowUpCounts

export const rowsOf: Record<FigureName, Measure> = {
  discharged: 'discharged',
  planned: 'planned',
  followed: 'followed',
  onTime: 'on-time',
  reached: 'reached',
  unreached: 'unreached',
  refused: 'refused',
  stopped: 'stopped',
  open: 'open',
  overdue: 'overdue',
  coverage: 'followed',
  timeliness: 'on-time',
  reach: 'reached',
}

export const headline = ['discharged', 'coverage', 'timeliness', 'reach', 'overdue', 'refused'] as const
export const comparable = ['coverage', 'timeliness', 'reach', 'discharged', 'overdue', 'refused'] as const
export const tableColumns = [
  'discharged',
  'planned',
  'followed',
  'coverage',
  'onTime',
  'timeliness',
  'reached',
  'reach',
  'unreached',
  'refused',
  'stopped',
  'open',
  'overdue',
] as const

const rates: readonly FigureName[] = ['coverage', 'timeliness', 'reach']
export const isRate = (name: FigureName): name is 'coverage' | 'timeliness' | 'reach' => rates.includes(name)

export function show(counts: FollowUpCounts, name: FigureName): string {
  return isRate(name) ? percent(counts[name]) : count(counts[name])
}

export type Change = { text: string; direction: 'up' | 'down' | 'flat'; welcome: boolean | null }

/** Fewer overdue and refused is welcome; more discharges is neither good nor bad. */
const wanted: Partial<Record<FigureName, 'up' | 'down'>> = {
  coverage: 'up',
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
