import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const close = job('encounter.close', { cron: '20 2 * * *' })

/**
 * Outpatient and emergency visits rarely get an end from the HIS. After a day they count as finished, so that they are not read as
 * patients still in the hospital. This is our conclusion, not a fact from the HIS: no event is recorded and a later message still wins.
 */
export function encounterJobs({ db }: Services): JobHandler[] {
  return [
    handle(close, async () => {
      await sql`
        update encounter set status = 'finished', ends_at = coalesce(ends_at, starts_at)
        where status = 'in-progress' and class in ('outpatient', 'emergency') and starts_at < now() - interval '24 hours'`.execute(
        db,
      )
    }),
  ]
}
