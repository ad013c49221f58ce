import type { AsteriskConfig, TelephonyEvent } from '../../../contract/telephony.ts'
import { machineCallOf } from '../../modules/call/machine.ts'
import type { AmiMessage } from './ami.ts'

/** A hung-up channel is remembered so long, so that events that come late do not bring it back; ms. */
const rememberMs = 60_000

/** What stands before the id of a telephone that only listens in: it is no call. */
export const listening = 'careloop-listens-'

type Channel = { callId: string; agent: string | null }
type Rules = Pick<AsteriskConfig, 'agentEndpoint' | 'extensions' | 'prefix'>

/** Who takes part in a call, by the names of its channels and what was dialled. */
export function partyReader({ agentEndpoint, extensions, prefix }: Rules) {
  const [before = '', after = ''] = agentEndpoint.split('{extension}')
  const agents = new RegExp(extensions)

  /** Which extension of an agent a channel is (`PJSIP/8001-0000001a`), or none. */
  const extensionOf = (channel: string | undefined): string | null => {
    if (channel === undefined || !channel.startsWith(before)) return null
    const name = channel.slice(before.length).replace(/-[0-9a-f]+(;[12])?$/, '')
    const extension = after === '' ? name : name.endsWith(after) ? name.slice(0, -after.length) : ''
    return agents.test(extension) ? extension : null
  }

  /** Who called whom, by the first channel of a call. */
  const partyOf = (
    callId: string,
    channel: string | undefined,
    callerNumber: string | undefined,
    exten: string | undefined,
  ): Pick<TelephonyEvent, 'direction' | 'number' | 'dialled'> => {
    // Whom the machine calls is known by the name of the call.
    if (machineCallOf(callId) !== undefined) return { direction: 'outbound' }
    const dialled = exten && exten !== 's' ? { dialled: exten.slice(0, 60) } : {}
    if (extensionOf(channel) === null)
      return { direction: 'inbound', ...dialled, ...(isNumber(callerNumber) && { number: callerNumber }) }
    if (exten === undefined || exten === '' || exten === 's') return {}
    if (agents.test(exten)) return { direction: 'internal', ...dialled }
    const number = exten.startsWith(prefix) ? exten.slice(prefix.length) : exten
    return { direction: 'outbound', ...dialled, ...(isNumber(number) && { number }) }
  }
  return { extensionOf, partyOf }
}

/**
 * Turns events of Asterisk's manager interface into ours. A call is everything with one Linkedid; it ends when its last channel hangs up,
 * which is what this remembers channels for. `Timestamp` (manager.conf: timestampevents = yes) is the time of an event.
 */
export class AsteriskEvents {
  readonly #channels = new Map<string, Channel>()
  readonly #gone = new Map<string, number>()
  readonly #live = new Map<string, Set<string>>()
  readonly #extensionOf: ReturnType<typeof partyReader>['extensionOf']
  readonly #partyOf: ReturnType<typeof partyReader>['partyOf']

  constructor(rules: Rules) {
    const { extensionOf, partyOf } = partyReader(rules)
    this.#extensionOf = extensionOf
    this.#partyOf = partyOf
  }

