import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

type Range = readonly [network: string, prefix: number]

const listOf = (ranges: readonly Range[]): BlockList => {
  const list = new BlockList()
  for (const [network, prefix] of ranges)
    list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4')
  return list
}

/** Nothing of ours goes there, whoever configures it: this network, the link, multicast, broadcast, metadata of clouds, addresses that hide an IPv4 address. */
const never = listOf([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Metadata of Alibaba Cloud, Azure and AWS.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['fd00:ec2::254', 128],
  // Protocol assignments, among them metadata of Oracle Cloud (RFC 6890).
  ['192.0.0.0', 24],
  // Nobody, and an IPv4 address within an IPv6 one; `::1` is this machine.
  ['::', 96],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96],
  ['2001::', 32],
  ['2002::', 16],
])

/** Where a hospital's own systems are: RFC 1918, RFC 6598, RFC 4193, and this machine. */
const premises = listOf([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['fc00::', 7],
  ['::1', 128],
])

/** Default of the setting `security.outbound-hosts`: all of the premises, until an administrator narrows it. */
export const allPremises = '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 127.0.0.0/8 fc00::/7 ::1'

type HostList = { names: Set<string>; ranges: BlockList }

/** Reads names, addresses and ranges (`10.1.0.0/16`), with blanks, commas or lines between them. `wrong`: the first that is none of these. */
export function readHostList(text: string): HostList | { wrong: string } {
  const list: HostList = { names: new Set(), ranges: new BlockList() }
  for (const entry of text.split(/[\s,;，；]+/).filter(Boolean)) {
    const [address = '', prefix] = entry.split('/')
    const kind = isIP(address)
    const most = kind === 6 ? 128 : 32
    if (kind === 0 && prefix === undefined && /^[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$/i.test(entry))
      list.names.add(entry.toLowerCase())
    else if (kind !== 0 && /^\d{1,3}$/.test(prefix ?? String(most)) && Number(prefix ?? most) <= most)
      list.ranges.addSubnet(address, Number(prefix ?? most), kind === 6 ? 'ipv6' : 'ipv4')
    else return { wrong: entry }
  }
  return list
}

/** Whether an address belongs to the hospital's own networks. */
export function isOnPremises(address: string): boolean {
  return premises.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Why a host is not connected to, in a sentence for people. */
export class HostRefused extends Error {}

/**
 * The one address to connect to. Everything that sends to a configured host asks here and connects to exactly this address, so that a name
 * cannot mean another one a moment later.
 * @param allowed names, addresses and ranges on the premises that may be sent to (setting `security.outbound-hosts`)
 * @throws {HostRefused}
 */
export async function resolveHost(host: string, allowed: string): Promise<string> {
  const { address, family } = await lookup(host).catch((cause: unknown) => {
    throw new HostRefused(`The name ${host} is not known: ${(cause as Error).message}`, { cause })
  })
  const kind = family === 6 ? 'ipv6' : 'ipv4'
  if (address !== '::1' && never.check(address, kind))
    throw new HostRefused(`${host} is ${address}, an address that messages never go to`)
  if (!premises.check(address, kind)) return address
  const list = readHostList(allowed)
  if ('wrong' in list || !(list.names.has(host.toLowerCase()) || list.ranges.check(address, kind)))
    throw new HostRefused(
      `${host} is ${address}, an address on the premises that is not among those allowed (settings, security)`,
    )
  return address
}
