import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { OutboundMessage, OutboundMessageDetail, OutboundStatus } from '../../../contract/outbound.ts'
import { decodeMessage } from '../hl7/message.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { totalOf } from '../../platform/listing.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { maskNumbersIn } from '../person/mask.ts'
import { maskedSegments } from '../intake/mask-segment.ts'
import { channelsWithin } from '../intake/scope.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

type Row = {
  id: number
  channel_id: number
  channel_name: string
  person_id: number
  control_id: string
  kind: string
  status: OutboundStatus
  attempts: number
  reason: string | null
  created_at: Date
  finished_at: Date | null
}

const columns = sql`m.id, m.channel_id, c.name as channel_name, ${personOfRecord(sql`m.person_id`)} as person_id, m.control_id, m.kind, m.status, m.attempts, m.reason,
  m.created_at, m.finished_at`

type Filter = {
  status?: string[] | undefined
  channelId?: number | undefined
  controlId?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

export async function listOutbound(db: Db, actor: Actor, filter: Filter) {
  const reach = authorize(actor, 'intake.read')
  const [before] = decodeCursor<[number]>(filter.cursor, ['number']) ?? []
  const where = [
    channelsWithin(reach),
    ...(filter.status?.length ? [sql<SqlBool>`m.status = any(${filter.status}::text[])`] : []),
    ...(filter.channelId ? [sql<SqlBool>`m.channel_id = ${filter.channelId}`] : []),
    ...(filter.controlId ? [sql<SqlBool>`m.control_id = ${filter.controlId}`] : []),
  ]
  const { rows } = await sql<Row>`
    select ${columns} from outbound_message m join outbound_channel c on c.id = m.channel_id
    where ${sql.join(where, sql` and `)} and ${before === undefined ? sql`true` : sql`m.id < ${before}`}
    order by m.id desc limit ${filter.limit + 1}`.execute(db)
  return {
    ...pageOf(rows, filter.limit, (row) => [row.id], view),
    total: await totalOf(
      db,
      filter,
      sql`from outbound_message m join outbound_channel c on c.id = m.channel_id where ${sql.join(where, sql` and `)}`,
    ),
  }
}

function view(row: Row): OutboundMessage {
  return {
    id: row.id,
    channelId: row.channel_id,
    channelName: row.channel_name,
    personId: row.person_id,
    controlId: row.control_id,
    kind: row.kind,
    status: row.status,
    attempts: row.attempts,
    possibleDuplicate: row.attempts > 1,
    reason: row.reason,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

type Sending = {
  number: number
  sent_at: string
  resend: boolean
  outcome: OutboundMessageDetail['sendings'][number]['outcome']
  code: string | null
  reason: string | null
  finished_at: string | null
  /** Base 64. */
  answer: string | null
}

/** One message with its segments, personal fields masked. @throws {AppError} forbidden, not-found */
export async function getOutbound(db: Db, actor: Actor, id: number): Promise<OutboundMessageDetail> {
  const reach = authorize(actor, 'intake.read')
  const { rows } = await sql<Row & { raw: Buffer; charset: string; sendings: Sending[] }>`
    select ${columns}, m.raw, m.charset,
      (select coalesce(jsonb_agg(jsonb_build_object('number', a.number, 'sent_at', a.sent_at, 'resend', a.resend, 'outcome', a.outcome,
        'code', a.code, 'reason', a.reason, 'finished_at', a.finished_at, 'answer', encode(a.answer, 'base64')) order by a.number), '[]')
        from (select * from outbound_attempt where message_id = m.id order by number desc limit 100) a) as sendings
    from outbound_message m join outbound_channel c on c.id = m.channel_id where m.id = ${id} and ${channelsWithin(reach)}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, {
    action: 'outbound.read',
    personId: row.person_id,
    subject: `outbound:${id}`,
    fields: ['segments-masked'],
  })
  return {
    ...view(row),
    segments: maskedSegments(row.raw, row.charset),
    sendings: row.sendings.map((one) => ({
      number: one.number,
      sentAt: new Date(one.sent_at).toISOString(),
      resend: one.resend,
      outcome: one.outcome,
      code: one.code,
      reason: one.reason,
      finishedAt: one.finished_at && new Date(one.finished_at).toISOString(),
      answer: one.answer
        ? maskedSegments(Buffer.from(one.answer, 'base64'), row.charset).map(maskNumbersIn)
        : [],
    })),
  }
}

/** One message in full. @throws {AppError} forbidden, not-found */
export async function revealOutbound(db: Db, actor: Actor, id: number, reason: string) {
  const row = found(
    await db
      .selectFrom('outbound_message')
      .select(['raw', 'charset', personOfRecord(sql`outbound_message.person_id`).as('person_id')])
      .where('id', '=', id)
      .where(channelWithin(authorize(actor, 'intake.replay')))
      .executeTakeFirst(),
  )
  await audit(db, actor, {
    action: 'outbound.reveal',
    personId: row.person_id,
    subject: `outbound:${id}`,
    fields: ['segments'],
    reason,
  })
  return { text: decodeMessage(row.raw, row.charset).hl7.toString(), charset: row.charset }
}

/**
 * Requeues rejected and cancelled messages, in their old place and with their old control id. A message holds the data of its time: one
 * older than another sent message of the same kind, or about the same appointment, would undo that at the receiver, and is skipped.
 */
export async function replayOutbound(
  trx: Trx,
  actor: Actor,
  ids: number[],
): Promise<{ replayed: number; overtaken: number }> {
  const reach = authorize(actor, 'intake.replay')
  const { rows } = await sql<{ id: number; replayed: boolean }>`
    with asked as (
      select m.id, exists (select 1 from outbound_message n
        where n.channel_id = m.channel_id and n.person_id = any(${recordsOf(personOfRecord(sql`m.person_id`))}) and coalesce(n.about, n.kind) = coalesce(m.about, m.kind) and n.id > m.id and n.attempts > 0
          and n.status <> 'rejected') as overtaken
      from outbound_message m where m.id = any(${ids}::bigint[]) and m.status in ('rejected', 'cancelled')
        and ${channelWithin(reach, 'm')} for no key update
    ), queued as (
      update outbound_message m set status = case when m.attempts > 0 then 'unknown' else 'queued' end, reason = null, finished_at = null
      from asked where m.id = asked.id and not asked.overtaken returning m.id
    )
    select asked.id, queued.id is not null as replayed from asked left join queued on queued.id = asked.id`.execute(
    trx,
  )
  const replayed = rows.filter((row) => row.replayed).map((row) => row.id)
  await audit(trx, actor, {
    action: 'outbound.replay',
    subject: `outbound:${replayed.join(',')}`.slice(0, 1000),
  })
  await notify(trx, 'intake', { changed: replayed.length })
  wakeLoop('outbound')
  return { replayed: replayed.length, overtaken: rows.length - replayed.length }
}

/** Cancels queued messages and settles rejected ones; messages being sent are not affected. */
export async function cancelOutbound(
  trx: Trx,
  actor: Actor,
  { ids, reason }: { ids: number[]; reason: string },
): Promise<{ cancelled: number }> {
  const reach = authorize(actor, 'intake.replay')
  const { rows } = await sql<{ id: number }>`
    update outbound_message set status = 'cancelled', finished_at = now()
    where id = any(${ids}::bigint[]) and status in ('queued', 'unknown', 'rejected')
      and ${channelWithin(reach)} returning id`.execute(trx)
  await audit(trx, actor, {
    action: 'outbound.cancel',
    subject: `outbound:${rows.map((row) => row.id).join(',')}`.slice(0, 1000),
    reason,
  })
  await notify(trx, 'intake', { changed: rows.length })
  // A held channel may resume.
  wakeLoop('outbound')
  return { cancelled: rows.length }
}

/** Row scope of `outbound_message`, under this alias, by its channel. */
function channelWithin(reach: Reach, alias = 'outbound_message'): RawBuilder<SqlBool> {
  const id = sql.ref(`${alias}.channel_id`)
  return sql<SqlBool>`exists (select 1 from outbound_channel c where c.id = ${id} and ${channelsWithin(reach)})`
}
