import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { sessionAlive } from './session-limit.ts'
import { sweepThrottle } from './throttle.ts'

const sweepSessions = job('access.sweep', { cron: '*/10 * * * *' })

/** Sessions that ended, used codes and old counters. */
export function accessJobs({ db }: Services): JobHandler[] {
  return [
    handle(sweepSessions, async () => {
      await sql`delete from app_session where not ${sessionAlive}`.execute(db)
      await sql`delete from app_verification where expires_at < now()`.execute(db)
      await sweepThrottle(db)
    }),
  ]
}
