import type { TelephonyEvent } from '../../../contract/telephony.ts'

/** What a set of events says of a call: smallest and largest times, first of the rest; the order and the number of repetitions change nothing. */
export type CallFacts = {
  externalId: string
  direction: TelephonyEvent['direction'] | null
  number: string | null
  dialled: string | null
  queue: string | null
  cause: string | null
  recording: string | null
  startedAt: Date
  queuedAt: Date | null
  ringingAt: Date | null
  answeredAt: Date | null
  heldAt: Date | null
  resumedAt: Date | null
  endedAt: Date | null
  seenAt: Date
}

/** The same for one telephone of a call. */
export type LegFacts = {
  callId: string
  externalId: string
  extension: string | null
  ringingAt: Date | null
  answeredAt: Date | null
  endedAt: Date | null
}

const earlier = (a: Date | null, b: Date) => (a === null || b < a ? b : a)
const later = (a: Date | null, b: Date) => (a === null || b > a ? b : a)

/** Pure: the facts of a batch, calls and telephones each in the order of their names, so that batches lock rows in one order. */
export function mergeEvents(events: readonly TelephonyEvent[]): { calls: CallFacts[]; legs: LegFacts[] } {
  const calls = new Map<string, CallFacts>()
  const legs = new Map<string, LegFacts>()
  for (const event of events) {
    const at = new Date(event.at)
    const call = calls.get(event.callId) ?? emptyCall(event.callId, at)
    calls.set(event.callId, call)
    call.startedAt = earlier(call.startedAt, at)
    call.seenAt = later(call.seenAt, at)
    call.direction ??= event.direction ?? null
    call.number ??= event.number || null
    call.dialled ??= event.dialled || null
    call.queue ??= event.queue ?? null
    call.recording ??= event.recording ?? null
    if (event.type === 'queued') call.queuedAt = earlier(call.queuedAt, at)
    if (event.type === 'ringing') call.ringingAt = earlier(call.ringingAt, at)
    if (event.type === 'answered') call.answeredAt = earlier(call.answeredAt, at)
    if (event.type === 'held') call.heldAt = later(call.heldAt, at)
    if (event.type === 'resumed') call.resumedAt = later(call.resumedAt, at)
    if (event.type === 'ended') {
      call.endedAt = later(call.endedAt, at)
      call.cause ??= event.cause ?? null
    }
    if (event.legId !== undefined) mergeLeg(legs, event, event.legId, at)
  }
  const byName = (a: { externalId: string }, b: { externalId: string }) =>
    a.externalId < b.externalId ? -1 : a.externalId > b.externalId ? 1 : 0
  return { calls: [...calls.values()].sort(byName), legs: [...legs.values()].sort(byName) }
}

function mergeLeg(legs: Map<string, LegFacts>, event: TelephonyEvent, legId: string, at: Date): void {
  const key = `${event.callId}\n${legId}`
  const leg = legs.get(key) ?? {
    callId: event.callId,
    externalId: legId,
    extension: null,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
  }
  legs.set(key, leg)
  leg.extension ??= event.extension ?? null
  if (event.type === 'ringing') leg.ringingAt = earlier(leg.ringingAt, at)
  if (event.type === 'answered') leg.answeredAt = earlier(leg.answeredAt, at)
  if (event.type === 'leg-ended') leg.endedAt = later(leg.endedAt, at)
}

const emptyCall = (externalId: string, at: Date): CallFacts => ({
  externalId,
  direction: null,
  number: null,
  dialled: null,
  queue: null,
  cause: null,
  recording: null,
  startedAt: at,
  queuedAt: null,
  ringingAt: null,
  answeredAt: null,
  heldAt: null,
  resumedAt: null,
  endedAt: null,
  seenAt: at,
})
