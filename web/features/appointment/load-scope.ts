import type { z } from 'zod'
import type { AppointmentMeasure, cancelledBy } from '../../../contract/appointment.ts'
import type { getAppointmentLoad } from '../../../contract/appointment-load.ts'
import { bookingChannels } from '../../../contract/clinic-schedule.ts'
import type { InputOf } from '../../api.ts'
import { isDay } from '../../format/time.ts'
import { type Filters, first } from '../../ui/filters.ts'
import { periodOf, type Preset, presets } from '../figure/period.ts'

type Query = InputOf<typeof getAppointmentLoad>['query']
export type LoadScope = { preset: Preset; query: Query & { from: string; to: string } }

const numberIn = (filters: Filters, key: string) => Number(first(filters[key])) || undefined

/** What the address asks for; anything that is not understood falls back to the last 30 days of the place. */
export function readLoadScope(
  filters: Filters,
  today: Date,
  place: { siteId: number | undefined; departmentId: number | undefined },
): LoadScope {
  const wanted = presets.find((one) => one === first(filters['period'])) ?? 'last-30-days'
  const [from, to] = [first(filters['from']), first(filters['to'])]
  const period =
    wanted === 'custom' && isDay(from) && isDay(to)
      ? { from, to }
      : periodOf(wanted === 'custom' ? 'last-30-days' : wanted, today)
  const [staffId, visitTypeId] = [numberIn(filters, 'staffId'), numberIn(filters, 'visitTypeId')]
  const channel = bookingChannels.find((one) => one === first(filters['channel'])) ?? 'phone'
  return {
    preset: wanted,
    query: {
      siteId: place.siteId ?? 0,
      ...(place.departmentId && { departmentId: place.departmentId }),
      ...(staffId && { staffId }),
      ...(visitTypeId && { visitTypeId }),
      ...period,
      channel,
    },
  }
}

/** Which appointments: those of a number of the whole scope, of one group, an hour of the week, or a half-day. */
export type LoadRows = {
  measure: AppointmentMeasure
  departmentId?: number | undefined
  staffId?: number | undefined
  cancelledBy?: z.infer<typeof cancelledBy>
  weekday?: number
  hourFrom?: number
  hourTo?: number
  from?: string
  to?: string
}

/** The address of the list of appointments behind a number. The dates are written out, so that a shared link means the same days tomorrow. */
export function loadRowsSearch({ query: { channel: _channel, ...query } }: LoadScope, at: LoadRows) {
  return { view: 'all', ...query, ...at }
}
