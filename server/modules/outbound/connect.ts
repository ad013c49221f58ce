import { HostRefused, resolveHost } from '../../platform/outbound-host.ts'
import type { Db } from '../../platform/db.ts'
import { MllpClient, MllpError } from '../hl7/mllp-client.ts'
import { readSettings } from '../setting/setting.ts'

/** Target of a channel. */
export type Target = { host: string; port: number; tls: boolean; tlsCa: string | null }

/**
 * Opens a connection to the receiver: resolves its name once, checks the address and connects to exactly that one.
 * @throws {MllpError} refused or timeout, with a sentence for people
 */
export async function openTarget(db: Db, target: Target, timeoutMs: number): Promise<MllpClient> {
  const { host, port } = target
  const allowed = await readSettings(db, ['security.outbound-hosts'])
  const address = await resolveHost(host, allowed['security.outbound-hosts']).catch((error: unknown) => {
    if (error instanceof HostRefused) throw new MllpError('refused', error.message, { cause: error })
    throw error
  })
  const client = new MllpClient()
  await client.connect(address, port, {
    timeoutMs,
    tls: target.tls ? { servername: host, ca: target.tlsCa ?? undefined } : undefined,
  })
  return client
}
