import { sql } from 'kysely'
import { purposes } from '../../../contract/contact.ts'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { isDirect, sendDirect } from './direct.ts'
import { dispatchLane, markLapsed } from './dispatch.ts'
import { openAccounts } from './open.ts'
import { applyEarlyReceipts } from './receipt.ts'
import { routeWaiting } from './routing.ts'

export type Lanes = { look: () => Promise<number>; stop: () => Promise<void> }

/** The worker's lanes: each account and purpose runs by itself, so that a slow or broken provider holds up nobody else. */
export function openLanes(db: Db, secret: string, publicUrl: string | undefined): Lanes {
  const accounts = openAccounts(db, secret)
  const busy = new Map<string, Promise<unknown>>()
  let stopping = false
  const run = (name: string, work: () => Promise<unknown>) => {
    if (busy.has(name)) return
    const done = work()
      .catch((error: unknown) => {
        log.warn({ err: error, lane: name }, 'sending broke off, trying again')
      })
      .finally(() => busy.delete(name))
    busy.set(name, done)
  }
  return {
    async look() {
      await routeWaiting(db)
      const inForce = await accounts.sync()
      await markLapsed(db, inForce)
      for (const one of inForce)
        if (isDirect(one.account.channel) && !stopping)
          run(`${one.account.id} direct`, () => sendDirect(db, one, inForce))
      const open = new Map(inForce.map((one) => [one.account.id, one]))
      for (const { account_id: id, lanes, early } of await waitingWork(db)) {
        const one = open.get(id)
        if (!one || stopping) continue
        if (early) run(`${id} receipts`, () => applyEarlyReceipts(db, one.account))
        for (const purpose of purposes)
          if (lanes.includes(purpose))
            run(`${id} ${purpose}`, async () => {
              while (!stopping && (await dispatchLane(db, { open: one, purpose }, publicUrl)) > 0);
            })
      }
      return 0
    },
    async stop() {
      stopping = true
      await Promise.all(busy.values())
      accounts.close()
    },
  }
}

/** Accounts with the lanes on which something is due, and whether receipts came early. */
async function waitingWork(db: Db): Promise<{ account_id: number; lanes: string[]; early: boolean }[]> {
  const { rows } = await sql<{ account_id: number; lanes: string[]; early: boolean }>`
    select a.id as account_id, array(
        select l.purpose from unnest(${[...purposes]}::text[]) l(purpose) where exists (
          select 1 from message m where m.status = 'queued' and not m.paused and m.account_id = a.id and m.purpose = l.purpose and m.due_at <= now())
      ) as lanes, exists (select 1 from message_receipt r where r.account_id = a.id) as early
    from message_account a where a.active`.execute(db)
  return rows
}
