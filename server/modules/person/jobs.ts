import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { refreshWindows } from './facts.ts'

const windows = job('person.facts', { cron: '10 1 * * *' })

export function personJobs({ db }: Services): JobHandler[] {
  return [
    handle(windows, async () => {
      await refreshWindows(db)
    }),
  ]
}
