import { sql } from 'kysely'
import { type Calendars, loadCalendars, nextOpening } from '../../platform/calendar.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { readSettingsEverywhere, readSettings } from '../setting/setting.ts'
import type { SettingValues } from '../setting/definitions.ts'

export const hourSettings = [
  'conversation.hours-from',
  'conversation.hours-to',
  'conversation.working-days-only',
] as const
type HourSettings = SettingValues<(typeof hourSettings)[number]>

export type Hours = { open: boolean; opensAt: Date | null }

/** Whether somebody answers at a site, and when again if not; null where hours are set that never come. */
export function hoursOf(
  settings: HourSettings,
  siteId: number,
  zone: string,
  calendars: Calendars,
  now: Date,
): Hours {
  const hours = {
    from: settings['conversation.hours-from'],
    to: settings['conversation.hours-to'],
    workingDaysOnly: settings['conversation.working-days-only'],
  }
  try {
    const opensAt = nextOpening(now, hours, zone, calendars(siteId), false)
    return opensAt.getTime() <= now.getTime() ? { open: true, opensAt: null } : { open: false, opensAt }
  } catch (error) {
    if (error instanceof AppError) return { open: false, opensAt: null }
    throw error
  }
}

type Site = { id: number; code: string; name: string; time_zone: string }

/** The hours of one site. */
export async function hoursAt(db: Db, siteId: number, now = new Date()): Promise<Hours & { site: Site }> {
  const settings = await readSettings(db, hourSettings, siteId)
  const { rows } = await sql<Site>`select id, code, name, time_zone from site where id = ${siteId}`.execute(
    db,
  )
  const [site] = rows
  if (!site) throw new AppError('not-found')
  return { ...hoursOf(settings, siteId, site.time_zone, await loadCalendars(db), now), site }
}

/** Of every active site. */
export async function hoursEverywhere(db: Db, now = new Date()): Promise<(Hours & { site: Site })[]> {
  const at = await readSettingsEverywhere(db, hourSettings)
  const calendars = await loadCalendars(db)
  const { rows } = await sql<Site>`select id, code, name, time_zone from site order by id`.execute(db)
  return rows.map((site) => ({ ...hoursOf(at(site.id), site.id, site.time_zone, calendars, now), site }))
}
