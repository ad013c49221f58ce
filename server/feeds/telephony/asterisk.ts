import { setTimeout as delay } from 'node:timers/promises'
import type { AsteriskConfig, TelephonyEvent } from '../../../contract/telephony.ts'
import { noteConnection, noteRecordsRead, type TelephonyInForce } from '../../modules/call/account.ts'
import { applyTelephonyEvents } from '../../modules/call/apply.ts'
import { liveCalls } from '../../modules/call/live-calls.ts'
import { finishCommand, takeCommands } from '../../modules/call/order.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { openHttp } from '../../platform/outbound-http.ts'
import { resolveHost } from '../../platform/outbound-host.ts'
import { readSettings } from '../../modules/setting/setting.ts'
import type { Connected } from './adapter.ts'
import { type AmiConnection, type AmiMessage, connectAmi } from './ami.ts'
import { actionOf } from './asterisk-actions.ts'
import { AsteriskEvents } from './asterisk-events.ts'
import { readRecords } from './records.ts'

/** Events written in one transaction. */
const batch = 1000
/** Events that wait for the database; beyond, the connection is given up and the file of call records tells the rest. */
const mostWaiting = 100_000
/** How often the file of call records is looked at, ms. */
const recordsMs = 15_000

/**
 * Connects to Asterisk and writes what it tells. What happened before the connection comes from the file of call records; calls that no
 * longer exist and that no record ends are ended when they were last heard of.
 * @throws {Error} in words for the operator
 */
export async function openAsterisk(
  db: Db,
  account: TelephonyInForce,
  config: AsteriskConfig,
): Promise<Connected> {
  const { 'security.outbound-hosts': allowed } = await readSettings(db, ['security.outbound-hosts'])
  const address = await resolveHost(config.host, allowed)
  const http = openHttp(() => Promise.resolve(allowed), { connections: 2 })
  const reader = new AsteriskEvents(config)
  const writer = openWriter(db, account)
  const early: { event: AmiMessage; at: Date }[] = []
  let ready = false
  const onEvent = (event: AmiMessage) => {
    const at = new Date()
    // Until the running calls are known, events wait: they would end calls whose other channels nobody knows yet.
    if (!ready) early.push({ event, at })
    else writer.add(reader.read(event, at))
  }
  const connection = await connectAmi({
    address,
    host: config.host,
    port: config.port,
    tls: config.tls,
    user: config.user,
    password: config.password ?? '',
    onEvent,
  })
  let recordsRead = account.recordsRead
  const followRecords = async () => {
    if (config.recordsUrl === '') return
    for (let more = true; more;) {
      const found = await readRecords(http, config, recordsRead)
      await writer.write(found.events, { heard: true })
      if (found.read !== recordsRead) await noteRecordsRead(db, account.id, found.read)
      more = found.more
      recordsRead = found.read
    }
  }
  const unreadable = (error: unknown) => {
    log.warn({ err: error, account: account.id }, 'the call records could not be read')
  }
  try {
    const running = await runningChannels(connection)
    const before = await liveCalls(db, account.id)
    const live = reader.restart(running)
    await followRecords().catch(unreadable)
    for (const { event, at } of early) writer.add(reader.read(event, at))
    ready = true
    await writer.flush()
    await endLost(db, account, before, live)
  } catch (error) {
    connection.close()
    http.close()
    throw error
  }
  const timer = setInterval(() => {
    followRecords().catch(unreadable)
  }, recordsMs)
  return {
    look: () => runCommands(db, account.id, connection, config),
    ended: Promise.race([connection.ended, writer.overflow]),
    async close() {
      clearInterval(timer)
      connection.close()
      await writer.flush().catch(() => undefined)
      http.close()
    },
  }
}

async function runningChannels(connection: AmiConnection) {
  const channels = await connection.list({ Action: 'CoreShowChannels' }, 'CoreShowChannelsComplete')
  return channels.flatMap((one) => {
    const { Uniqueid: uniqueId, Linkedid: callId, Channel: channel = '' } = one
    return uniqueId && callId ? [{ uniqueId, callId, channel }] : []
  })
}

/** Calls that ran here and run no more, without a record of their end. */
async function endLost(
  db: Db,
  { id: accountId, siteId }: TelephonyInForce,
  before: Map<string, Date>,
  live: Set<string>,
): Promise<void> {
  const open = await liveCalls(db, accountId)
  const lost = [...before.keys()].filter((id) => open.has(id) && !live.has(id))
  if (lost.length === 0) return
  const events = lost.map((callId): TelephonyEvent => ({
    callId,
    type: 'ended',
    at: (before.get(callId) ?? new Date()).toISOString(),
    cause: 'not-told',
  }))
  await transaction(db, (trx) => applyTelephonyEvents(trx, { accountId, siteId }, events))
}

/** Writes events in batches, one after the other; a database that is away only makes them wait. */
function openWriter(db: Db, { id: accountId, siteId }: TelephonyInForce) {
  const waiting: TelephonyEvent[] = []
  const { promise: overflow, resolve: overflowed } = Promise.withResolvers<Error>()
  let writing: Promise<void> | undefined
  let noted = 0
  const write = async (events: TelephonyEvent[], how: { heard?: boolean } = {}) => {
    if (events.length === 0) return
    await transaction(db, (trx) => applyTelephonyEvents(trx, { accountId, siteId }, events, how))
    if (Date.now() - noted < 10_000) return
    noted = Date.now()
    await noteConnection(db, accountId, { event: true })
  }
  const drain = async () => {
    for (let failures = 0; waiting.length > 0;) {
      const events = waiting.slice(0, batch)
      try {
        await write(events)
        waiting.splice(0, events.length)
        failures = 0
      } catch (error) {
        failures += 1
        log.warn({ err: error, account: accountId }, 'events of calls could not be written, trying again')
        await delay(Math.min(2000, 50 * 2 ** failures))
        if (waiting.length > mostWaiting) {
          waiting.length = 0
          overflowed(new Error('Too many events wait for the database'))
        }
      }
    }
  }
  const flush = () => (writing ??= drain().finally(() => (writing = undefined)))
  return {
    overflow,
    write,
    add(events: TelephonyEvent[]) {
      if (events.length === 0) return
      waiting.push(...events)
      void flush()
    },
    async flush() {
      while (waiting.length > 0 || writing) await flush()
    },
  }
}

async function runCommands(
  db: Db,
  accountId: number,
  connection: AmiConnection,
  config: AsteriskConfig,
): Promise<number> {
  const commands = await takeCommands(db, accountId)
  for (const command of commands) {
    let error: string | null = null
    try {
      const action = await actionOf(command, config, (channelId) => channelOf(connection, channelId))
      const { Response: response, Message: message } = await connection.send(action)
      if (response !== 'Success') error = message ?? response ?? 'refused'
    } catch (cause) {
      error = (cause as Error).message
    }
    await finishCommand(db, command.id, error)
  }
  return commands.length
}

/** The name of a running channel, which actions need, by its Uniqueid. @throws {Error} when it has gone */
async function channelOf(connection: AmiConnection, uniqueId: string): Promise<string> {
  const channels = await runningChannels(connection)
  const channel = channels.find((one) => one.uniqueId === uniqueId)?.channel
  if (!channel) throw new Error('This telephone is no longer in the call.')
  return channel
}
