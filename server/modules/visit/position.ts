import { sql } from 'kysely'
import type { Point } from '../../../contract/geo.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { assertWithin } from '../person/scope.ts'
import { placeHomeByStaff } from '../person/place.ts'
import { staffSource } from '../person/staff.ts'
import { homeOf } from './open-visits.ts'

/** Sets by hand where a person lives. @throws {AppError} not-found, invalid when no address is known */
export async function setPersonPosition(
  trx: Trx,
  actor: Actor,
  personId: number,
  position: Point | null,
): Promise<void> {
  await assertWithin(trx, authorize(actor, 'person.write'), [personId])
  const { rows } = await sql<{ person_id: number }>`
    select home.person_id from (${homeOf(sql`${personId}::bigint`)}) home`.execute(trx)
  const record = rows[0]?.person_id
  if (record === undefined)
    throw new AppError('invalid', 'No home address is known; enter it first.', [
      { path: 'position', message: 'no home address' },
    ])
  await placeHomeByStaff(trx, record, position, staffSource(actor))
  await audit(trx, actor, { action: 'person.update', personId, fields: ['position'] })
}
