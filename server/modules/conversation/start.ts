import type { z } from 'zod'
import type { startConversation as startRoute } from '../../../contract/conversation.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { loadPerson } from '../person/person.ts'
import { readPhones } from '../person/phone.ts'
import { arrive } from './arrive.ts'

/**
 * What somebody said on the telephone or at the counter, or a fax, as staff write it down.
 * @throws {AppError} not-found (person or site outside the actor's reach)
 */
export async function startNoted(
  trx: Trx,
  actor: Actor,
  { siteId, personId, name, phone, channel, text }: z.output<typeof startRoute.body>,
): Promise<{ id: number }> {
  const reach = authorize(actor, 'conversation.write')
  if (!reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  const person = personId === null ? null : (await loadPerson(trx, actor, personId)).person
  const kept = await arrive(trx, null, {
    siteId,
    personId: person?.id ?? null,
    channel,
    statedName: name,
    statedPhone: phone === null ? null : (readPhones(phone)[0]?.value ?? phone),
    text,
    key: null,
    by: { id: actor.id, name: actor.name },
  })
  const { conversationId } = found(kept ?? undefined)
  await audit(trx, actor, {
    action: 'conversation.start',
    personId: person?.id ?? null,
    subject: `conversation:${conversationId} ${channel}`,
  })
  return { id: conversationId }
}
