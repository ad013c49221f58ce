import { isIPv4, isIPv6 } from 'node:net'
import { sql } from 'kysely'
import type { RefusalKind, RefusalScope } from '../../../contract/booking.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { countUse } from '../access/throttle.ts'
import { maskPhone } from '../person/mask.ts'
import type { bookingSettings } from '../setting/booking.ts'
import { readSettings } from '../setting/setting.ts'
import { phoneHash } from './key.ts'

/** Who asks, and from where. */
export type Visitor = { db: Db; address: string | null }

type Limited = Extract<RefusalKind, 'code' | 'search' | 'hold' | 'booking'>
type Rule = keyof typeof bookingSettings

const [hour, day] = [3600, 86_400]
const limits: Record<Limited, { seconds: number; rules: Partial<Record<RefusalScope, Rule>> }> = {
  code: {
    seconds: hour,
    rules: {
      address: 'appointment.web-codes-address',
      phone: 'appointment.web-codes-phone',
      all: 'appointment.web-codes-all',
    },
  },
  search: {
    seconds: hour,
    rules: { address: 'appointment.web-searches-address', all: 'appointment.web-searches-all' },
  },
  hold: {
    seconds: hour,
    rules: {
      address: 'appointment.web-holds-address',
      phone: 'appointment.web-holds-phone',
      all: 'appointment.web-holds-all',
    },
  },
  booking: {
    seconds: day,
    rules: {
      address: 'appointment.web-bookings-address',
      phone: 'appointment.web-bookings-phone',
      all: 'appointment.web-bookings-all',
    },
  },
}

/** The network of an address, of which a bot has many: /24 of IPv4, /64 of IPv6. */
export function networkOf(address: string | null): string {
  if (address !== null && isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  if (address === null || !isIPv6(address)) return 'unknown'
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean))
  const filled = [...(before ?? []), ...Array.from({ length: 8 }, () => '0')]
  const groups = address.includes('::')
    ? [...filled.slice(0, 8 - (after?.length ?? 0)), ...(after ?? [])]
    : (before ?? [])
  const first = groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}

/**
 * Counts before the work is done, so that a hundred calls at once count as a hundred. The network comes first: who is stopped there uses up
 * nothing of a number or of everybody.
 * @throws {AppError} booking-limit
 */
export async function countOrRefuse(
  { db, address }: Visitor,
  kind: Limited,
  phone: string | null = null,
): Promise<void> {
  const { seconds, rules } = limits[kind]
  const network = networkOf(address)
  const wanted = Object.entries(rules) as [RefusalScope, Rule][]
  const most = await readSettings(
    db,
    wanted.map(([, rule]) => rule),
  )
  for (const [scope, rule] of wanted) {
    if (scope === 'phone' && phone === null) continue
    const of = scope === 'phone' ? phoneHash(db, phone ?? '') : scope === 'address' ? network : ''
    if ((await countUse(db, `booking ${kind} ${scope} ${of}`, seconds)) <= most[rule]) continue
    await noteRefusal({ db, address }, kind, scope, phone)
    throw new AppError('booking-limit')
  }
}

/** For staff to see who tries what; once an hour a row, so that whoever is refused a million times fills no table. */
export async function noteRefusal(
  { db, address }: Visitor,
  kind: RefusalKind,
  scope: RefusalScope,
  phone: string | null,
): Promise<void> {
  await sql`
    insert into booking_refusal as r (hour, kind, scope, address, phone)
    values (date_trunc('hour', now()), ${kind}, ${scope}, ${networkOf(address)}, ${phone === null ? '' : maskPhone(phone)})
    on conflict (hour, kind, scope, address, phone) do update set n = r.n + 1, at = now()`.execute(db)
}
