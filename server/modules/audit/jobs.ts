import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import { transaction } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { readSettings } from '../setting/setting.ts'
import { anchorFiles, currentHeads, readAnchors, writeAnchor } from './anchor.ts'
import { mailAnchors } from './anchor-mail.ts'
import { purgeAudit } from './purge.ts'

const anchor = job('audit.anchor', { cron: '* * * * *', retryLimit: 0 })
const mail = job('audit.anchor-mail', { cron: '0 5 * * *' })
const purge = job('audit.purge', { cron: '50 3 * * *' })
const keeper = systemActor('system:audit', '审计日志清理')
const partitions = job('platform.partitions', { cron: '15 3 * * *' })

/** The anchors outside the database, and the partitions of the months to come. */
export function auditJobs({ db, config }: Services): JobHandler[] {
  return [
    handle(anchor, () => writeAnchor(db, config)),
    handle(mail, async () => {
      if (config.anchors.mail) await mailAnchors(config.anchors.mail, await currentHeads(db))
    }),
    handle(purge, () =>
      transaction(db, async (trx) => {
        const { 'security.audit-keep-years': years } = await readSettings(trx, ['security.audit-keep-years'])
        const before = new Date()
        before.setUTCFullYear(before.getUTCFullYear() - years)
        await purgeAudit(trx, keeper, before, await readAnchors(anchorFiles(config)))
      }),
    ),
    handle(partitions, async () => {
      await sql`select ensure_month_partitions('audit_event'), ensure_month_partitions('inbound_message')`.execute(
        db,
      )
    }),
  ]
}
