import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const purge = job('booking.purge', { cron: '40 3 * * *' })

/** Codes are forgotten after a day, refusals after 90. A session tells whose a booking is, longer than one books ahead. */
export function bookingJobs({ db }: Services): JobHandler[] {
  return [
    handle(purge, async () => {
      await sql`delete from booking_code where expires_at < now() - interval '1 day'`.execute(db)
      await sql`delete from booking_refusal where at < now() - interval '90 days'`.execute(db)
      await sql`delete from booking_session where expires_at < now() - interval '400 days'`.execute(db)
    }),
  ]
}
