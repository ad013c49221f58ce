import type { TlsOptions } from 'node:tls'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { startLoop, wakeLoop } from '../../platform/loop.ts'
import { applyWaiting } from './apply.ts'
import { listenMllp } from './listener.ts'
import { RawStore } from './store.ts'

export type Feed = { port: number; tlsPort: number | undefined; close: () => Promise<void> }

/** Other processes may have stored messages; their wake-up call does not reach this one. */
const pollMs = 500
/** While PostgreSQL works for one, Node reads messages for the other; each takes half of the lanes. */
const appliers = 2
const gatherMs = 20

/** Starts listening for HL7 and applying what was stored, also what an earlier process left behind. */
export async function startFeed(options: {
  db: Db
  host: string
  port: number
  tls?: { port: number; options: TlsOptions } | undefined
}): Promise<Feed> {
  const store = new RawStore(options.db, () => {
    wakeLoop('intake')
  })
  const { host, port, tls } = options
  const listeners = [await listenMllp(store, { host, port })]
  if (tls)
    try {
      listeners.push(await listenMllp(store, { host, port: tls.port, tls: tls.options }))
    } catch (error) {
      await listeners[0]?.close()
      throw error
    }
  const loops = Array.from({ length: appliers }, () =>
    startLoop('intake', pollMs, () => applyWaiting(options.db), { gatherMs }),
  )
  const [plain, secure] = listeners.map((one) => one.port)
  log.info({ port: plain, tlsPort: secure }, 'listening for HL7 over MLLP')
  return {
    port: plain ?? port,
    tlsPort: secure,
    close: async () => {
      await Promise.all(listeners.map((one) => one.close()))
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}
