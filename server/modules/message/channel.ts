import { purposes, type Purpose } from '../../../contract/contact.ts'
import type { MessageChannel } from '../../../contract/message.ts'
import { type Db, perDatabase } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { smtp } from './smtp.ts'

/** A message as a channel takes it. */
export type Outgoing = {
  address: string
  subject: string | null
  body: string
  /** Names this sending of the message, so that the other side or a person reconciling recognises a repetition. */
  key: string
}

/**
 * `refused`: surely not sent; trying again is safe, and pointless when `permanent`. `unclear`: it was handed over, but nobody said whether it was
 * taken. `unavailable`: surely not sent, because the channel is down for everybody.
 */
export type SendResult =
  | { kind: 'sent'; providerId: string }
  | { kind: 'refused'; reason: string; permanent: boolean }
  | { kind: 'unclear'; reason: string }
  | { kind: 'unavailable'; reason: string }

export type Capabilities = {
  /** The other side reports later whether a message arrived. */
  receipts: boolean
  /** Longest text in characters; null: no limit that matters. */
  maxLength: number | null
  /** What one message costs, in the currency of the installation; null: nothing. */
  cost: number | null
  /** The other side takes a message with the same key once only. */
  idempotencyKey: boolean
  /** How many it takes in a second; null: as many as it answers. */
  ratePerSecond: number | null
  /** How many it takes at once. */
  batch: number
}

export type OpenChannel = {
  /** Which counterpart it leads to: another one is tried at once, however long the former was down. */
  counterpart: string
  /** One result for each message, in their order; does not throw. */
  send: (batch: Outgoing[]) => Promise<SendResult[]>
  close: () => void
}

/** A way out for messages. Another channel is a file like smtp.ts and a line in the list below. */
export type ChannelAdapter = {
  channel: MessageChannel
  capabilities: Capabilities
  /** The channel as configured; undefined when it is not, then its messages wait. */
  open: (db: Db, secret: string, siteId?: number) => Promise<OpenChannel | undefined>
}

const adapters: ChannelAdapter[] = [smtp]

/** Messages of one lane follow each other; lanes never wait for each other. */
export type Lane = { adapter: ChannelAdapter; purpose: Purpose }
export const lanes: Lane[] = adapters.flatMap((adapter) => purposes.map((purpose) => ({ adapter, purpose })))

/** How long a channel that was down is left alone, in ms: twice as long each time. */
const [firstPause, longestPause] = [5000, 300_000]
type Pause = { counterpart: string; until: number; ms: number }

const pauses = perDatabase(() => new Map<string, Pause>())

export function isPaused(db: Db, { channel }: ChannelAdapter, { counterpart }: OpenChannel): boolean {
  const pause = pauses(db).get(channel)
  return pause?.counterpart === counterpart && pause.until > Date.now()
}

export function pauseChannel(db: Db, { channel }: ChannelAdapter, { counterpart }: OpenChannel): void {
  const before = pauses(db).get(channel)
  // Its lanes and batches find out at the same time: one pause, not several.
  if (before?.counterpart === counterpart && before.until > Date.now()) return
  const ms = before?.counterpart === counterpart ? Math.min(before.ms * 2, longestPause) : firstPause
  pauses(db).set(channel, { counterpart, until: Date.now() + ms, ms })
  log.warn({ channel, seconds: ms / 1000 }, 'this channel is down, its messages wait')
}

export function resumeChannel(db: Db, { channel }: ChannelAdapter): void {
  pauses(db).delete(channel)
}
