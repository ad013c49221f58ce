import type { Actor } from '../../platform/actor.ts'
import { authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

const listeners: ((trx: Trx) => Promise<void>)[] = []

/** Called at start-up by what waits for a calendar, such as pathways that were blocked for want of one. */
export function onCalendar(listener: (trx: Trx) => Promise<void>): void {
  if (!listeners.includes(listener)) listeners.push(listener)
}

type Day = { date: string; working: boolean; name: string }

export async function listCalendar(db: Db, actor: Actor, year: number) {
  authorize(actor, 'setting.read')
  const days = await db
    .selectFrom('calendar_day')
    .select(['date', 'working', 'name', 'source'])
    .where('date', '>=', `${year}-01-01`)
    .where('date', '<=', `${year}-12-31`)
    .orderBy('date')
    .execute()
  return { known: days.length > 0, days }
}

/** Replaces a year's calendar by what the site entered. @throws {AppError} invalid */
export async function putCalendarYear(trx: Trx, actor: Actor, year: number, days: Day[]) {
  authorize(actor, 'setting.write')
  const outside = days.findIndex((day) => !day.date.startsWith(`${year}-`))
  if (outside >= 0)
    throw new AppError('invalid', undefined, [{ path: `days.${outside}.date`, message: `is not in ${year}` }])
  if (new Set(days.map((day) => day.date)).size !== days.length)
    throw new AppError('invalid', undefined, [{ path: 'days', message: 'names a date twice' }])
  await trx
    .deleteFrom('calendar_day')
    .where('date', '>=', `${year}-01-01`)
    .where('date', '<=', `${year}-12-31`)
    .execute()
  if (days.length > 0)
    await trx
      .insertInto('calendar_day')
      .values(days.map((day) => ({ ...day, source: 'site' })))
      .execute()
  await audit(trx, actor, { action: 'calendar.write', subject: String(year) })
  for (const listener of listeners) await listener(trx)
  return listCalendar(trx, actor, year)
}
