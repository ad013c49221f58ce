import { systemActor } from '../../platform/actor.ts'
import { transaction } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { sweepPhotos } from './photo-store.ts'

const sweep = job('questionnaire.sweep-photos', { cron: '20 * * * *' })

/** Deletes uploaded pictures that no answer uses. */
export function questionnaireJobs({ db }: Services): JobHandler[] {
  const actor = systemActor('system:questionnaire', '问卷照片清理')
  return [
    handle(sweep, async () => {
      await transaction(db, (trx) => sweepPhotos(trx, actor))
    }),
  ]
}
