import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  Chat,
  ChatMessage,
  rateChat as rateRoute,
  sendChat as sendRoute,
  startChat as startRoute,
} from '../../../contract/chat.ts'
import { personLinkActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { countStranger } from '../access/throttle.ts'
import { newToken, tokenHash } from '../booking/key.ts'
import type { Visitor } from '../booking/limit.ts'
import { emergencyNumberOf } from '../person/language.ts'
import { readPhones } from '../person/phone.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { arrive, siteFor } from './arrive.ts'
import { filesOf, type NewFile, readChatAttachment } from './attachment.ts'
import { close } from './handle.ts'
import { hoursAt, hoursEverywhere } from './hours.ts'
import { countChat } from './limit.ts'
import { writeEntry } from './message.ts'
import { type Locked, tell } from './scope.ts'

/** A visitor comes back within this time, in hours, from when they were here last. */
const keptHours = 24
/** Messages of one answer. */
const atOnce = 200

/** Where somebody can ask, and when that is answered. */
export async function chatInfo({ db }: Visitor) {
  const sites = await hoursEverywhere(db)
  return {
    sites: sites.map(({ site, open, opensAt }) => ({
      id: site.id,
      code: site.code,
      name: site.name,
      open,
      opensAt: opensAt?.toISOString() ?? null,
      timeZone: site.time_zone,
      emergency: emergencyNumberOf(site.time_zone),
    })),
  }
}

const visitorActor = (id: number, address: string | null) =>
  personLinkActor(`chat:${id}`, '访客（网页咨询）', 0, address, [])

/** Opens a chat with its first message. @throws {AppError} not-found, chat-limit */
export async function startChat(
  visitor: Visitor,
  secret: string,
  input: z.output<typeof startRoute.body>,
): Promise<Chat & { token: string }> {
  const { db, address } = visitor
  await countChat(visitor, 'start', null)
  await hoursAt(db, input.siteId)
  const token = newToken()
  const [phone] = readPhones(input.phone)
  const id = await transaction(db, async (trx) => {
    const kept = await arrive(trx, secret, {
      siteId: input.siteId,
      personId: null,
      channel: 'web-chat',
      statedName: input.name,
      statedPhone: phone?.value ?? (input.phone || null),
      language: input.language,
      text: input.text,
      key: null,
    })
    const { conversationId } = found(kept ?? undefined)
    await sql`
      insert into conversation_visitor (token_hash, conversation_id, expires_at)
      values (${tokenHash(token)}, ${conversationId}, now() + ${keptHours} * interval '1 hour')`.execute(trx)
    await audit(trx, visitorActor(conversationId, address), {
      action: 'chat.start',
      subject: `conversation:${conversationId}`,
    })
    return conversationId
  })
  return { ...(await viewChat(db, { id, since: new Date(0) }, 0)), token }
}

/**
 * A token with which a person who is signed in reads and goes on with their latest conversation of the last month.
 * @returns null where there is none
 */
export async function chatTokenFor(trx: Trx, personId: number): Promise<string | null> {
  const { rows } = await sql<{ id: number; opened_at: Date }>`
    select c.id, c.opened_at from conversation c where c.person_id = any(${recordsOf(sql`${personId}::bigint`)}) and c.joined_id is null
      and (c.status <> 'closed' or c.last_at > now() - interval '30 days') order by c.last_at desc, c.id desc limit 1`.execute(
    trx,
  )
  const [row] = rows
  if (!row) return null
  const token = newToken()
  await sql`
    insert into conversation_visitor (token_hash, conversation_id, person_id, created_at, expires_at)
    values (${tokenHash(token)}, ${row.id}, ${personId}, ${row.opened_at}, now() + ${keptHours} * interval '1 hour')`.execute(
    trx,
  )
  return token
}

/** What a person who is signed in says first. @throws {AppError} chat-limit */
export async function sayAs(
  visitor: Visitor,
  secret: string,
  { personId, text }: { personId: number; text: string },
): Promise<{ token: string }> {
  await countChat(visitor, 'text', `person ${personId}`)
  return transaction(visitor.db, async (trx) => {
    const siteId = await siteFor(trx, personId)
    await arrive(trx, secret, { siteId, personId, channel: 'web-chat', text, key: null })
    return { token: found(await chatTokenFor(trx, personId)) }
  })
}

type Entered = { id: number; since: Date }

/**
 * The conversation of a token, and from when on it shows it. Once its person reads it signed in, a visitor whom nobody has proved to be that
 * person is out, however staff linked them.
 * @throws {AppError} chat-ended, too-many-requests
 */
async function enter({ db, address }: Visitor, token: string): Promise<Entered> {
  const { rows } = await sql<Entered>`
    update conversation_visitor v set seen_at = now(), expires_at = now() + ${keptHours} * interval '1 hour'
    from conversation c where c.id = v.conversation_id and v.token_hash = ${tokenHash(token)} and v.expires_at > now()
      and case when v.person_id is null
        then not exists (select 1 from conversation_visitor o where o.conversation_id = v.conversation_id and o.person_id is not null)
        else ${personOfRecord(sql`v.person_id`)} = ${personOfRecord(sql`c.person_id`)} end
    returning v.conversation_id as id, v.created_at - interval '1 minute' as since`.execute(db)
  if (rows[0]) return rows[0]
  if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
  throw new AppError('chat-ended')
}

export async function readChat(visitor: Visitor, token: string, after: number): Promise<Chat> {
  return viewChat(visitor.db, await enter(visitor, token), after)
}

/** @throws {AppError} chat-ended, chat-limit */
export async function sendChat(
  visitor: Visitor,
  secret: string,
  { token, text, after, key }: z.output<typeof sendRoute.body>,
  files: NewFile[] = [],
): Promise<Chat> {
  const { db } = visitor
  const { id, since } = await enter(visitor, token)
  await countChat(visitor, 'text', tokenHash(token))
  const goesOn = await transaction(db, async (trx) => {
    const conversation = await lockChat(trx, id)
    const place = conversation.status === 'closed' ? await goOn(trx, conversation) : conversation.id
    await arrive(trx, secret, {
      siteId: conversation.site_id,
      personId: conversation.person_id,
      conversationId: place,
      channel: 'web-chat',
      text,
      key: key === undefined ? null : `chat ${id} ${key}`,
      files,
    })
    return place
  })
  return viewChat(db, { id: goesOn, since }, after)
}

async function lockChat(trx: Trx, id: number): Promise<Locked> {
  const { rows } = await sql<Locked>`select * from conversation where id = ${id} for update`.execute(trx)
  return found(rows[0])
}

/** Somebody writes on after the end: the same conversation again, or the one that was opened with that person meanwhile. */
async function goOn(trx: Trx, conversation: Locked): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select id from conversation where site_id = ${conversation.site_id} and status <> 'closed' and person_id = ${conversation.person_id} limit 1`.execute(
    trx,
  )
  const [other] = rows
  if (other) {
    await sql`update conversation_visitor set conversation_id = ${other.id} where conversation_id = ${conversation.id}`.execute(
      trx,
    )
    return other.id
  }
  await sql`
    update conversation set status = 'open', closed_at = null, closed_by_name = null, outcome = null, asked_at = null where id = ${conversation.id}`.execute(
    trx,
  )
  await writeEntry(trx, {
    conversationId: conversation.id,
    siteId: conversation.site_id,
    kind: 'reopened',
    authorName: null,
  })
  return conversation.id
}

/** @throws {AppError} chat-ended */
export async function endChat(visitor: Visitor, token: string): Promise<Chat> {
  const { db, address } = visitor
  const { id, since } = await enter(visitor, token)
  await transaction(db, async (trx) => {
    const conversation = await lockChat(trx, id)
    if (conversation.status === 'closed') return
    // Who leaves without an answer gave up; staff see it.
    const { rows } = await sql<{ answered: boolean }>`
      select waiting_since is null and first_answer_at is not null as answered from conversation where id = ${id}`.execute(
      trx,
    )
    await close(trx, visitorActor(id, address), conversation, rows[0]?.answered ? 'answered' : 'given-up', '')
  })
  return viewChat(db, { id, since }, 0)
}

/** Once, after the end. @throws {AppError} chat-ended, already-closed */
export async function rateChat(
  visitor: Visitor,
  { token, score, text }: z.output<typeof rateRoute.body>,
): Promise<Chat> {
  const { db, address } = visitor
  const { id, since } = await enter(visitor, token)
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ site_id: number; department_id: number | null }>`
      update conversation set score = ${score}, score_text = ${text || null} where id = ${id} and asked_at is not null and score is null
      returning site_id, department_id`.execute(trx)
    const [row] = rows
    if (!row) throw new AppError('already-closed')
    await audit(trx, visitorActor(id, address), { action: 'chat.rate', subject: `conversation:${id}` })
    await tell(trx, row)
  })
  return viewChat(db, { id, since }, 0)
}

/** @throws {AppError} chat-ended, not-found */
export async function readChatFile(
  visitor: Visitor,
  secret: string,
  token: string,
  id: number,
): Promise<NewFile> {
  return readChatAttachment(visitor.db, secret, await enter(visitor, token), id)
}

type Line = {
  id: number
  kind: 'in' | 'out'
  body: string
  author_name: string | null
  automatic: boolean
  at: Date
  files: ChatMessage['files']
}

/** What was said in the chat; what came or went by other channels is not shown to whoever has the token. */
async function viewChat(db: Db, { id, since }: Entered, after: number): Promise<Chat> {
  const { rows } = await sql<{
    site_id: number
    status: string
    asked_at: Date | null
    score: number | null
  }>`
    select site_id, status, asked_at, score from conversation where id = ${id}`.execute(db)
  const conversation = found(rows[0])
  const { rows: lines } = await sql<Line>`
    select m.id, m.kind, m.body, m.author_name, m.automatic, m.at, ${filesOf} as files from conversation_message m
    where m.conversation_id = ${id} and m.kind in ('in', 'out') and m.channel = 'web-chat' and m.id > ${after} and m.at >= ${since}
    order by m.id limit ${atOnce}`.execute(db)
  const { open, opensAt } = await hoursAt(db, conversation.site_id)
  return {
    messages: lines.map((line) => ({
      id: line.id,
      from: line.kind === 'in' ? 'visitor' : line.automatic ? 'system' : 'staff',
      text: line.body,
      name: line.kind === 'out' ? line.author_name : null,
      at: line.at.toISOString(),
      files: line.files,
    })),
    closed: conversation.status === 'closed',
    ask: conversation.status === 'closed' && conversation.asked_at !== null && conversation.score === null,
    score: conversation.score,
    open,
    opensAt: opensAt?.toISOString() ?? null,
  }
}
