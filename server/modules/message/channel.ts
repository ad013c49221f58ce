import type { AccountKind } from '../../../contract/channel.ts'
import type { Purpose } from '../../../contract/contact.ts'
import type { DeliveryState, MessageChannel } from '../../../contract/message.ts'
import { type Db, perDatabase } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'

/** A message for a channel. */
export type Outgoing = {
  messageId: number
  purpose: Purpose
  address: string
  subject: string | null
  body: string
  /** Code and values of the template, for providers that keep the text. */
  template: { code: string; values: Record<string, string> } | null
  /** Idempotency key of this sending, so that the receiver or a reconciliation recognises a repetition. */
  key: string
  /** Where the recipient ends messages like this one with a click (RFC 8058); null: nobody registered it. */
  unsubscribeUrl: string | null
}

/**
 * `refused`: certainly not sent; a retry is safe, and pointless when `permanent`. `unclear`: transmitted, but not confirmed.
 * `unavailable`: certainly not sent, because the channel is down.
 */
export type SendResult =
  | { kind: 'sent'; providerId: string; parts?: number }
  | { kind: 'refused'; reason: string; permanent: boolean }
  | { kind: 'unclear'; reason: string }
  | { kind: 'unavailable'; reason: string }

export type Capabilities = {
  /** Delivery receipts are supported. */
  receipts: boolean
  /** Short messages that a text takes; left out: each message is one. */
  parts?: (body: string) => number
  /** The receiver accepts a message with the same key only once: an unclear one goes out again under its key. */
  idempotencyKey: boolean
  /** Maximum batch size. */
  batch: number
}

/** What a provider reports about a message, by the id that it gave or by our key. */
export type Receipt = {
  reference: string
  state: DeliveryState
  at: Date
  /** The provider's code; nothing of the recipient. */
  reason: string | null
}

/** What a recipient wrote back. */
export type Reply = {
  /** The provider's name for it, by which a repetition is recognised. */
  key: string
  from: string
  text: string
  at: Date
  /** The message that it answers, where the provider knows. */
  reference: string | null
}

/** A row of `message_account` with its secrets opened. */
export type AccountInForce = {
  id: number
  name: string
  kind: AccountKind
  channel: MessageChannel
  siteId: number | null
  /** Its kind's contract, secrets included. */
  config: Readonly<Record<string, unknown>>
  costPerPart: number
  ratePerSecond: number | null
  version: number
}

export type OpenChannel = {
  /** One result for each message, in their order; does not throw. */
  send: (batch: Outgoing[]) => Promise<SendResult[]>
  close: () => void
}

export type Context = {
  db: Db
  /** Names and addresses on the premises that may be sent to. */
  allowedHosts: () => Promise<string>
  /** Resolve once stored: only then the provider gets its answer. */
  onReceipts: (receipts: Receipt[]) => Promise<void>
  onReplies: (replies: Reply[]) => Promise<void>
}

/** A call by a provider, to be checked by its adapter. */
export type ProviderCall = {
  query: Readonly<Record<string, string | undefined>>
  header: (name: string) => string | undefined
  body: Buffer
}

export type ProviderReport = {
  receipts: Receipt[]
  replies: Reply[]
  /** What the provider wants to hear. */
  answer: string
}

/** A channel. A new one is a file like smtp.ts and a line in adapters.ts. */
export type ChannelAdapter = {
  capabilities: Capabilities
  /** Keeps a connection without messages, because receipts come by it. */
  listens?: boolean
  /** Does not connect yet. */
  open: (account: AccountInForce, context: Context) => OpenChannel
  /**
   * Reads what the provider reports by HTTP; undefined: it is not from the provider.
   * @throws {SyntaxError} when it cannot be read
   */
  report?: (
    account: AccountInForce,
    call: ProviderCall,
  ) => ProviderReport | undefined | Promise<ProviderReport | undefined>
}

/** Backoff of an account that is down, in ms, doubling each time. */
const [firstPause, longestPause] = [5000, 300_000]
type Pause = { version: number; until: number; ms: number }

const pauses = perDatabase(() => new Map<number, Pause>())

/** A changed account is tried at once, however long it was down before. */
export function isPaused(db: Db, { id, version }: AccountInForce): boolean {
  const pause = pauses(db).get(id)
  return pause?.version === version && pause.until > Date.now()
}

/** @returns until when, or undefined when it was paused already */
export function pauseAccount(db: Db, account: AccountInForce): Date | undefined {
  const { id, version } = account
  // Its lanes and batches fail at the same time: count one pause, not several.
  if (isPaused(db, account)) return undefined
  const before = pauses(db).get(id)
  const ms = before?.version === version ? Math.min(before.ms * 2, longestPause) : firstPause
  const until = Date.now() + ms
  pauses(db).set(id, { version, until, ms })
  log.warn({ account: id, seconds: ms / 1000 }, 'this account is down, its messages wait')
  return new Date(until)
}

export function resumeAccount(db: Db, { id }: AccountInForce): void {
  pauses(db).delete(id)
}
