import type { MessageChannel } from '../../../contract/message.ts'
import type { Db } from '../../platform/db.ts'
import { isPaused, type Outgoing, type SendResult } from './channel.ts'
import type { OpenAccount } from './open.ts'

/** A text to an address that stands for no person known here, such as a one-time code. */
export type DirectText = {
  id: string
  address: string
  /** Of an e-mail. */
  subject?: string
  body: string
  template: Outgoing['template']
}

/**
 * Where such texts come from. They go out by the accounts of the queue but are not in it: there each message has its person, its place on
 * the person's page, and its words for everybody who may read messages.
 */
export type DirectSource = {
  channels: readonly MessageChannel[]
  /**
   * Hands out what is due, each once, whatever becomes of it: who misses one asks for another.
   * @param of the site whose texts an account sends; null: those of all sites but `except`, which have accounts of their own
   */
  take: (
    db: Db,
    of: { channel: MessageChannel; siteId: number | null; except: number[] },
  ) => Promise<DirectText[]>
  /** Told which were not sent, and why; nothing of the recipient. */
  refused: (db: Db, refused: { id: string; reason: string }[]) => Promise<void>
  /** Told what became of all of them, where that matters. */
  settled?: (db: Db, accountId: number, results: { id: string; result: SendResult }[]) => Promise<void>
}

const sources: DirectSource[] = []

/** Called once at start-up by the module that has such texts. */
export function registerDirect(one: DirectSource): void {
  if (!sources.includes(one)) sources.push(one)
}

/** Whether anything may go out so by this channel. */
export const isDirect = (channel: MessageChannel): boolean =>
  sources.some((source) => source.channels.includes(channel))

/** @param inForce all accounts, of which a site's own come first */
export async function sendDirect(db: Db, open: OpenAccount, inForce: OpenAccount[]): Promise<number> {
  let sent = 0
  for (const source of sources)
    if (source.channels.includes(open.account.channel)) sent += await sendOf(db, source, open, inForce)
  return sent
}

async function sendOf(
  db: Db,
  source: DirectSource,
  { account, channel, waitFor }: OpenAccount,
  inForce: OpenAccount[],
): Promise<number> {
  if (isPaused(db, account)) return 0
  const own = inForce.filter((one) => one.account.channel === account.channel && one.account.siteId !== null)
  const texts = await source.take(db, {
    channel: account.channel,
    siteId: account.siteId,
    except: own.flatMap((one) => one.account.siteId ?? []),
  })
  if (texts.length === 0) return 0
  await waitFor(texts.length)
  const results = await channel.send(
    texts.map(({ id, address, subject, body, template }) => ({
      messageId: 0,
      purpose: 'service' as const,
      address,
      subject: subject ?? null,
      body,
      template,
      key: `careloop-direct-${id}`,
      unsubscribeUrl: null,
    })),
  )
  const refused = texts.flatMap(({ id }, at) => {
    const result = results[at]
    return result?.kind === 'sent' ? [] : [{ id, reason: result?.reason ?? 'The channel gave no result' }]
  })
  if (refused.length > 0) await source.refused(db, refused)
  await source.settled?.(
    db,
    account.id,
    texts.map(({ id }, at) => ({
      id,
      result: results[at] ?? { kind: 'unclear', reason: 'The channel gave no result' },
    })),
  )
  return texts.length
}
