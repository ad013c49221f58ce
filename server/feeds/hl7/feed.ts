import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { type Loop, startLoop, wakeLoop } from '../../platform/loop.ts'
import { applyWaiting } from './apply.ts'
import { type Listener, listenMllp } from './listener.ts'
import { RawStore } from './store.ts'

/** Other machines may have stored messages; their wake-up call does not reach this process. */
const pollMs = 500
/** While PostgreSQL works for one, Node reads messages for the other; each takes half of the lanes. */
const appliers = 2
const gatherMs = 20

/** Starts listening for HL7; what is stored is applied by the appliers of whatever process has them. */
export async function startFeed(options: { db: Db; host: string; port: number }): Promise<Listener> {
  const store = new RawStore(options.db, () => {
    wakeLoop('intake')
  })
  const listener = await listenMllp(store, options)
  log.info({ port: listener.port }, 'listening for HL7 over MLLP')
  return listener
}

/** Starts applying what was stored, also what an earlier process left behind. */
export function startAppliers(db: Db): Loop[] {
  return Array.from({ length: appliers }, () =>
    startLoop('intake', pollMs, () => applyWaiting(db), { gatherMs }),
  )
}
