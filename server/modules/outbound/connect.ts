import { lookup } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { MllpClient, MllpError } from '../hl7/mllp-client.ts'

/** Target of a channel. */
export type Target = { host: string; port: number; tls: boolean; tlsCa: string | null }

/**
 * Hospital systems are on private networks, so private addresses are allowed, as configured by the administrator. Never allowed:
 * link-local addresses (cloud metadata, 169.254.169.254), multicast, broadcast and unspecified addresses.
 */
const never = new BlockList()
never.addSubnet('0.0.0.0', 8)
never.addSubnet('169.254.0.0', 16)
never.addSubnet('224.0.0.0', 4)
never.addSubnet('240.0.0.0', 4)
never.addAddress('::', 'ipv6')
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('ff00::', 8, 'ipv6')

/**
 * Opens a connection to the receiver: resolves its name once, checks the address and connects to exactly that one.
 * @throws {MllpError} refused or timeout, with a sentence for people
 */
export async function openTarget(target: Target, timeoutMs: number): Promise<MllpClient> {
  const { host, port } = target
  const found = await lookup(host).catch((cause: unknown) => {
    throw new MllpError('refused', `The name ${host} is not known: ${(cause as Error).message}`, { cause })
  })
  if (never.check(found.address, found.family === 6 ? 'ipv6' : 'ipv4'))
    throw new MllpError('refused', `${host} is ${found.address}, an address that messages never go to`)
  const client = new MllpClient()
  await client.connect(found.address, port, {
    timeoutMs,
    tls: target.tls ? { servername: host, ca: target.tlsCa ?? undefined } : undefined,
  })
  return client
}
