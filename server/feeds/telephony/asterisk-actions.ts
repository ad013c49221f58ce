import { randomUUID } from 'node:crypto'
import type { AsteriskConfig } from '../../../contract/telephony.ts'
import type { Command } from '../../modules/call/order.ts'
import { listening } from './asterisk-events.ts'

/** Milliseconds that an agent's own telephone rings. */
const ringMs = 30_000

/** How each listener of ChanSpy takes part (docs.asterisk.org, application ChanSpy): `q` plays no beep, `w` whispers, `B` joins. */
const spyOptions = { listen: 'q', whisper: 'qw', barge: 'qB' } as const

/**
 * The action of the manager interface for a command.
 * @param channelOf the name of a running channel
 * @throws {Error} in words for the agent
 */
export async function actionOf(
  { act, data }: Command,
  config: AsteriskConfig,
  channelOf: (uniqueId: string) => Promise<string>,
): Promise<Record<string, string>> {
  const text = (name: string) => {
    const value = data[name]
    if (typeof value !== 'string') throw new Error(`The command names no ${name}.`)
    return value
  }
  const endpoint = () => config.agentEndpoint.replace('{extension}', text('extension'))
  switch (act) {
    case 'dial':
      return {
        Action: 'Originate',
        Channel: endpoint(),
        ChannelId: text('channelId'),
        Context: config.context,
        Exten: `${config.prefix}${dialled(text('number'))}`,
        Priority: '1',
        Timeout: String(ringMs),
        CallerID: text('extension'),
        Async: 'true',
      }
    case 'transfer':
      return {
        Action: 'BlindTransfer',
        Channel: await channelOf(text('legId')),
        Context: config.context,
        Exten: text('extension'),
      }
    case 'hold':
    case 'resume':
      // Asterisk itself cannot press a telephone's key: the telephone has to take part (PJSIPNotify with Event: hold / talk).
      return {
        Action: 'PJSIPNotify',
        Channel: await channelOf(text('legId')),
        Variable: `Event=${act === 'hold' ? 'hold' : 'talk'}`,
      }
    case 'hang-up':
      return { Action: 'Hangup', Channel: await channelOf(text('legId')) }
    case 'listen':
    case 'whisper':
    case 'barge':
      return {
        Action: 'Originate',
        Channel: endpoint(),
        ChannelId: `${listening}${randomUUID()}`,
        Application: 'ChanSpy',
        Data: `${await channelOf(text('legId'))},${spyOptions[act]}`,
        Timeout: String(ringMs),
        CallerID: text('extension'),
        Async: 'true',
      }
    case 'pause':
    case 'unpause':
      return {
        Action: 'QueuePause',
        Interface: endpoint(),
        Paused: act === 'pause' ? 'true' : 'false',
      }
  }
}

/** What a telephone dials for a stored number: national within the mainland, else with `00`. */
function dialled(number: string): string {
  if (!/^\+?[\d*#]+$/.test(number)) throw new Error('This is no number that can be dialled.')
  if (/^\+861[3-9]\d{9}$/.test(number)) return number.slice(3)
  if (number.startsWith('+86')) return `0${number.slice(3)}`
  return number.startsWith('+') ? `00${number.slice(1)}` : number
}
