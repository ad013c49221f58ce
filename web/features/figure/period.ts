import type { z } from 'zod'
import type { Scope } from '../../../contract/access.ts'
import type { getFollowUpFigures, grouping } from '../../../contract/figure.ts'
import type { InputOf } from '../../api.ts'
import { isDay, isoDay } from '../../format/time.ts'
import { type Filters, first } from '../../ui/filters.ts'

export const presets = [
  'this-month',
  'last-month',
  'last-30-days',
  'this-quarter',
  'last-quarter',
  'custom',
] as const
export type Preset = (typeof presets)[number]
export type Period = { from: string; to: string }
export type Grouping = z.infer<typeof grouping>

export const groupings: readonly Grouping[] = [
  'department',
  'site',
  'doctor',
  'disease',
  'region',
  'level',
  'day',
  'week',
  'month',
]

/** The days a preset means, both inclusive. A running period ends today: the rest of it has no discharges yet. */
export function periodOf(preset: Exclude<Preset, 'custom'>, today: Date): Period {
  const [year, month] = [today.getFullYear(), today.getMonth()]
  const quarter = month - (month % 3)
  const days = (from: Date, to: Date) => ({ from: isoDay(from), to: isoDay(to) })
  switch (preset) {
    case 'this-month':
      return days(new Date(year, month, 1), today)
    case 'last-month':
      return days(new Date(year, month - 1, 1), new Date(year, month, 0))
    case 'last-30-days':
      return days(new Date(year, month, today.getDate() - 29), today)
    case 'this-quarter':
      return days(new Date(year, quarter, 1), today)
    case 'last-quarter':
      return days(new Date(year, quarter - 3, 1), new Date(year, quarter, 0))
  }
}

export type FigureQuery = InputOf<typeof getFollowUpFigures>['query']
export type FigureScope = {
  preset: Preset
  query: FigureQuery & { by: Grouping; compare: 'before' | 'year' }
}

/** What a reader starts with: a head compares doctors, who has only the own patients compares diseases. */
export const startOf = (reach: Scope | undefined): Grouping =>
  reach === 'department' ? 'doctor' : reach === 'own' ? 'disease' : 'department'

/** What the address asks for; anything that is not understood falls back to the default. */
export function readScope(filters: Filters, today: Date, start: Grouping = 'department'): FigureScope {
  const wanted = presets.find((one) => one === first(filters['period'])) ?? 'last-30-days'
  const [from, to] = [first(filters['from']), first(filters['to'])]
  const both = wanted === 'custom' && isDay(from) && isDay(to)
  const period = both ? { from, to } : periodOf(wanted === 'custom' ? 'last-30-days' : wanted, today)
  const number = (key: string) => {
    const value = Number(first(filters[key]))
    return Number.isInteger(value) && value > 0 ? { [key]: value } : {}
  }
  const level = [1, 2, 3].find((one) => one === Number(first(filters['level']))) ?? 1
  return {
    preset: wanted,
    query: {
      ...period,
      level,
      ...number('siteId'),
      ...number('departmentId'),
      ...number('attendingStaffId'),
      by: groupings.find((one) => one === first(filters['by'])) ?? start,
      compare: first(filters['compare']) === 'year' ? 'year' : 'before',
    },
  }
}
