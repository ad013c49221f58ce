import type { z } from 'zod'
import type { recordReceived as receivedRoute } from '../../../contract/contact.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { loadPerson } from '../person/person.ts'

/** A call or visit that came from the person's side, on the timeline. @throws {AppError} not-found */
export async function recordReceived(
  trx: Trx,
  actor: Actor,
  personId: number,
  { channel, caller, note }: z.output<(typeof receivedRoute)['body']>,
): Promise<{ at: string }> {
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  const at = new Date()
  await recordEvents(trx, [
    {
      personId: id,
      at,
      kind: 'contact.received',
      source: 'staff',
      actorId: actor.id,
      data: { channel, ...(caller && { caller }), note },
    },
  ])
  await audit(trx, actor, { action: 'contact.received', personId: id, fields: ['note'] })
  return { at: at.toISOString() }
}
