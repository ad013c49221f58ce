import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { startLoop, wakeLoop } from '../../platform/loop.ts'
import { applyWaiting } from './apply.ts'
import { listenMllp } from './listener.ts'
import { RawStore } from './store.ts'

export type Feed = { port: number; close: () => Promise<void> }

/** Other processes may have stored messages; their wake-up call does not reach this one. */
const pollMs = 500

/** Starts listening for HL7 and applying what was stored, also what an earlier process left behind. */
export async function startFeed(options: { db: Db; host: string; port: number }): Promise<Feed> {
  const store = new RawStore(options.db, () => {
    wakeLoop('intake')
  })
  const listener = await listenMllp(store, options)
  const applier = startLoop('intake', pollMs, () => applyWaiting(options.db))
  log.info({ port: listener.port }, 'listening for HL7 over MLLP')
  return {
    port: listener.port,
    close: async () => {
      await listener.close()
      await applier.stop()
    },
  }
}
