import type { Db } from '../../platform/db.ts'
import { isPaused, type Outgoing } from './channel.ts'
import type { OpenAccount } from './open.ts'

/** A short text to a number that stands for no person known here, such as a one-time code. */
export type DirectText = { id: string; address: string; body: string; template: Outgoing['template'] }

/**
 * Where such texts come from. They go out by the accounts of the queue but are not in it: there each message has its person, its place on
 * the person's page, and its words for everybody who may read messages.
 */
export type DirectSource = {
  /**
   * Hands out what is due, each once, whatever becomes of it: who misses one asks for another.
   * @param of the site whose texts an account sends; null: those of all sites but `except`, which have accounts of their own
   */
  take: (db: Db, of: { siteId: number | null; except: number[] }) => Promise<DirectText[]>
  /** Told which were not sent, and why; nothing of the recipient. */
  refused: (db: Db, refused: { id: string; reason: string }[]) => Promise<void>
}

let source: DirectSource | undefined

/** Called once at start-up by the module that has such texts. */
export function registerDirect(one: DirectSource): void {
  source = one
}

/** @param inForce all accounts, of which a site's own come first */
export async function sendDirect(db: Db, open: OpenAccount, inForce: OpenAccount[]): Promise<number> {
  const { account, channel, waitFor } = open
  if (!source || account.channel !== 'sms' || isPaused(db, account)) return 0
  const own = inForce.filter((one) => one.account.channel === 'sms' && one.account.siteId !== null)
  const texts = await source.take(db, {
    siteId: account.siteId,
    except: own.flatMap((one) => one.account.siteId ?? []),
  })
  if (texts.length === 0) return 0
  await waitFor(texts.length)
  const results = await channel.send(
    texts.map(({ id, address, body, template }) => ({
      messageId: 0,
      purpose: 'service' as const,
      address,
      subject: null,
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
  return texts.length
}
