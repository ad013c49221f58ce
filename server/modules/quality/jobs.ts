import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { drawReviews } from './draw-reviews.ts'

const draw = job('call-review.draw', { cron: '50 1 * * *' })

export function qualityJobs({ db }: Services): JobHandler[] {
  return [handle(draw, () => drawReviews(db, new Date()))]
}
