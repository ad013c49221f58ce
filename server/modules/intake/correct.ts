import { sql } from 'kysely'
import { encodeAs } from '../hl7/charset.ts'
import { isProblem, readHeader } from '../hl7/header.ts'
import { decodeMessage } from '../hl7/message.ts'
import { assertMaySend, messagesWithin } from './scope.ts'
import { profileJoin, readProfile } from './sender-profile.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'

type Row = {
  id: number
  person_id: number | null
  status: string
  charset: string
  raw: Buffer
  profile: unknown
  corrected: boolean
}

async function original(db: Db, reach: Reach, id: number): Promise<Row> {
  const { rows } = await sql<Row>`
    select m.id, m.person_id, m.status, m.charset, m.raw, h.definition as profile,
      exists (select 1 from inbound_message c where c.corrects_id = m.id) as corrected
    from inbound_message m ${profileJoin} where m.id = ${id} and ${messagesWithin(reach)}`.execute(db)
  return found(rows[0])
}

/** One original message, for correction. Undecodable ones are returned as Latin-1. @throws {AppError} not-found */
export async function revealMessage(db: Db, actor: Actor, id: number, reason: string) {
  const row = await original(db, authorize(actor, 'intake.replay'), id)
  await audit(db, actor, {
    action: 'intake.reveal',
    personId: row.person_id,
    subject: `message:${id}`,
    fields: ['segments'],
    reason,
  })
  const charset = readProfile(row.profile).charset ?? row.charset
  try {
    return { text: decodeMessage(row.raw, charset).hl7.toString(), charset }
  } catch {
    return { text: row.raw.toString('latin1'), charset: 'ISO-8859-1' }
  }
}

/**
 * Queues an edited copy of a dead letter. The original stays unchanged, marked with the copy that replaces it.
 * @throws {AppError} not-found, invalid when the copy is no HL7 message, cannot-undo when the original is no longer a dead letter
 */
export async function correctMessage(
  trx: Trx,
  actor: Actor,
  id: number,
  { message, reason }: { message: string; reason: string },
): Promise<{ id: number }> {
  const reach = authorize(actor, 'intake.replay')
  await sql`select 1 from inbound_message where id = ${id} for update`.execute(trx)
  const row = await original(trx, reach, id)
  if (!['dead', 'rejected'].includes(row.status) || row.corrected)
    throw new AppError('already-closed', 'Only a dead or a rejected message can be corrected, and only once.')
  const text = message.trimStart().replaceAll(/\r\n|\n/g, '\r')
  const bytes = encodeAs(text, readProfile(row.profile).charset)
  const header = readHeader(bytes)
  if (isProblem(header))
    throw new AppError('invalid', header.reason, [
      { path: 'message', message: `${header.location}: ${header.reason}` },
    ])
  const boundTo = await assertMaySend(trx, actor, 'intake.replay', header)
  const { rows } = await sql<{ id: number }>`
    insert into inbound_message (id, lane, sender, facility, control_id, message_type, charset, raw, corrects_id, bound_site_ids)
    values (nextval('inbound_message_id'), ${header.lane}, ${header.sender}, ${header.facility}, ${header.controlId},
      ${header.messageType}, ${header.charset}, ${bytes}, ${id}, ${boundTo}) returning id`.execute(trx)
  const copy = rows[0]?.id ?? 0
  await sql`
    update inbound_message set status = 'ignored', reason = ${`Corrected by message ${copy}`}, location = null where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'intake.correct',
    personId: row.person_id,
    subject: `message:${id} → message:${copy}`,
    fields: ['segments'],
    reason,
  })
  wakeLoop('intake')
  return { id: copy }
}