  /** After a connection was made: only these channels are there. @returns the calls that are */
  restart(channels: { uniqueId: string; callId: string; channel: string }[]): Set<string> {
    this.#channels.clear()
    this.#live.clear()
    for (const { uniqueId, callId, channel } of channels) this.#enter(uniqueId, callId, channel)
    return new Set(this.#live.keys())
  }

  read(event: AmiMessage, receivedAt: Date): TelephonyEvent[] {
    const at = timeOf(event['Timestamp'] ?? event['EventTime'], receivedAt)
    const { Uniqueid: uniqueId, Linkedid: callId } = event
    if (callId?.startsWith(listening)) return []
    switch (event['Event']) {
      case 'Newchannel':
        return uniqueId && callId ? this.#newChannel(event, uniqueId, callId, at) : []
      case 'Newstate':
        // A telephone that we called ourselves rings without a Dial.
        return uniqueId && callId && event['ChannelStateDesc'] === 'Ringing'
          ? this.#ofAgent(event['Channel'], uniqueId, callId, 'ringing', at)
          : []
      case 'DialBegin': {
        const { DestUniqueid: destination, DestLinkedid: destinationCall, DestChannel: channel } = event
        const id = callId ?? destinationCall
        if (!destination || !id) return []
        const moved = this.#enter(destination, id, channel, at)
        const ringing = this.#ofAgent(channel, destination, id, 'ringing', at)
        return [...moved, ...(ringing.length > 0 ? ringing : [{ callId: id, type: 'ringing' as const, at }])]
      }
      case 'BridgeEnter': {
        if (!uniqueId || !callId) return []
        const moved = this.#enter(uniqueId, callId, event['Channel'], at)
        return [...moved, ...this.#ofAgent(event['Channel'], uniqueId, callId, 'answered', at)]
      }
      case 'Hold':
      case 'Unhold':
        return callId ? [{ callId, type: event['Event'] === 'Hold' ? 'held' : 'resumed', at }] : []
      case 'QueueCallerJoin':
        return callId ? [{ callId, type: 'queued', at, ...queueOf(event) }] : []
      case 'MixMonitorStop':
      case 'MixMonitorStart': {
        const recording = event['RecordingFile'] ?? event['MixMonitorFile']
        return callId && recording ? [{ callId, type: 'recording-ready', at, recording }] : []
      }
      case 'Hangup':
        return uniqueId && callId ? this.#hangUp(event, uniqueId, callId, at) : []
      default:
        return []
    }
  }

  #newChannel(event: AmiMessage, uniqueId: string, callId: string, at: string): TelephonyEvent[] {
    const moved = this.#enter(uniqueId, callId, event['Channel'], at)
    if (uniqueId !== callId) return moved
    return [
      ...moved,
      {
        callId,
        type: 'started',
        at,
        ...this.#partyOf(callId, event['Channel'], event['CallerIDNum'], event['Exten']),
      },
    ]
  }

  #ofAgent(
    channel: string | undefined,
    legId: string,
    callId: string,
    type: 'ringing' | 'answered',
    at: string,
  ): TelephonyEvent[] {
    const extension = this.#extensionOf(channel)
    return extension === null ? [] : [{ callId, type, at, legId, extension }]
  }

  /** A channel belongs to a call; one that moved to another call may end its first one. */
  #enter(uniqueId: string, callId: string, channel: string | undefined, at?: string): TelephonyEvent[] {
    if (this.#gone.has(uniqueId)) return []
    const before = this.#channels.get(uniqueId)
    const agent = this.#extensionOf(channel) ?? before?.agent ?? null
    this.#channels.set(uniqueId, { callId, agent })
    let live = this.#live.get(callId)
    if (!live) this.#live.set(callId, (live = new Set()))
    live.add(uniqueId)
    if (!before || before.callId === callId || at === undefined) return []
    return this.#leave(uniqueId, before.callId, at)
  }

  #leave(uniqueId: string, callId: string, at: string, cause?: string): TelephonyEvent[] {
    const live = this.#live.get(callId)
    if (!live) return []
    live.delete(uniqueId)
    if (live.size > 0) return []
    this.#live.delete(callId)
    return [{ callId, type: 'ended', at, ...(cause && { cause: cause.slice(0, 80) }) }]
  }

  #hangUp(event: AmiMessage, uniqueId: string, callId: string, at: string): TelephonyEvent[] {
    const now = Date.parse(at)
    for (const [id, since] of this.#gone) {
      if (now - since < rememberMs) break
      this.#gone.delete(id)
    }
    const repeated = this.#gone.has(uniqueId)
    this.#gone.set(uniqueId, now)
    const agent = this.#channels.get(uniqueId)?.agent ?? this.#extensionOf(event['Channel'])
    const left: TelephonyEvent[] =
      agent === null ? [] : [{ callId, type: 'leg-ended', at, legId: uniqueId, extension: agent }]
    const known = this.#channels.get(uniqueId)
    this.#channels.delete(uniqueId)
    if (repeated) return left
    // What hangs up without having been seen was the call's last channel, unless others are known.
    const cause = event['Cause-txt']
    if (!known)
      return this.#live.has(callId) ? left : [...left, { callId, type: 'ended', at, ...(cause && { cause }) }]
    return [...left, ...this.#leave(uniqueId, known.callId, at, cause)]
  }
}

const queueOf = (event: AmiMessage) => (event['Queue'] ? { queue: event['Queue'].slice(0, 80) } : {})

/** Callers without a number are shown as `anonymous`, `<unknown>` or nothing. */
const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^\+?[\d*#]{3,60}$/.test(text)

/** Epoch seconds with microseconds, as Asterisk writes them; times of the future are the receipt's. */
export function timeOf(text: string | undefined, receivedAt: Date): string {
  const ms = Math.round(Number(text) * 1000)
  const usable = text !== undefined && Number.isFinite(ms) && ms > 0 && ms < receivedAt.getTime() + 86_400_000
  return new Date(usable ? ms : receivedAt.getTime()).toISOString()
}
