import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const purge = job('message.purge', { cron: '50 3 * * *' })

/** Forgets after 30 days what providers have told already: none repeats a reply for so long, and a signed call is refused within minutes. */
export function messageJobs({ db }: Services): JobHandler[] {
  return [
    handle(purge, async () => {
      await sql`delete from message_seen where at < now() - interval '30 days'`.execute(db)
    }),
  ]
}
