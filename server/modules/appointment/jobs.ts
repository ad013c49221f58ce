import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { extendSchedules } from './generate.ts'
import { renewNoShow } from './no-show/train.ts'

const extend = job('appointment.extend-schedules', { cron: '30 0 * * *' })
// Two o'clock in the night in China.
const noShow = job('appointment.no-show', { cron: '0 18 * * *', expireInSeconds: 3600 })

export function appointmentJobs({ db }: Services): JobHandler[] {
  return [
    handle(extend, async () => {
      await extendSchedules(db)
    }),
    handle(noShow, () => renewNoShow(db)),
  ]
}
