import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { createOutreachTask as createRoute } from '../../../contract/visit.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { fromLocal } from '../../platform/clock.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertWithin } from '../person/scope.ts'
import { createTasks } from '../task/create.ts'
import { authorizeSite } from './open-visits.ts'

/** Titles of the department's work; a visit is a task kind of its own. */
const titles = {
  visit: '上门随访',
  referral: '转诊联络',
  insurance: '医保联络',
  'free-clinic': '义诊',
  publicity: '健康宣传',
} as const

/** Puts a task for a person on the list of the outreach department. @throws {AppError} not-found, invalid when the day is past */
export async function createOutreachTask(
  trx: Trx,
  actor: Actor,
  { siteId, personId, purpose, note, due }: z.output<(typeof createRoute)['body']>,
): Promise<void> {
  authorizeSite(actor, 'visit.plan', siteId)
  await assertWithin(trx, authorize(actor, 'person.read'), [personId])
  const site = found(
    await trx.selectFrom('site').select('time_zone').where('id', '=', siteId).executeTakeFirst(),
  )
  const [year = 0, month = 0, day = 0] = due.split('-').map(Number)
  const dueAt = fromLocal({ year, month, day, hour: 18, minute: 0, second: 0 }, site.time_zone)
  const now = new Date()
  if (dueAt < now) throw new AppError('invalid', undefined, [{ path: 'due', message: 'lies in the past' }])
  await createTasks(trx, [
    {
      kind: purpose === 'visit' ? 'home-visit' : 'other',
      level: null,
      title: titles[purpose],
      description: note ?? null,
      personId,
      encounterId: null,
      enrollmentId: null,
      stepKey: null,
      cause: `outreach:${randomUUID()}`,
      place: { siteId, departmentId: null, attendingStaffId: null },
      assignee: 'outreach',
      priority: 0,
      startAt: now,
      dueAt,
      questionnaireVersionId: null,
    },
  ])
  await audit(trx, actor, { action: 'visit.by-hand', personId, subject: `site:${siteId} ${purpose}` })
}
