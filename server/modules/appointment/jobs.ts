import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { extendSchedules } from './generate.ts'

const extend = job('appointment.extend-schedules', { cron: '30 0 * * *' })

export function appointmentJobs({ db }: Services): JobHandler[] {
  return [
    handle(extend, async () => {
      await extendSchedules(db)
    }),
  ]
}
