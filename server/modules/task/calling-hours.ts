import type { CallingHours } from '../../../contract/task.ts'
import { type Calendar, type HoursOfDay, loadCalendars, nextOpening } from '../../platform/calendar.ts'
import { addDays, fromLocal, toLocal } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import type { SettingValues } from '../setting/definitions.ts'
import { readSettings } from '../setting/setting.ts'

/** When patients are called. */
export const hourKeys = [
  'follow-up.hours.from',
  'follow-up.hours.to',
  'follow-up.hours.working-days-only',
] as const
type Hours = SettingValues<(typeof hourKeys)[number]>

export const hoursOf = (settings: Hours): HoursOfDay => ({
  from: settings['follow-up.hours.from'],
  to: settings['follow-up.hours.to'],
  workingDaysOnly: settings['follow-up.hours.working-days-only'],
})

/** How many days somebody may choose from. */
const days = 3

/** The next times of a site in which calls may be made; the first may have begun. None where the hours never come. */
export async function callingHoursAt(db: Db, siteId: number | null, timeZone: string): Promise<CallingHours> {
  const [settings, calendars] = await Promise.all([readSettings(db, hourKeys, siteId), loadCalendars(db)])
  return callingHours(new Date(), settings, timeZone, calendars(siteId))
}

function callingHours(now: Date, settings: Hours, timeZone: string, calendar: Calendar): CallingHours {
  const hours = hoursOf(settings)
  if (hours.from >= hours.to) return []
  const at = (time: Date, hour: number) =>
    fromLocal({ ...toLocal(time, timeZone), hour, minute: 0, second: 0 }, timeZone)
  const windows: CallingHours = []
  for (let next = now; windows.length < days;) {
    const inside = nextOpening(next, hours, timeZone, calendar, false)
    windows.push({
      from: at(inside, hours.from).toISOString(),
      to: at(inside, hours.to).toISOString(),
    })
    next = at(addDays(inside, 1, timeZone), 0)
  }
  return windows
}
