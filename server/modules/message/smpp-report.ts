import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pdu } from 'smpp'
import type { ConfigOf } from '../../../contract/channel.ts'
import type { DeliveryState } from '../../../contract/message.ts'
import type { Context, Receipt, Reply } from './channel.ts'

/** Reports are stored together, in ms: each commit costs, and the provider waits for its answer no longer. */
const gatherMs = 50

/** Final states of a receipt (SMPP 3.4, 5.2.28 and appendix B); what is on its way says nothing. */
const states: Record<string, DeliveryState> = {
  DELIVRD: 'delivered',
  EXPIRED: 'undelivered',
  DELETED: 'undelivered',
  UNDELIV: 'undelivered',
  REJECTD: 'undelivered',
}
const stateNames = [
  '',
  'ENROUTE',
  'DELIVRD',
  'EXPIRED',
  'DELETED',
  'UNDELIV',
  'ACCEPTD',
  'UNKNOWN',
  'REJECTD',
]

/** Receipts and replies of one bind: `take` resolves once they are stored. */
export function collectReports(config: ConfigOf<'smpp'>, context: Context) {
  let receipts: Receipt[] = []
  let replies: Reply[] = []
  let storing: Promise<void> | undefined
  let stopped = false
  const store = async () => {
    await delay(gatherMs)
    const [all, said] = [receipts, replies]
    receipts = []
    replies = []
    storing = undefined
    // Not acknowledged, so that the next bind gets them.
    if (stopped) throw new Error('the account was closed')
    await context.onReceipts(all)
    await context.onReplies(said)
  }
  return {
    take(pdu: Pdu): Promise<void> {
      const receipt = receiptOf(pdu)
      if (receipt === 'none') return Promise.resolve()
      if (receipt) receipts.push(receipt)
      else replies.push(replyOf(pdu, config))
      storing ??= store()
      return storing
    },
    stop() {
      stopped = true
    },
  }
}

function textOf(pdu: Pdu): string {
  const message = pdu.message_payload?.message ?? pdu.short_message?.message ?? ''
  return typeof message === 'string' ? message : message.toString('latin1')
}

/** The receipt in a deliver_sm; undefined: it is no receipt; `none`: it says nothing final. */
export function receiptOf(pdu: Pdu): Receipt | 'none' | undefined {
  const text = textOf(pdu)
  // Bits 2 to 5 of esm_class (SMPP 3.4, 5.2.12): a delivery receipt, or an intermediate notification.
  const type = (pdu.esm_class ?? 0) & 0x3c
  if (type === 0x20) return 'none'
  if (type !== 0x04) return undefined
  const field = (name: string) => new RegExp(`\\b${name}:\\s*(\\S+)`, 'i').exec(text)?.[1]
  const reference = pdu.receipted_message_id ?? field('id')
  const stat = field('stat')?.toUpperCase() ?? stateNames[pdu.message_state ?? 0] ?? ''
  const state = states[stat]
  if (reference === undefined || state === undefined) return 'none'
  const error = field('err')
  return {
    reference,
    state,
    // "done date" has no time zone, and providers differ: the time of arrival is right to some seconds.
    at: new Date(),
    reason: state === 'delivered' ? null : [stat, error].filter(Boolean).join(' '),
  }
}

/** A message from a telephone. It has no number of its own: the same words from the same telephone within ten minutes are one. */
function replyOf(pdu: Pdu, { countryCode }: ConfigOf<'smpp'>): Reply {
  const text = textOf(pdu)
  const digits = (pdu.source_addr ?? '').replaceAll(/\D/g, '')
  const from = `+${digits.startsWith(countryCode) ? '' : countryCode}${digits.replace(/^0+/, '')}`
  const at = new Date()
  const window = Math.floor(at.getTime() / 600_000)
  const key = createHash('sha256').update(`${from}|${text}|${window}`).digest('base64url').slice(0, 32)
  return { key, from, text, at, reference: null }
}
