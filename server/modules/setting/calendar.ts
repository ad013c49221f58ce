import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { assertMayWrite, assertSite, readSettings } from './setting.ts'

const listeners: ((trx: Trx) => Promise<void>)[] = []

/** Called at start-up by what waits for a calendar, such as pathways that were blocked for want of one. */
export function onCalendar(listener: (trx: Trx) => Promise<void>): void {
  if (!listeners.includes(listener)) listeners.push(listener)
}

export type CalendarDay = { date: string; working: boolean; name: string }

/** What holds in a year: a site's own calendar, else that of its country. @throws {AppError} not-found */
export async function listCalendar(
  db: Db,
  actor: Actor,
  { year, siteId = null, country }: { year: number; siteId?: number | null; country?: string | undefined },
) {
  authorize(actor, 'setting.read')
  await assertSite(db, siteId)
  const followed = country ?? (await countryOf(db, siteId))
  const rows = await db
    .selectFrom('calendar_day')
    .select(['date', 'working', 'name', 'source', 'site_id'])
    .where('date', '>=', `${year}-01-01`)
    .where('date', '<=', `${year}-12-31`)
    .where((e) => e.or([e('country', '=', followed), e('site_id', '=', siteId)]))
    .orderBy('date')
    .execute()
  const inherited = siteId !== null && !rows.some((row) => row.site_id === siteId)
  const days = rows
    .filter((row) => row.site_id === (inherited ? null : siteId))
    .map(({ date, working, name, source }) => ({ date, working, name, source }))
  return { known: days.length > 0, country: followed, inherited, days }
}

async function countryOf(db: Db, siteId: number | null): Promise<string> {
  const { 'organisation.country': country } = await readSettings(db, ['organisation.country'], siteId)
  return country
}

/**
 * Replaces a year's calendar of a country (the installation's unless another is named) or of a site. No days: the year is unknown again, or the
 * site follows its country.
 * @throws {AppError} forbidden, not-found, invalid
 */
export async function putCalendarYear(
  trx: Trx,
  actor: Actor,
  year: number,
  {
    days,
    siteId = null,
    country: named,
  }: { days: CalendarDay[]; siteId?: number | null; country?: string | undefined },
) {
  assertMayWrite(actor, siteId)
  const site = await assertSite(trx, siteId)
  const outside = days.findIndex((day) => !day.date.startsWith(`${year}-`))
  if (outside >= 0)
    throw new AppError('invalid', undefined, [{ path: `days.${outside}.date`, message: `is not in ${year}` }])
  if (new Set(days.map((day) => day.date)).size !== days.length)
    throw new AppError('invalid', undefined, [{ path: 'days', message: 'names a date twice' }])
  const country = siteId === null ? (named ?? (await countryOf(trx, null))) : null
  await trx
    .deleteFrom('calendar_day')
    .where('date', '>=', `${year}-01-01`)
    .where('date', '<=', `${year}-12-31`)
    .where((e) => e.or([e('country', '=', country), e('site_id', '=', siteId)]))
    .execute()
  await addDays(trx, days, { site_id: siteId, country, source: 'site' })
  await audit(trx, actor, {
    action: 'calendar.write',
    subject: site === null ? `${year} ${country}` : `${year} site:${site.code}`,
  })
  await tellListeners(trx)
  return listCalendar(trx, actor, { year, siteId, country: named })
}

/** Adds the official days of years of a country of which nothing is known yet; a year that has days stays as it is. */
export async function addOfficialYears(
  trx: Trx,
  country: string,
  source: string,
  daysOf: Map<number, CalendarDay[]>,
): Promise<void> {
  const { rows } = await sql<{ year: number }>`
    select distinct extract(year from date)::int as year from calendar_day where country = ${country}`.execute(
    trx,
  )
  const known = new Set(rows.map(({ year }) => year))
  const days = [...daysOf].flatMap(([year, ofYear]) => (known.has(year) ? [] : ofYear))
  if (days.length === 0) return
  await addDays(trx, days, { site_id: null, country, source })
  await tellListeners(trx)
}

async function addDays(
  trx: Trx,
  days: CalendarDay[],
  about: { site_id: number | null; country: string | null; source: string },
): Promise<void> {
  if (days.length === 0) return
  await trx
    .insertInto('calendar_day')
    .values(days.map((day) => ({ ...day, ...about })))
    .execute()
}

async function tellListeners(trx: Trx): Promise<void> {
  for (const listener of listeners) await listener(trx)
}
