import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { MessageChannel } from '../../../contract/message.ts'
import { accountsInForce, accountToTest } from './account.ts'
import type { AccountInForce } from './channel.ts'
import { adapters } from './adapters.ts'
import { contextOf } from './open.ts'

const usual = { subject: '通道测试', body: '这是一条通道测试消息，请忽略。CareLoop' }

/**
 * Sends a short text to an address that somebody typed: outside of queue, gate and account of messages, because it goes to no patient of the
 * hospital but to whoever sets the channel up. Audited beforehand.
 * @throws {AppError} forbidden, not-found, invalid when nothing is sent by this kind of account
 */
export async function sendTest(db: Db, actor: Actor, secret: string, id: number, address: string) {
  return sendNow(db, actor, await accountToTest(db, actor, secret, id), address, usual)
}

/**
 * The same with a text of one's own, by the account of a channel that a site uses; the caller checks who may, and how often.
 * @throws {AppError} invalid when nothing is sent by that channel
 */
export async function sendSample(
  db: Db,
  actor: Actor,
  secret: string,
  {
    channel,
    siteId,
    address,
    ...text
  }: {
    channel: MessageChannel
    siteId: number | null
    address: string
    subject: string | null
    body: string
  },
) {
  const usable = (await accountsInForce(db, secret)).filter(
    (one) => one.channel === channel && (one.siteId === null || one.siteId === siteId),
  )
  const account = usable.find((one) => one.siteId !== null) ?? usable[0]
  if (!account) throw nothingSent('channel')
  return sendNow(db, actor, account, address, text)
}

const nothingSent = (path: string) =>
  new AppError('invalid', undefined, [{ path, message: 'nothing is sent by this channel' }])

async function sendNow(
  db: Db,
  actor: Actor,
  account: AccountInForce,
  address: string,
  { subject, body }: { subject: string | null; body: string },
) {
  const adapter = adapters[account.kind]
  if (!adapter || account.kind === 'portal' || account.kind === 'call') throw nothingSent('address')
  await audit(db, actor, {
    action: 'channel.test',
    subject: `channel:${account.id} ${account.name}`.slice(0, 500),
  })
  const began = performance.now()
  const channel = adapter.open(account, contextOf(db, account))
  try {
    const [result] = await channel.send([
      {
        messageId: 0,
        purpose: 'service',
        address,
        subject,
        body,
        template: null,
        key: `careloop-test-${randomUUID()}`,
        unsubscribeUrl: null,
      },
    ])
    return {
      result: result?.kind ?? ('unclear' as const),
      reason: result && 'reason' in result ? result.reason : null,
      milliseconds: Math.round(performance.now() - began),
    }
  } finally {
    channel.close()
  }
}
