import { sql } from 'kysely'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'

const purge = job('conversation.purge', { cron: '20 3 * * *' })

/** Tokens of chats and what was looked at in mailboxes; files that were chosen for an answer and not sent. */
export function conversationJobs({ db }: Services): JobHandler[] {
  return [
    handle(purge, async () => {
      await sql`delete from conversation_visitor where expires_at < now() - interval '7 days'`.execute(db)
      await sql`delete from mailbox_seen where at < now() - interval '90 days'`.execute(db)
      await sql`delete from conversation_attachment where pending_id is not null and created_at < now() - interval '1 day'`.execute(
        db,
      )
    }),
  ]
}
