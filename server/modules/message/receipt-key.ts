import { timingSafeEqual } from 'node:crypto'
import type { AccountKind } from '../../../contract/channel.ts'
import { deriveKey } from '../../platform/secret.ts'

/** Providers that sign nothing carry this key in the address they call. */
const keyed: ReadonlySet<AccountKind> = new Set(['smtp', 'aliyun', 'tencent'])
/** Whose receipts come by HTTP at all. */
const called: ReadonlySet<AccountKind> = new Set([...keyed, 'wechat', 'webhook'])

export const isKeyed = (kind: AccountKind): boolean => keyed.has(kind)

function keyOf(id: number, secret: string): string {
  return deriveKey(secret, `channel-receipts/${id}`).toString('base64url').slice(0, 32)
}

/** The address below the public one that a provider reports to; null: it has another way. */
export function receiptsPathOf(id: number, kind: AccountKind, secret: string): string | null {
  if (!called.has(kind)) return null
  return `/api/v1/channels/${id}/receipts${keyed.has(kind) ? `?key=${keyOf(id, secret)}` : ''}`
}

export function isReceiptKey(id: number, secret: string, given: string | undefined): boolean {
  const [right, asked] = [Buffer.from(keyOf(id, secret)), Buffer.from(given ?? '')]
  return right.length === asked.length && timingSafeEqual(right, asked)
}
