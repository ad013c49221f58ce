import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { forgetDeliveries } from './receive.ts'

const purge = job('call.purge', { cron: '*/30 * * * *' })

export function callJobs({ db }: Services): JobHandler[] {
  return [handle(purge, () => forgetDeliveries(db))]
}
