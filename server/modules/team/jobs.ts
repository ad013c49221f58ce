import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { keepAbsences } from './absence.ts'

const absences = job('team.absence', { cron: '* * * * *' })

export function teamJobs({ db }: Services): JobHandler[] {
  return [handle(absences, () => keepAbsences(db))]
}
