import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

/** A draft of the assistant that a text began as, and whether somebody changed it. */
export type Draft = { id: number; edited: boolean }

/** By which a draft is known again without being kept. */
export const hashOf = (text: string): string => createHash('sha256').update(text.trim()).digest('hex')

/** @throws {AppError} invalid when it is no draft that this actor had made for this conversation */
export async function draftOf(
  trx: Trx,
  actor: Actor,
  conversationId: number,
  draftId: number | undefined,
  text: string,
): Promise<Draft | undefined> {
  if (draftId === undefined) return undefined
  const { rows } = await sql<{ text_hash: string }>`
    select r.text_hash from assistant_request r join conversation c on c.id = r.conversation_id
    where r.id = ${draftId} and r.user_id = ${actor.userId} and ${conversationId} in (c.id, c.joined_id) and r.text_hash is not null`.execute(
    trx,
  )
  const [row] = rows
  if (!row)
    throw new AppError('invalid', undefined, [
      { path: 'draftId', message: 'is no draft of this conversation' },
    ])
  return { id: draftId, edited: hashOf(text) !== row.text_hash }
}
