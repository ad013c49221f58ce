import { sql } from 'kysely'
import type { Letter } from '../../../contract/task-result.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordsOf } from '../event/record.ts'
import { assertWithin, personWithin } from '../person/scope.ts'
import { readSettings } from '../setting/setting.ts'
import { type TaskRow } from './list.ts'
import { loadPersonTask } from './task.ts'

/** Number of the letter that the next attempt sends; used as its evidence. */
export const letterNumber = (task: Pick<TaskRow, 'id' | 'attempts'>) => `L${task.id}-${task.attempts + 1}`

/**
 * The letter to a person who cannot be reached: full address, nothing about illness, ward or treatment, because anybody at home may open
 * it.
 * @throws {AppError} forbidden, not-found, already-closed, no-address
 */
export async function makeLetter(trx: Trx, actor: Actor, id: number): Promise<Letter> {
  const reach = authorize(actor, 'person.reveal')
  const task = await loadPersonTask(trx, actor, 'task.work', id)
  await assertWithin(trx, reach, [task.person_id])
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  const { rows } = await sql<{ text: string | null; postal_code: string | null }>`
    select a.text, a.postal_code from person p left join lateral (
      select a.text, a.postal_code from person_address a where a.person_id = any(${recordsOf(sql`p.id`)}) and a.text <> ''
      order by (a.use = 'home') desc, a.updated_at desc limit 1) a on true
    where p.id = ${task.person_id} and ${personWithin(reach, sql`p.id`)}`.execute(trx)
  const { text, postal_code: postalCode } = found(rows[0])
  if (text === null)
    throw new AppError('invalid', undefined, [{ path: 'address', message: 'is not known of this person' }])
  const settings = await readSettings(
    trx,
    ['follow-up.ladder.letter-text', 'follow-up.ladder.letter-phone'],
    task.site_id,
  )
  await audit(trx, actor, {
    action: 'task.letter',
    personId: task.person_id,
    subject: `task:${id} ${letterNumber(task)}`,
    fields: ['name', 'addresses'],
  })
  return {
    number: letterNumber(task),
    name: task.person_name,
    address: text,
    postalCode,
    hospital: task.site_name,
    phone: settings['follow-up.ladder.letter-phone'],
    text: settings['follow-up.ladder.letter-text'],
    date: new Date().toISOString(),
  }
}
