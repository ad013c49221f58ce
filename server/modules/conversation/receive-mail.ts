import { sql } from 'kysely'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { storeReceipts, storeReply } from '../message/receipt.ts'
import type { AccountInForce } from '../message/channel.ts'
import { reportOfMail } from '../message/bounce.ts'
import { arrive, personsAt } from './arrive.ts'
import { storeFiles } from './attachment.ts'
import { type IncomingMail, readMail } from './mail.ts'

export type MailPlace = { id: number; siteId: number; address: string; fax: boolean }

/** What became of a mail. */
export type MailResult = 'kept' | 'repeated' | 'bounce' | 'own' | 'unreadable'

/**
 * A mail to the hospital: into the conversation of whoever wrote it, once. A report about a mail that came back tells its message; a machine that
 * answers for somebody is shown and never answered; mail of our own is dropped, so that two mailboxes never write to each other.
 */
export async function keepMail(db: Db, secret: string, place: MailPlace, raw: Buffer): Promise<MailResult> {
  let mail: IncomingMail
  try {
    mail = await readMail(raw)
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable'
    throw error
  }
  if (mail.kind === 'bounce') {
    await keepBounce(db, raw)
    return 'bounce'
  }
  if (await isOwn(db, mail)) return 'own'
  return transaction(db, (trx) => keepWritten(trx, secret, place, mail))
}

/** Sent by us: from one of our addresses with a number of ours. */
async function isOwn(db: Db, { key, from }: IncomingMail): Promise<boolean> {
  if (/^<?careloop-.*@careloop>?$/.test(key)) return true
  const { rows } = await sql`select 1 from mailbox where lower(address) = lower(${from}) limit 1`.execute(db)
  return rows.length > 0
}

/** What came back belongs to the account that sent it. */
async function keepBounce(db: Db, raw: Buffer): Promise<void> {
  const report = await reportOfMail({} as AccountInForce, { query: {}, header: () => undefined, body: raw })
  for (const receipt of report.receipts) {
    const direct = /^careloop-direct-c(\d{1,15})$/.exec(receipt.reference)?.[1]
    if (direct !== undefined) {
      await sql`
        update conversation_message set direct_state = 'failed', direct_reason = left(${receipt.reason ?? 'undelivered'}, 300)
        where id = ${Number(direct)} and direct_state in ('sent', 'unknown') and ${receipt.state} = 'undelivered'`.execute(
        db,
      )
      continue
    }
    const account = await accountOfMessage(
      db,
      Number(/^careloop-(\d{1,15})/.exec(receipt.reference)?.[1] ?? 0),
    )
    if (account) await storeReceipts(db, account, [receipt])
  }
}

async function accountOfMessage(db: Db, messageId: number) {
  const { rows } = await sql<{ id: number; siteId: number | null }>`
    select a.id, a.site_id as "siteId" from message m join message_account a on a.id = m.account_id where m.id = ${messageId} and m.channel = 'email'`.execute(
    db,
  )
  return rows[0] && { ...rows[0], channel: 'email' as const }
}

async function keepWritten(
  trx: Trx,
  secret: string,
  place: MailPlace,
  mail: IncomingMail,
): Promise<MailResult> {
  const key = `mail ${mail.key}`.slice(0, 300)
  const { rows: before } = await sql`select 1 from conversation_message where external_key = ${key}`.execute(
    trx,
  )
  if (before.length > 0) return 'repeated'
  const at = new Date()
  const text = [mail.text, ...mail.leftOut.map((name) => `［附件未收：${name}］`)].filter(Boolean).join('\n')
  const account = mail.answers.queue === null ? undefined : await accountOfMessage(trx, mail.answers.queue)
  if (account && mail.kind === 'written' && mail.answers.queue !== null) {
    // By the way of every reply, so that opting out and answers about appointments are followed; then the rest of it is put beside.
    const first = await storeReply(trx, account, {
      key: mail.key,
      from: mail.from,
      text: text || mail.subject,
      at,
      reference: `careloop-${mail.answers.queue}`,
    })
    if (!first) return 'repeated'
    const { rows } = await sql<{ id: number }>`
      update conversation_message set external_key = ${key}, body = ${text}, subject = ${mail.subject || null}, quoted = ${mail.quoted || null}
      where id = (select max(id) from conversation_message where message_id = ${mail.answers.queue} and kind = 'in' and external_key is null) returning id`.execute(
      trx,
    )
    if (rows[0]) await storeFiles(trx, secret, rows[0].id, mail.files)
    return 'kept'
  }
  const known = await conversationOfDirect(trx, mail.answers.direct)
  const persons = known ? [] : await personsAt(trx, 'email', mail.from)
  const kept = await arrive(trx, secret, {
    siteId: known?.site_id ?? place.siteId,
    personId: known ? known.person_id : persons.length === 1 ? (persons[0] ?? null) : null,
    ...(known && { conversationId: known.id }),
    channel: place.fax ? 'fax' : 'email',
    address: place.fax ? null : mail.from,
    statedName: place.fax ? null : mail.fromName,
    subject: mail.subject,
    text,
    quoted: mail.quoted,
    at,
    key,
    automatic: mail.kind === 'automatic' && !place.fax,
    files: mail.files,
  })
  return kept ? 'kept' : 'repeated'
}

/** The open conversation of an answer to somebody unknown. */
async function conversationOfDirect(trx: Trx, messageId: number | null) {
  if (messageId === null) return undefined
  const { rows } = await sql<{ id: number; site_id: number; person_id: number | null }>`
    select c.id, c.site_id, c.person_id from conversation_message m join conversation c on c.id = m.conversation_id
    where m.id = ${messageId} and c.status <> 'closed'`.execute(trx)
  return rows[0]
}
