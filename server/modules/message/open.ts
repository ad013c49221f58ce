import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { readSettings } from '../setting/setting.ts'
import { accountsInForce } from './account.ts'
import { adapters } from './adapters.ts'
import type { AccountInForce, ChannelAdapter, Context, OpenChannel } from './channel.ts'
import { storeReceipts, storeReplies } from './receipt.ts'

/** An account with its adapter and connections, shared by its lanes. */
export type OpenAccount = {
  account: AccountInForce
  adapter: ChannelAdapter
  channel: OpenChannel
  /** Resolves when so many messages may leave; the lanes of an account share its rate. */
  waitFor: (messages: number) => Promise<void>
}

export type OpenAccounts = {
  /** Opens and closes until what is open is what is in force. */
  sync: () => Promise<OpenAccount[]>
  close: () => void
}

/** Keeps the accounts of one process open, so that connections outlive a batch and receipts find somebody. */
export function openAccounts(db: Db, secret: string): OpenAccounts {
  const open = new Map<number, OpenAccount>()
  const close = (id: number) => {
    open.get(id)?.channel.close()
    open.delete(id)
  }
  return {
    async sync() {
      const inForce = await accountsInForce(db, secret)
      const versions = new Map(inForce.map((one) => [one.id, one.version]))
      for (const [id, { account }] of open) if (versions.get(id) !== account.version) close(id)
      for (const account of inForce) {
        const adapter = adapters[account.kind]
        if (!adapter || open.has(account.id)) continue
        try {
          open.set(account.id, openOne(db, account, adapter))
        } catch (error) {
          log.error({ err: error, account: account.id }, 'this account cannot be opened')
        }
      }
      return [...open.values()]
    },
    close() {
      for (const id of [...open.keys()]) close(id)
    },
  }
}

export function openOne(db: Db, account: AccountInForce, adapter: ChannelAdapter): OpenAccount {
  return {
    account,
    adapter,
    channel: adapter.open(account, contextOf(db, account)),
    waitFor: limiter(account.ratePerSecond),
  }
}

export function contextOf(db: Db, account: AccountInForce): Context {
  return {
    db,
    allowedHosts: async () =>
      (await readSettings(db, ['security.outbound-hosts']))['security.outbound-hosts'],
    onReceipts: (receipts) => storeReceipts(db, account, receipts),
    onReplies: (replies) => storeReplies(db, account, replies),
  }
}

/** Spaces batches so that no more than the rate leave in a second. */
function limiter(ratePerSecond: number | null): OpenAccount['waitFor'] {
  let free = 0
  return async (messages) => {
    if (ratePerSecond === null) return
    const now = performance.now()
    const at = Math.max(now, free)
    free = at + (messages / ratePerSecond) * 1000
    await delay(at - now)
  }
}
