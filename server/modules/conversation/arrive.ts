import { sql } from 'kysely'
import type { AnswerChannel, ConversationChannel } from '../../../contract/conversation.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { deceasedOf, joinPerson, personOfRecord, recordsOf } from '../event/record.ts'
import { autoAnswer } from './auto-answer.ts'
import { type NewFile, storeFiles } from './attachment.ts'
import { writeEntry } from './message.ts'
import { tell } from './scope.ts'
import { raiseUrgent } from './urgent.ts'

export const inboxActor = systemActor('system:conversation', '收件箱')

export type Arrived = {
  siteId: number
  /** Null: not known who it is. */
  personId: number | null
  channel: ConversationChannel
  /** Where somebody unknown is answered. */
  address?: string | null
  statedName?: string | null
  statedPhone?: string | null
  language?: string | null
  subject?: string | null
  text: string
  quoted?: string | null
  at?: Date
  /** By which a repetition is recognised. */
  key: string | null
  /** The message of ours that it answers. */
  messageId?: number | null
  /** Written by a machine for somebody: it is shown, and answered by nobody by itself. */
  automatic?: boolean
  files?: NewFile[]
  /** The conversation that it goes on with. */
  conversationId?: number
  /** Written down by staff. */
  by?: { id: string; name: string }
}

export type Kept = { conversationId: number; messageId: number; opened: boolean }

/**
 * Puts what somebody said into their open conversation, or opens one; wakes one that was set aside; outside of business hours it is answered
 * once by itself.
 * @returns null when it had come before
 */
export async function arrive(trx: Trx, secret: string | null, said: Arrived): Promise<Kept | null> {
  const at = said.at ?? new Date()
  if (said.key !== null) {
    const { rows } = await sql`select 1 from conversation_message where external_key = ${said.key}`.execute(
      trx,
    )
    if (rows.length > 0) return null
  }
  const place = await openFor(trx, said, at)
  const messageId = await writeEntry(trx, {
    conversationId: place.id,
    siteId: place.site_id,
    kind: 'in',
    channel: said.channel,
    subject: said.subject ?? null,
    body: said.text,
    quoted: said.quoted ?? null,
    authorId: said.by?.id ?? null,
    authorName: said.by?.name ?? null,
    automatic: said.automatic ?? false,
    at,
    externalKey: said.key,
    messageId: said.messageId ?? null,
  })
  if (messageId === null) return null
  if (said.files?.length && secret !== null) await storeFiles(trx, secret, messageId, said.files)
  const spoken = said.by !== undefined
  // What staff wrote down they heard; what a machine wrote waits for no answer.
  const quiet = spoken || (said.automatic ?? false)
  await sql`
    update conversation set channel = ${said.channel}, last_at = greatest(last_at, ${at}), last_in_at = greatest(last_in_at, ${at}),
      status = case when ${said.automatic ?? false} then status else 'open' end,
      snoozed_until = case when ${said.automatic ?? false} then snoozed_until end,
      unread = unread + ${spoken ? 0 : 1}::int, waiting_since = case when ${quiet} then waiting_since else coalesce(waiting_since, ${at}) end,
      subject = coalesce(subject, ${said.subject || null})
    where id = ${place.id}`.execute(trx)
  await audit(trx, inboxActor, {
    action: 'conversation.receive',
    personId: place.person_id,
    subject: `conversation:${place.id} ${said.channel}`,
  })
  const urgent = !quiet && (await raiseUrgent(trx, place, said.channel as AnswerChannel, said.text, at))
  if (!quiet && !urgent) await autoAnswer(trx, place.id, said.channel as AnswerChannel, at)
  await tell(trx, place)
  return { conversationId: place.id, messageId, opened: place.opened }
}

type Place = {
  id: number
  site_id: number
  department_id: number | null
  person_id: number | null
  opened: boolean
}

async function openFor(trx: Trx, said: Arrived, at: Date): Promise<Place> {
  const { siteId, personId, channel } = said
  const address = personId === null ? (said.address ?? null) : null
  // Two messages at once open one conversation.
  const who = personId === null ? `${channel} ${address ?? ''}` : `person ${personId}`
  if (said.conversationId === undefined && (personId !== null || address !== null))
    await sql`select pg_advisory_xact_lock(hashtext('conversation'), hashtext(${`${siteId} ${who}`}))`.execute(
      trx,
    )
  const known = await knownPlace(trx, said, address)
  if (known) return { ...known, opened: false }
  const { rows } = await sql<Place>`
    insert into conversation (site_id, person_id, channel, address, stated_name, stated_phone, language, subject, opened_at, last_at)
    values (${siteId}, ${personId}, ${channel}, ${address}, ${said.statedName || null}, ${said.statedPhone || null}, ${said.language ?? null},
      ${said.subject || null}, ${at}, ${at})
    returning id, site_id, department_id, person_id, true as opened`.execute(trx)
  const [made] = rows
  if (!made) throw new Error('a new conversation is always made')
  if (personId !== null) await tellOpened(trx, made.id, personId, channel, at)
  return made
}

async function knownPlace(
  trx: Trx,
  said: Arrived,
  address: string | null,
): Promise<Omit<Place, 'opened'> | undefined> {
  const where =
    said.conversationId !== undefined
      ? sql`c.id = ${said.conversationId}`
      : said.personId !== null
        ? sql`c.site_id = ${said.siteId} and c.person_id = any(${recordsOf(personOfRecord(sql`${said.personId}`))})`
        : address === null
          ? sql`false`
          : sql`c.site_id = ${said.siteId} and c.channel = ${said.channel} and c.address = ${address} and c.person_id is null`
  const { rows } = await sql<Omit<Place, 'opened'>>`
    select c.id, c.site_id, c.department_id, c.person_id from conversation c where ${where} and c.status <> 'closed'
    order by c.id desc limit 1 for update`.execute(trx)
  return rows[0]
}

/** On the person's timeline: that they turned to us; what was said stays in the conversation. */
export async function tellOpened(
  trx: Trx,
  id: number,
  personId: number,
  channel: ConversationChannel,
  at: Date,
): Promise<void> {
  await recordEvents(trx, [
    {
      personId,
      at,
      kind: 'conversation.opened',
      source: 'person',
      data: { subject: { kind: 'conversation', id }, channel },
    },
  ])
}

/** Persons with an address of a channel, the living ones; several may share it. */
export async function personsAt(trx: Trx, channel: ConversationChannel, address: string): Promise<number[]> {
  const system =
    channel === 'email' || channel === 'fax' ? 'email' : channel === 'wechat' ? 'wechat' : 'phone'
  const { rows } = await sql<{ id: number }>`
    select p.id from (select distinct t.person_id from person_telecom t where t.system = ${system} and t.valid
      and reverse(t.value) = any(array[reverse(${address}), reverse(lower(${address}))])) t
    ${joinPerson(sql`t.person_id`)} where not ${deceasedOf(sql`p.id`, sql`p.deceased`)} group by p.id order by p.id limit 10`.execute(
    trx,
  )
  return rows.map((row) => row.id)
}

/** Where a person is at home: the site of their last department, else the first there is. */
export async function siteFor(trx: Trx, personId: number | null): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select coalesce((select coalesce(d.site_id, f.site_id) from person_facts f left join department d on d.id = f.last_department_id
      where f.person_id = ${personOfRecord(sql`${personId}`)}), (select min(s.id) from site s)) as id`.execute(
    trx,
  )
  const [row] = rows
  if (!row) throw new Error('there is no site')
  return row.id
}
