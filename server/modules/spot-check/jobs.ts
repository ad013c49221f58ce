import { monthPeriod } from '../../../contract/month.ts'
import { systemActor } from '../../platform/actor.ts'
import { localDate, toLocal } from '../../platform/clock.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { drawMonth } from './draw-month.ts'

const draw = job('spot-check.draw', { cron: '40 1 * * *' })
const actor = systemActor('system:spot-check', '自动抽查')

export function spotCheckJobs({ db }: Services): JobHandler[] {
  return [handle(draw, () => drawDue(db, new Date()))]
}

/** Draws last month's sample of every site that has none, from the site's configured day of the month on. */
export async function drawDue(db: Db, now: Date): Promise<void> {
  const settings = await readSettingsEverywhere(db, ['spot-check.automatic', 'spot-check.day'])
  const sites = await db.selectFrom('site').select(['id', 'time_zone']).execute()
  for (const site of sites) {
    const own = settings(site.id)
    const { day } = toLocal(now, site.time_zone)
    if (!own['spot-check.automatic'] || day < own['spot-check.day']) continue
    const before = monthPeriod(localDate(now, site.time_zone), 1).from.slice(0, 7)
    try {
      await transaction(db, (trx) => drawMonth(trx, actor, { siteId: site.id, month: before }))
    } catch (error) {
      // Already drawn or no candidates: not an error.
      if (!(error instanceof AppError)) throw error
      log.debug({ site: site.id, month: before, reason: error.id }, 'no spot checks drawn')
    }
  }
}
