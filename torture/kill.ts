import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { resendingSender } from '../server/modules/hl7/mllp-client.ts'
import { encodeEvent } from '../sim/hl7.ts'
import { createWorld, lifeEvents, type SimEvent } from '../sim/life.ts'
import { prng } from '../sim/prng.ts'
import { careloop } from '../test/support/process.ts'
import { deviations } from './check.ts'
import { createInstallation, type Installation } from './installation.ts'
import { expectedFrom } from './model.ts'

export type KillOptions = {
  messages: number
  /** `kill -9` of the serving process. */
  processKills: number
  /** Immediate shutdowns of PostgreSQL. */
  postgresKills: number
  connections: number
  seed: number
  /** Where it is set up; default: a new folder. A `data` in it is used. */
  dir?: string
  say?: (line: string) => void
}

export type KillResult = {
  messages: number
  processKills: number
  postgresKills: number
  /** Kills that met a process which was still starting. */
  killsWhileStarting: number
  /** Answers with AE, each sent again as a sender must. */
  askedToSendAgain: number
  /** Sendings beyond the first of each message, because no answer came. */
  resent: number
  /** Milliseconds from each PostgreSQL kill to the next accepted message. */
  healed: number[]
  /** Milliseconds from each process kill to the next accepted message. */
  recovered: number[]
  seconds: number
  /** Empty when everything is as it must be. */
  deviations: string[]
}

type Load = {
  sent: number
  again: number
  resent: number
  done: boolean
  failure: Error | undefined
  lastAccepted: number
}

/**
 * Plays a simulated hospital into a real installation while its process and its PostgreSQL are killed again and again, then compares the
 * database with a model of what was sent.
 */
export async function killTest(options: KillOptions): Promise<KillResult> {
  const began = performance.now()
  const say = options.say ?? (() => undefined)
  const events = story(options.messages, options.seed)
  const windowStart = Date.now()
  const installation = await createInstallation({ dir: options.dir })
  try {
    await installation.start()
    const load: Load = { sent: 0, again: 0, resent: 0, done: false, failure: undefined, lastAccepted: 0 }
    const sending = send(installation, events, options.connections, load)
    const kills = await killWhile(installation, options, events.length, load, say)
    await sending
    if (load.failure) throw load.failure
    await installation.ready()
    const url = await installation.databaseUrl()
    await quiet(url)
    say(`${load.sent} messages answered, everything applied, comparing`)
    const found = await deviations(url, expectedFrom(events), events.length, windowStart)
    const doctor = await careloop(['doctor', '--audit'], installation.env).ended
    if (!/^OK {3}audit chain/m.test(doctor.output)) found.push(`audit chain: ${doctor.output}`)
    return {
      messages: events.length,
      processKills: options.processKills,
      postgresKills: options.postgresKills,
      ...kills,
      askedToSendAgain: load.again,
      resent: load.resent,
      seconds: (performance.now() - began) / 1000,
      deviations: found,
    }
  } finally {
    await installation.remove()
  }
}

/** Eight weeks of a hospital, so that most discharges are recent enough for follow-up. */
export function story(messages: number, seed: number): SimEvent[] {
  const world = createWorld({ now: new Date(), seed, people: Math.ceil(messages * 0.85) + 30, years: 0.15 })
  const events = [...lifeEvents(world)]
  // A tenth more, because visits that began before the first of them are left out.
  const first = events.length - Math.ceil(messages * 1.1)
  if (first < 0) throw new Error(`the story has only ${events.length} messages`)
  return events.slice(first).filter(startsWithin(events.slice(0, first)))
}

/** Leaves out visits whose beginning was cut off, because the model starts every visit with its first message. */
function startsWithin(before: SimEvent[]): (event: SimEvent) => boolean {
  const cut = new Set(before.map((event) => event.encounter.visitNumber))
  return (event) => !cut.has(event.encounter.visitNumber)
}

