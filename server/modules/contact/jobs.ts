import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { learnHours } from './hour.ts'

const hours = job('contact.hours', { cron: '40 1 * * *' })

export function contactJobs({ db }: Services): JobHandler[] {
  return [
    handle(hours, async () => {
      await learnHours(db)
    }),
  ]
}
