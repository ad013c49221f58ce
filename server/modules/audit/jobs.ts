import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { writeAnchor } from './anchor.ts'

const anchor = job('audit.anchor', { cron: '* * * * *', retryLimit: 0 })
const partitions = job('platform.partitions', { cron: '15 3 * * *' })

/** The anchor outside the database, and the partitions of the months to come. */
export function auditJobs({ db, config }: Services): JobHandler[] {
  return [
    handle(anchor, () => writeAnchor(db, config.dataDir)),
    handle(partitions, async () => {
      await sql`select ensure_month_partitions('audit_event'), ensure_month_partitions('inbound_message')`.execute(
        db,
      )
    }),
  ]
}
