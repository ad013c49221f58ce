import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { accountToTest } from './account.ts'
import { adapters } from './adapters.ts'
import { contextOf } from './open.ts'

const text = '这是一条通道测试消息，请忽略。CareLoop'

/**
 * Sends a short text to an address that somebody typed: outside of queue, gate and account of messages, because it goes to no patient of the
 * hospital but to whoever sets the channel up. Audited beforehand.
 * @throws {AppError} forbidden, not-found, invalid when nothing is sent by this kind of account
 */
export async function sendTest(db: Db, actor: Actor, secret: string, id: number, address: string) {
  const account = await accountToTest(db, actor, secret, id)
  const adapter = adapters[account.kind]
  if (!adapter || account.kind === 'portal' || account.kind === 'call')
    throw new AppError('invalid', undefined, [
      { path: 'address', message: 'nothing is sent by this channel' },
    ])
  await audit(db, actor, { action: 'channel.test', subject: `channel:${id} ${account.name}`.slice(0, 500) })
  const began = performance.now()
  const channel = adapter.open(account, contextOf(db, account))
  try {
    const [result] = await channel.send([
      {
        messageId: 0,
        purpose: 'service',
        address,
        subject: '通道测试',
        body: text,
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
