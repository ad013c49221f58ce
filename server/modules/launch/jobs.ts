import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const sweep = job('launch.sweep', { cron: '5 * * * *' })

/** Links of workstations go after longer than any session may last; who made and opened what stays in the audit. */
export function launchJobs({ db }: Services): JobHandler[] {
  return [
    handle(sweep, async () => {
      await sql`delete from launch where created_at < now() - interval '7 days'`.execute(db)
    }),
  ]
}
