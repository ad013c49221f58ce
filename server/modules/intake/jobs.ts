import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { transaction, type Trx } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { readSettings } from '../setting/setting.ts'

const purge = job('intake.purge', { cron: '40 3 * * *' })
const cleaner = systemActor('system:intake', '接口消息清理')

/**
 * Raw messages are kept for a set time (setting `intake.keep-days`), then removed; waiting, dead and rejected ones stay until somebody
 * decides.
 */
export function intakeJobs({ db }: Services): JobHandler[] {
  return [handle(purge, () => transaction(db, purgeMessages))]
}

async function purgeMessages(trx: Trx): Promise<void> {
  const { 'intake.keep-days': days } = await readSettings(trx, ['intake.keep-days'])
  const { rows } = await sql<{ removed: number }>`
    with old as (
      delete from inbound_message where received_at < now() - make_interval(days => ${days})
        and status in ('applied', 'ignored', 'rejected') returning id
    ), keys as (
      delete from inbound_key k using old where k.message_id = old.id
    )
    select count(*) as removed from old`.execute(trx)
  const removed = rows[0]?.removed ?? 0
  if (removed > 0) await audit(trx, cleaner, { action: 'intake.purge', subject: `messages:${removed}` })
}
