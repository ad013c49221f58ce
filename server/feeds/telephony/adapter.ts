import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { AsteriskConfig } from '../../../contract/telephony.ts'
import { noteConnection, telephonyInForce, type TelephonyInForce } from '../../modules/call/account.ts'
import { takeCommands } from '../../modules/call/order.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { openAsterisk } from './asterisk.ts'
import { runWebhookCommands } from './webhook.ts'

/** Longest pause between attempts to connect, ms. */
const longestPauseMs = 15_000

/** One connection to a telephone system. */
export type Connected = {
  /** Sends what waits. */
  look: () => Promise<number>
  /** Resolves with the reason once it has ended. */
  ended: Promise<Error>
  close: () => Promise<void>
}

export type Telephony = { look: () => Promise<number>; stop: () => Promise<void> }

type Held = { version: number; stop: () => Promise<void>; connected: Connected | undefined }

/**
 * Keeps one connection to each telephone system that is switched on. Of several processes the one with the advisory lock has it; a process
 * that dies gives the lock back by dying.
 */
export function openTelephony(services: Services): Telephony {
  const { db, secret, database } = services
  const held = new Map<number, Held>()
  let lease: pg.Client | undefined
  let stopped = false

  async function leaseOf(): Promise<pg.Client | undefined> {
    if (lease) return lease
    const client = new pg.Client({
      connectionString: database.url,
      keepAlive: true,
      application_name: 'careloop telephony',
    })
    const lost = () => {
      if (lease !== client) return
      lease = undefined
      for (const [id, one] of held) {
        held.delete(id)
        void one.stop()
      }
    }
    client.on('error', lost)
    client.on('end', lost)
    await client.connect()
    lease = client
    return client
  }

  async function start(account: TelephonyInForce): Promise<void> {
    const client = await leaseOf()
    const { rows } =
      (await client?.query<{ taken: boolean }>(
        `select pg_try_advisory_lock(hashtext('careloop.telephony'), $1) as taken`,
        [account.id],
      )) ?? {}
    if (!rows?.[0]?.taken) return
    const stop = new AbortController()
    const one: Held = { version: account.version, connected: undefined, stop: () => Promise.resolve() }
    const running = keepConnected(services, account, stop.signal, (connected) => (one.connected = connected))
    one.stop = async () => {
      stop.abort()
      await running
    }
    held.set(account.id, one)
  }

  async function end(id: number, one: Held): Promise<void> {
    held.delete(id)
    await one.stop()
    await lease?.query(`select pg_advisory_unlock(hashtext('careloop.telephony'), $1)`, [id])
  }

  return {
    async look() {
      if (stopped) return 0
      const accounts = await telephonyInForce(db, secret)
      const known = new Map(accounts.map((account) => [account.id, account]))
      for (const [id, one] of held) if (known.get(id)?.version !== one.version) await end(id, one)
      let done = 0
      for (const account of accounts) {
        if (account.kind === 'webhook') done += await runWebhookCommands(services, account)
        else if (!held.has(account.id)) await start(account)
        const one = held.get(account.id)
        if (one?.connected) done += await one.connected.look()
        // Whoever is not connected answers no command: those that are too old are given up, with a word to the agent.
        else if (account.kind === 'asterisk') await takeCommands(db, account.id, { staleOnly: true })
      }
      return done
    },
    async stop() {
      stopped = true
      await Promise.all([...held.values()].map((one) => one.stop()))
      held.clear()
      const client = lease
      lease = undefined
      await client?.end().catch(() => undefined)
    },
  }
}

/** Connects, and again with growing pauses, until stopped. */
async function keepConnected(
  { db }: Services,
  account: TelephonyInForce,
  stop: AbortSignal,
  onConnected: (connected: Connected | undefined) => void,
): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (stop.aborted) resolve()
    stop.addEventListener('abort', () => resolve(), { once: true })
  })
  for (let failures = 0; !isOver(stop);) {
    let reason: unknown
    try {
      const connected = await openAsterisk(db, account, account.config as AsteriskConfig)
      failures = 0
      await noteConnection(db, account.id, { connected: true })
      log.info({ account: account.id }, 'connected to the telephone system')
      onConnected(connected)
      reason = await Promise.race([connected.ended, aborted])
      onConnected(undefined)
      await connected.close()
    } catch (error) {
      reason = error
    }
    if (isOver(stop)) break
    failures += 1
    log.warn({ err: reason, account: account.id }, 'no connection to the telephone system, trying again')
    const error = reason instanceof Error ? reason.message : 'The connection ended'
    await noteConnection(db, account.id, { error }).catch(() => undefined)
    const pause = Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 8))
    await delay(pause, undefined, { signal: stop }).catch(() => undefined)
  }
  await noteConnection(db, account.id, { connected: false }).catch(() => undefined)
}

/** Asked anew each time: what the compiler knows of a signal does not hold over an `await`. */
const isOver = (stop: AbortSignal): boolean => stop.aborted
