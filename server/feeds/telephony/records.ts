import { parse } from 'csv-parse/sync'
import type { AsteriskConfig, TelephonyEvent } from '../../../contract/telephony.ts'
import type { HttpClient } from '../../platform/outbound-http.ts'
import { listening, partyReader, timeOf } from './asterisk-events.ts'

// The file of channel event logging (cel_custom.conf, the mapping `Master.csv` of Asterisk's sample configuration): it tells what happened
// while nobody listened to the manager interface, with the same times.

const columns = [
  'eventtype',
  'eventtime',
  'callerName',
  'callerNumber',
  'ani',
  'rdnis',
  'dnid',
  'exten',
  'context',
  'channel',
  'appName',
  'appData',
  'amaFlags',
  'accountCode',
  'uniqueId',
  'linkedId',
] as const
type Row = Partial<Record<(typeof columns)[number], string>>

/** Bytes fetched at once. */
const pieceBytes = 1024 * 1024

/**
 * The lines that were added since `from`.
 * @returns events, and up to where whole lines were read; more may be there when `more`
 * @throws {Error} when the file cannot be had
 */
export async function readRecords(
  http: HttpClient,
  config: AsteriskConfig,
  from: number,
): Promise<{ events: TelephonyEvent[]; read: number; more: boolean }> {
  const url = new URL(config.recordsUrl)
  const answer = await http.ask(
    'GET',
    url,
    { range: `bytes=${from}-${from + pieceBytes - 1}` },
    '',
    2 * pieceBytes,
  )
  // Nothing beyond the end: nothing new, or the file was begun anew.
  if (answer.status === 416) {
    const size = Number(/\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1] ?? from)
    return { events: [], read: size < from ? 0 : from, more: size < from }
  }
  if (answer.status !== 206 && answer.status !== 200)
    throw new Error(`The file of call records answers HTTP ${answer.status}`)
  const start = answer.status === 206 ? from : 0
  const text = answer.body
  const end = text.lastIndexOf(0x0a) + 1
  return {
    events: readRows(text.subarray(0, end).toString('utf8').replaceAll('\0', ''), config),
    read: start + end,
    more: text.length >= pieceBytes && end > 0,
  }
}

/** Pure: what rows of the file tell. Rows that cannot be read are left out: the file belongs to somebody else. */
export function readRows(
  text: string,
  config: Pick<AsteriskConfig, 'agentEndpoint' | 'extensions' | 'prefix'>,
): TelephonyEvent[] {
  const { extensionOf, partyOf } = partyReader(config)
  const rows = parse<Row>(text, {
    columns: [...columns],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  })
  return rows.flatMap((row): TelephonyEvent[] => {
    const { uniqueId, linkedId: callId } = row
    const time = Number(row.eventtime)
    if (
      !uniqueId ||
      !callId ||
      callId.startsWith(listening) ||
      callId.length > 200 ||
      uniqueId.length > 200 ||
      !(time > 0)
    )
      return []
    const at = timeOf(row.eventtime, new Date())
    const extension = extensionOf(row.channel)
    const leg = extension === null ? {} : { legId: uniqueId, extension }
    switch (row.eventtype) {
      case 'CHAN_START': {
        if (uniqueId !== callId) return extension === null ? [] : [{ callId, type: 'started', at, ...leg }]
        const party = partyOf(callId, row.channel, row.callerNumber, row.exten)
        return [{ callId, type: 'started', at, ...leg, ...party }]
      }
      case 'BRIDGE_ENTER':
        return extension === null ? [] : [{ callId, type: 'answered', at, ...leg }]
      case 'HANGUP':
        return extension === null ? [] : [{ callId, type: 'leg-ended', at, ...leg }]
      case 'LINKEDID_END':
        return [{ callId, type: 'ended', at }]
      default:
        return []
    }
  })
}
