import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const purge = job('portal.purge', { cron: '50 3 * * *' })

/** Sessions are forgotten 90 days after their end; the audit keeps who signed in. */
export function portalJobs({ db }: Services): JobHandler[] {
  return [
    handle(purge, async () => {
      await sql`delete from portal_session where least(expires_at, ended_at) < now() - interval '90 days'`.execute(
        db,
      )
    }),
  ]
}
