import { purposes, type Purpose } from '../../../contract/contact.ts'
import type { MessageChannel } from '../../../contract/message.ts'
import { type Db, perDatabase } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { smtp } from './smtp.ts'

/** A message for a channel. */
export type Outgoing = {
  address: string
  subject: string | null
  body: string
  /** Idempotency key of this sending, so that the receiver or a reconciliation recognises a repetition. */
  key: string
}

/**
 * `refused`: certainly not sent; a retry is safe, and pointless when `permanent`. `unclear`: transmitted, but not confirmed.
 * `unavailable`: certainly not sent, because the channel is down.
 */
export type SendResult =
  | { kind: 'sent'; providerId: string }
  | { kind: 'refused'; reason: string; permanent: boolean }
  | { kind: 'unclear'; reason: string }
  | { kind: 'unavailable'; reason: string }

export type Capabilities = {
  /** Delivery receipts are supported. */
  receipts: boolean
  /** Maximum length in characters; null: no practical limit. */
  maxLength: number | null
  /** Cost of one message, in the installation's currency; null: free. */
  cost: number | null
  /** The receiver accepts a message with the same key only once. */
  idempotencyKey: boolean
  /** Messages per second; null: unlimited. */
  ratePerSecond: number | null
  /** Maximum batch size. */
  batch: number
}

export type OpenChannel = {
  /** Identity of the receiving server: a changed one is tried at once, however long the former was down. */
  counterpart: string
  /** One result for each message, in their order; does not throw. */
  send: (batch: Outgoing[]) => Promise<SendResult[]>
  close: () => void
}

/** A channel. A new one is a file like smtp.ts and a line in the list below. */
export type ChannelAdapter = {
  channel: MessageChannel
  capabilities: Capabilities
  /** The configured channel; undefined if not configured, then its messages wait. */
  open: (db: Db, secret: string, siteId?: number) => Promise<OpenChannel | undefined>
}

const adapters: ChannelAdapter[] = [smtp]

/** Messages within a lane are sent in order; lanes never wait for each other. */
export type Lane = { adapter: ChannelAdapter; purpose: Purpose }
export const lanes: Lane[] = adapters.flatMap((adapter) => purposes.map((purpose) => ({ adapter, purpose })))

/** Backoff of a channel that is down, in ms, doubling each time. */
const [firstPause, longestPause] = [5000, 300_000]
type Pause = { counterpart: string; until: number; ms: number }

const pauses = perDatabase(() => new Map<string, Pause>())

export function isPaused(db: Db, { channel }: ChannelAdapter, { counterpart }: OpenChannel): boolean {
  const pause = pauses(db).get(channel)
  return pause?.counterpart === counterpart && pause.until > Date.now()
}

export function pauseChannel(db: Db, { channel }: ChannelAdapter, { counterpart }: OpenChannel): void {
  const before = pauses(db).get(channel)
  // Its lanes and batches fail at the same time: count one pause, not several.
  if (before?.counterpart === counterpart && before.until > Date.now()) return
  const ms = before?.counterpart === counterpart ? Math.min(before.ms * 2, longestPause) : firstPause
  pauses(db).set(channel, { counterpart, until: Date.now() + ms, ms })
  log.warn({ channel, seconds: ms / 1000 }, 'this channel is down, its messages wait')
}

export function resumeChannel(db: Db, { channel }: ChannelAdapter): void {
  pauses(db).delete(channel)
}
