import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { type Loop, startLoop, wakeLoop } from '../../platform/loop.ts'
import { applyWaiting } from './apply.ts'
import { Connections, type Limits, usualLimits } from './connections.ts'
import { type Listener, listenMllp } from './listener.ts'
import { RawStore } from '../../modules/intake/store.ts'
import type { MllpTlsListener } from './tls.ts'

export type Feed = Listener & { tlsPort: number | undefined }

/** Polling for messages stored by other machines, whose wake-up does not reach this process. */
const pollMs = 500
/** Two appliers: while PostgreSQL works for one, Node maps messages for the other; each takes half of the lanes. */
const appliers = 2
const gatherMs = 20

/**
 * Starts listening for HL7, in plain text and, if configured, with TLS as well; stored messages are applied by any process with appliers.
 */
export async function startFeed(options: {
  db: Db
  host: string
  port: number
  tls?: ({ port: number } & Omit<MllpTlsListener, 'validTo'>) | undefined
  /** Addresses and networks (CIDR) that may connect; undefined: all. */
  allowed?: string[] | undefined
  limits?: Limits
}): Promise<Feed> {
  const { host, tls } = options
  const store = new RawStore(options.db, () => {
    wakeLoop('intake')
  })
  const connections = new Connections(options.limits ?? usualLimits, options.allowed)
  const plain = await listenMllp(store, { host, port: options.port }, connections)
  const secure =
    tls &&
    (await listenMllp(store, { host, port: tls.port, tls }, connections).catch(async (error: unknown) => {
      await plain.close()
      throw error
    }))
  log.info({ port: plain.port, tlsPort: secure?.port }, 'listening for HL7 over MLLP')
  return {
    port: plain.port,
    tlsPort: secure?.port,
    close: async () => {
      await Promise.all([plain.close(), secure?.close()])
      connections.close()
    },
  }
}

/** Starts applying stored messages, including those left by an earlier process. */
export function startAppliers(db: Db): Loop[] {
  return Array.from({ length: appliers }, () =>
    startLoop('intake', pollMs, () => applyWaiting(db), { gatherMs }),
  )
}