/** Several connections; all messages of one person on one of them, in order, each until it is accepted. */
async function send(
  { mllpPort }: Installation,
  events: SimEvent[],
  connections: number,
  load: Load,
): Promise<void> {
  const lanes = Map.groupBy(events, (event) => event.person.index % connections)
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      const sender = resendingSender({ host: '127.0.0.1', port: mllpPort, timeoutMs: 5000 })
      try {
        for (const event of lane) {
          const bytes = encodeEvent(event)
          for (;;) {
            const { ack, attempts } = await sender.send(bytes)
            load.resent += attempts - 1
            if (ack.code === 'AA') break
            if (ack.code !== 'AE') throw new Error(`answered ${ack.code}: ${ack.text}`)
            load.again += 1
            await sleep(100)
          }
          load.sent += 1
          load.lastAccepted = performance.now()
        }
      } catch (error) {
        load.failure = error as Error
      } finally {
        sender.close()
      }
    }),
  )
  load.done = true
}

type Kills = Pick<KillResult, 'killsWhileStarting' | 'healed' | 'recovered'>

/** Kills at random points of the stream; which and when follows from the seed and the speed of the machine. */
async function killWhile(
  installation: Installation,
  options: KillOptions,
  messages: number,
  load: Load,
  say: (line: string) => void,
): Promise<Kills> {
  const random = prng(options.seed, 99, 0)
  const total = options.processKills + options.postgresKills
  const what = Array.from({ length: total }, (_, at) => (at < options.postgresKills ? 'postgres' : 'process'))
  what.sort(() => random() - 0.5)
  const kills: Kills = { killsWhileStarting: 0, healed: [], recovered: [] }
  for (const [at, kind] of what.entries()) {
    // Evenly spread with jitter: two kills may fall close together, none after the last message.
    const threshold = Math.floor(((at + 0.3 + 0.6 * random()) / (total + 1)) * messages)
    while (load.sent < threshold && !load.done) await sleep(2)
    if (load.done) throw new Error(`the load ended before kill ${at + 1} of ${total}: send more messages`)
    await sleep(random() * 20)
    const killed = performance.now()
    if (kind === 'postgres') {
      const before = load.again
      await installation.killPostgres()
      // Its processes end a moment later; what was accepted before the first refusal is no sign of healing.
      for (let look = 0; load.again === before && look < 1000; look++) await sleep(2)
      kills.healed.push(await untilAccepted(load, killed, performance.now()))
    } else {
      await installation.kill()
      if (random() < 0.25) {
        // Killed again while it starts: half-made locks, half-run recovery.
        await installation.start({ ready: false })
        await sleep(100 + random() * 1200)
        await installation.kill()
        kills.killsWhileStarting += 1
      }
      await installation.start({ ready: false })
      kills.recovered.push(await untilAccepted(load, killed, killed + 50))
    }
    const ms = (kind === 'postgres' ? kills.healed : kills.recovered).at(-1) ?? 0
    say(`kill ${at + 1} of ${total} (${kind}) after ${load.sent} messages: accepting again after ${ms} ms`)
  }
  return kills
}

/** Answers under way when the kill came do not count: only one that came later than `from`. */
async function untilAccepted(load: Load, killed: number, from: number): Promise<number> {
  for (;;) {
    if (load.failure) throw load.failure
    if (load.lastAccepted > from) return Math.round(load.lastAccepted - killed)
    if (performance.now() - killed > 60_000) throw new Error('nothing was accepted for 60 s after a kill')
    if (load.done) return Math.round(performance.now() - killed)
    await sleep(5)
  }
}

/** Waits until every message is applied and every due step executed. */
export async function quiet(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const began = performance.now()
    for (;;) {
      await sleep(100)
      const { rows } = await client.query<{ left: string }>(`
        select (select count(*) from inbound_message where status = 'received')
          + (select count(*) from enrollment where status = 'active' and due_at <= now()) as left`)
      if (Number(rows[0]?.left) === 0) return
      if (performance.now() - began > 120_000)
        throw new Error(`after two minutes ${rows[0]?.left} messages or steps are still waiting`)
    }
  } finally {
    await client.end()
  }
}
