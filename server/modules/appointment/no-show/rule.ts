import type { breachKind, leftOutWhy, NoShowRule } from '../../../../contract/booking-restriction.ts'
import { fromLocal, shiftDate, toLocal, localDate } from '../../../platform/clock.ts'
import type { z } from 'zod'

/**
 * Rules that hospitals and booking platforms publish; they all differ. Beijing's 114 platform (北京市预约挂号统一平台): more than 30 minutes late
 * is a no-show, three within three months stop booking for three months, and for six when it happens again. The others are rules of single
 * hospitals.
 */
export const noShowPresets = {
  'beijing-114': { lateMinutes: 30, count: 3, windowMonths: 3, restrictMonths: 3, cutOff: 'afternoon' },
  'beijing-114-again': { lateMinutes: 30, count: 3, windowMonths: 3, restrictMonths: 6, cutOff: 'afternoon' },
  'three-a-year': { lateMinutes: 30, count: 3, windowMonths: 12, restrictMonths: 1, cutOff: 'midnight' },
  'three-in-half-a-year': {
    lateMinutes: 30,
    count: 3,
    windowMonths: 6,
    restrictMonths: 6,
    cutOff: 'midnight',
  },
} as const satisfies Record<string, NoShowRule>

/** What is known of an appointment that did not take place. */
export type Past = {
  startsAt: Date
  status: 'noshow' | 'cancelled'
  cancelledAt: Date | null
  cancelledBy: 'patient' | 'staff' | 'doctor' | 'hospital' | null
  /** Its clinic did not take place as booked. */
  suspended: boolean
  excused: boolean
  /** A restriction that is over or lifted has counted it. */
  spent: boolean
}

export type Verdict =
  { counts: true; kind: z.infer<typeof breachKind> } | { counts: false; why: z.infer<typeof leftOutWhy> }

/** The last moment at which a patient may cancel without its counting. */
export function cutOffOf(startsAt: Date, cutOff: NoShowRule['cutOff'], timeZone: string): Date {
  if (cutOff === 'start') return startsAt
  const today = localDate(startsAt, timeZone)
  const [year, month, day] = (cutOff === 'midnight' ? today : shiftDate(today, -1))
    .split('-')
    .map(Number) as [number, number, number]
  return fromLocal({ year, month, day, hour: cutOff === 'midnight' ? 0 : 15, minute: 0, second: 0 }, timeZone)
}

/** Whether it counts against the patient. What doctor or hospital cancel or suspend never does, whatever the rule. */
export function judgePast(past: Past, rule: NoShowRule, timeZone: string): Verdict {
  const leftOut = (why: z.infer<typeof leftOutWhy>): Verdict => ({ counts: false, why })
  if (past.suspended) return leftOut('suspended')
  if (past.status === 'cancelled' && past.cancelledBy !== 'patient') return leftOut('hospital')
  if (past.excused) return leftOut('excused')
  if (past.spent) return leftOut('counted-before')
  if (past.status === 'noshow') return { counts: true, kind: 'missed' }
  const inTime =
    past.cancelledAt !== null && past.cancelledAt <= cutOffOf(past.startsAt, rule.cutOff, timeZone)
  return inTime ? leftOut('in-time') : { counts: true, kind: 'cancelled-late' }
}

/** So many calendar months away; the last day of a shorter month stands for days that it does not have. */
export function monthsFrom(at: Date, months: number, timeZone: string): Date {
  const local = toLocal(at, timeZone)
  const index = local.year * 12 + local.month - 1 + months
  const [year, month] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1]
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return fromLocal({ ...local, year, month, day: Math.min(local.day, last) }, timeZone)
}
