import type { TlsOptions } from 'node:tls'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { type Loop, startLoop, wakeLoop } from '../../platform/loop.ts'
import { applyWaiting } from './apply.ts'
import { type Listener, listenMllp } from './listener.ts'
import { RawStore } from '../../modules/intake/store.ts'

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
  tls?: { port: number; options: TlsOptions } | undefined
}): Promise<Feed> {
  const { host, tls } = options
  const store = new RawStore(options.db, () => {
    wakeLoop('intake')
  })
  const plain = await listenMllp(store, { host, port: options.port })
  const secure =
    tls &&
    (await listenMllp(store, { host, port: tls.port, tls: tls.options }).catch(async (error: unknown) => {
      await plain.close()
      throw error
    }))
  log.info({ port: plain.port, tlsPort: secure?.port }, 'listening for HL7 over MLLP')
  return {
    port: plain.port,
    tlsPort: secure?.port,
    close: async () => {
      await Promise.all([plain.close(), secure?.close()])
    },
  }
}

/** Starts applying stored messages, including those left by an earlier process. */
export function startAppliers(db: Db): Loop[] {
  return Array.from({ length: appliers }, () =>
    startLoop('intake', pollMs, () => applyWaiting(db), { gatherMs }),
  )
}
