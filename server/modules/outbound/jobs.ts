import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { transaction, type Trx } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { readSettings } from '../setting/setting.ts'

const purge = job('outbound.purge', { cron: '45 3 * * *' })
const cleaner = systemActor('system:intake', '接口消息清理')

/**
 * Deletes sent messages after the same time as received ones (setting `intake.keep-days`); waiting and rejected ones stay until somebody
 * decides.
 */
export function outboundJobs({ db }: Services): JobHandler[] {
  return [handle(purge, () => transaction(db, purgeMessages))]
}

async function purgeMessages(trx: Trx): Promise<void> {
  const { 'intake.keep-days': days } = await readSettings(trx, ['intake.keep-days'])
  const { numDeletedRows } = await trx
    .deleteFrom('outbound_message')
    .where('status', 'in', ['acknowledged', 'cancelled'])
    .where('created_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
    .executeTakeFirst()
  if (numDeletedRows > 0n)
    await audit(trx, cleaner, { action: 'outbound.purge', subject: `messages:${numDeletedRows}` })
}
