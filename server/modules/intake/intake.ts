import iconv from 'iconv-lite'
import { sql, type SqlBool } from 'kysely'
import { profileJoin } from './sender-profile.ts'
import type { IntakeMessage } from '../../../contract/intake.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { totalOf } from '../../platform/listing.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { readSettings } from '../setting/setting.ts'
import { maskedSegments } from './mask-segment.ts'
import { noteField } from './notes.ts'
import { messagesWithin } from './scope.ts'

type Filter = {
  status?: string[] | undefined
  messageType?: string | undefined
  sender?: string | undefined
  facility?: string | undefined
  controlId?: string | undefined
  note?: string | undefined
  noteAt?: string | undefined
  text?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

type Row = {
  id: number
  received_at: Date
  sender: string
  facility: string
  control_id: string
  message_type: string
  charset: string
  status: IntakeMessage['status']
  reason: string | null
  location: string | null
  person_id: number | null
  notes: IntakeMessage['notes'] | null
  attempts: number
  applied_at: Date | null
  duplicates: number | null
  bytes: number
  corrects_id: number | null
  corrected_by_id: number | null
}

const columns = sql`m.id, m.received_at, m.sender, m.facility, m.control_id, m.message_type, m.charset, m.status, m.reason, m.location,
  m.person_id, m.notes, m.attempts, m.applied_at, k.duplicates, length(m.raw) as bytes, m.corrects_id,
  (select max(c.id) from inbound_message c where c.corrects_id = m.id) as corrected_by_id`
const keyJoin = sql`left join inbound_key k on k.sender = m.sender and k.facility = m.facility and k.control_id = m.control_id
  and k.message_id = m.id`

export async function listIntakeMessages(db: Db, actor: Actor, filter: Filter) {
  const reach = authorize(actor, 'intake.read')
  if (filter.text) {
    // Finding a name reveals as much as reading it: searching by text needs the right to see the full message, and is audited.
    authorize(actor, 'intake.replay')
    await audit(db, actor, { action: 'intake.search', fields: ['segments'] })
  }
  const [before] = decodeCursor<[number]>(filter.cursor, ['number']) ?? []
  const where = [
    messagesWithin(reach),
    ...(filter.status?.length ? [sql<SqlBool>`m.status = any(${filter.status}::text[])`] : []),
    ...(filter.messageType ? [sql<SqlBool>`m.message_type = ${filter.messageType}`] : []),
    ...(filter.sender ? [sql<SqlBool>`m.sender = ${filter.sender}`] : []),
    ...(filter.facility ? [sql<SqlBool>`m.facility = ${filter.facility}`] : []),
    ...(filter.controlId ? [sql<SqlBool>`m.control_id = ${filter.controlId}`] : []),
    ...(filter.note ? [sql<SqlBool>`m.notes @> ${JSON.stringify([{ kind: filter.note }])}::jsonb`] : []),
    ...(filter.noteAt
      ? [
          sql<SqlBool>`exists (select 1 from jsonb_array_elements(m.notes) n where ${noteField} = ${filter.noteAt}
          and n ->> 'kind' = coalesce(${filter.note ?? null}, n ->> 'kind'))`,
        ]
      : []),
    ...(filter.text ? [holdsText(filter.text)] : []),
  ]
  const { rows } = await sql<Row>`
    select ${columns} from inbound_message m ${keyJoin}
    where ${sql.join(where, sql` and `)} and ${before === undefined ? sql`true` : sql`m.id < ${before}`}
    order by m.id desc limit ${filter.limit + 1}`.execute(db)
  return {
    ...pageOf(rows, filter.limit, (row) => [row.id], viewMessage),
    total: await totalOf(db, filter, sql`from inbound_message m where ${sql.join(where, sql` and `)}`),
  }
}

/** Raw bytes are in the sender's character set; a set that cannot encode the text cannot contain it. */
function holdsText(text: string) {
  const spellings = ['utf8', 'gb18030', 'big5', 'latin1'].map((name) => iconv.encode(text, name))
  const written = new Set(
    spellings
      .filter((bytes) => !bytes.includes('?') || text.includes('?'))
      .map((bytes) => bytes.toString('hex')),
  )
  return sql<SqlBool>`m.id > (select last_value - 100000 from inbound_message_id) and (${sql.join(
    [...written].map((hex) => sql`position(decode(${hex}, 'hex') in m.raw) > 0`),
    sql` or `,
  )})`
}

function viewMessage(row: Row): IntakeMessage {
  return {
    id: row.id,
    receivedAt: row.received_at.toISOString(),
    sender: row.sender,
    facility: row.facility,
    controlId: row.control_id,
    messageType: row.message_type,
    status: row.status,
    reason: row.reason,
    location: row.location,
    personId: row.person_id,
    notes: row.notes ?? [],
    attempts: row.attempts,
    appliedAt: row.applied_at?.toISOString() ?? null,
    duplicates: row.duplicates ?? 0,
    bytes: row.bytes,
    correctsId: row.corrects_id,
    correctedById: row.corrected_by_id,
  }
}

/** One message with its segments, personal fields masked. @throws {AppError} not-found */
export async function getIntakeMessage(db: Db, actor: Actor, id: number) {
  const reach = authorize(actor, 'intake.read')
  const { rows } = await sql<Row & { raw: Buffer }>`
    select ${columns}, m.raw from inbound_message m ${keyJoin} where m.id = ${id} and ${messagesWithin(reach)}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, {
    action: 'intake.read',
    personId: row.person_id,
    subject: `message:${id}`,
    fields: ['segments-masked'],
  })
  return { ...viewMessage(row), charset: row.charset, segments: maskedSegments(row.raw, row.charset) }
}

/** Requeues dead letters in their original order per patient. */
export async function replayMessages(trx: Trx, actor: Actor, ids: number[]): Promise<number> {
  const reach = authorize(actor, 'intake.replay')
  const { rows } = await sql<{ id: number }>`
    update inbound_message m set status = 'received', reason = null, location = null, notes = null
    where id = any(${ids}::bigint[]) and status in ('dead', 'ignored') and ${messagesWithin(reach)}
      -- Not if a corrected copy replaces it.
      and not exists (select 1 from inbound_message c where c.corrects_id = m.id) returning id`.execute(trx)
  await audit(trx, actor, {
    action: 'intake.replay',
    subject: `messages:${rows.map((row) => row.id).join(',')}`.slice(0, 1000),
  })
  wakeLoop('intake')
  return rows.length
}

export async function getIntakeOverview(db: Db, actor: Actor) {
  const within = messagesWithin(authorize(actor, 'intake.read'))
  const settings = await readSettings(db, ['intake.silent-minutes'])
  const [waiting, minutes, senders] = await Promise.all([
    sql<{ backlog: number; oldest: Date | null; dead: number }>`
      select (select count(*) from inbound_message m where status = 'received' and ${within}) as backlog,
        (select min(received_at) from inbound_message m where status = 'received' and ${within}) as oldest,
        (select count(*) from inbound_message m where status = 'dead' and ${within}) as dead`.execute(db),
    sql<{ minute: Date; received: number; applied: number; dead: number }>`
      select g.minute, coalesce(x.received, 0) as received, coalesce(x.applied, 0) as applied, coalesce(x.dead, 0) as dead
      from generate_series(date_trunc('minute', now()) - interval '59 minutes', date_trunc('minute', now()), interval '1 minute') as g(minute)
      left join (
        select date_trunc('minute', received_at) as minute, count(*) as received, count(*) filter (where status = 'applied') as applied,
          count(*) filter (where status in ('dead', 'rejected')) as dead
        from inbound_message m where received_at > now() - interval '60 minutes' and ${within} group by 1
      ) x using (minute) order by 1`.execute(db),
    sql<{
      sender: string
      facility: string
      last: Date
      today: number
      dead: number
      silent_minutes: number | null
    }>`
      select m.*, (h.definition ->> 'silentMinutes')::int as silent_minutes from (
        select sender, facility, max(received_at) as last, count(*) filter (where received_at > date_trunc('day', now())) as today,
          count(*) filter (where status = 'dead') as dead
        from inbound_message m where sender <> '' and received_at > now() - interval '7 days' and ${within} group by 1, 2
      ) m ${profileJoin} order by 1, 2`.execute(db),
  ])
  const usual = settings['intake.silent-minutes']
  return {
    backlog: waiting.rows[0]?.backlog ?? 0,
    oldestWaitingAt: waiting.rows[0]?.oldest?.toISOString() ?? null,
    dead: waiting.rows[0]?.dead ?? 0,
    perMinute: minutes.rows.map((row) => ({ ...row, minute: row.minute.toISOString() })),
    senders: senders.rows.map((row) => ({
      sender: row.sender,
      facility: row.facility,
      lastReceivedAt: row.last.toISOString(),
      today: row.today,
      dead: row.dead,
      silent: row.last.getTime() < Date.now() - (row.silent_minutes ?? usual) * 60_000,
    })),
  }
}
