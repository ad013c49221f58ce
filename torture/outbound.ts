import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createChannel } from '../server/modules/outbound/channel.ts'
import { updatePerson } from '../server/modules/person/change.ts'
import { MllpClient } from '../server/modules/hl7/mllp-client.ts'
import { systemActor } from '../server/platform/actor.ts'
import { type Database, openDatabase, transaction } from '../server/platform/db.ts'
import { log } from '../server/platform/log.ts'
import { prng } from '../sim/prng.ts'
import { ack, type Received, startReceiver } from '../test/support/receiver.ts'
import { createInstallation, type Installation } from './installation.ts'
import { type Answer, judge, type Reception } from './outbound-check.ts'

export type OutboundOptions = {
  /** Late, wrong and missing answers to inject. */
  faults: number
  /** `kill -9` of the sending process, while messages are on the wire. */
  kills: number
  channels: number
  persons: number
  seed: number
  /** Where it is set up; default: a new folder. A `data` in it is used. */
  dir?: string
  say?: (line: string) => void
}

export type OutboundResult = {
  messages: number
  /** Frames that arrived at the receivers. */
  received: number
  injected: Record<string, number>
  faults: number
  kills: number
  /** Messages that arrived more than once; each is marked. */
  again: number
  seconds: number
  /** Empty when everything is as it must be. */
  deviations: string[]
}

/** Longer than a working answer ever takes here, short enough for hundreds of missing ones. */
const ackTimeoutMs = 400

/**
 * A real installation sends corrections to receivers that answer late, wrongly or not at all, and is killed meanwhile. Every answer has a
 * number of its own, so that afterwards each credited one can be compared with what the receiver meant by it.
 */
export async function outboundTest(options: OutboundOptions): Promise<OutboundResult> {
  const began = performance.now()
  const say = options.say ?? (() => undefined)
  const world = new Receivers(options)
  const installation = await createInstallation({ dir: options.dir })
  let database: Database | undefined
  try {
    await installation.start()
    database = openDatabase(await installation.databaseUrl(), { max: 4 })
    const ports = await world.open(options.channels)
    await addPersons(installation, options.persons, database)
    await addChannels(database, ports)
    const messages = await correctAll(database, options)
    say(`${messages} messages queued on ${options.channels} channels`)
    await killWhile(installation, options.kills, world, say)
    await settled(database, say)
    const deviations = await judge(database.url, world.log, world.answers)
    if (world.overlaps.length > 0)
      deviations.push(`more on the wire than the channel allows: ${world.overlaps.slice(0, 3).join('; ')}`)
    if (world.faults < options.faults)
      deviations.push(`only ${world.faults} of ${options.faults} faults were injected`)
    return {
      messages,
      received: world.log.length,
      injected: Object.fromEntries([...world.injected].sort(([a], [b]) => (a < b ? -1 : 1))),
      faults: world.faults,
      kills: options.kills,
      again: [...Map.groupBy(world.log, (one) => one.controlId).values()].filter((all) => all.length > 1)
        .length,
      seconds: (performance.now() - began) / 1000,
      deviations,
    }
  } finally {
    await database?.close()
    await world.close()
    await installation.remove()
  }
}

/** Every fourth channel takes several at once. */
const lanesOf = (channel: number) => (channel % 4 === 3 ? 3 : 1)

const kinds = [
  'another message',
  'the message before',
  'another, then the right one',
  'nothing',
  'late, on the old connection',
  'late, on the next connection',
  'half an answer',
  'half an answer, then closed',
  'closed',
  'reset',
  'garbage',
  'without MSA',
  'a code that means nothing',
  'no control id',
  'rejected',
  'the right one twice',
  'the one before, then the right one',
] as const

/** The hospital systems: they note what they got and what they meant by each answer. */
class Receivers {
  readonly log: Reception[] = []
  readonly answers = new Map<string, Answer>()
  readonly injected = new Map<string, number>()
  readonly overlaps: string[] = []
  faults = 0
  #kind = ''
  #left: number
  readonly #random: () => number
  readonly #open: { close: () => Promise<void> }[] = []
  /** What each channel has on the wire, by connection. */
  readonly #wire = new Map<number, Map<Socket, string>>()
  readonly #before = new Map<number, string>()
  /** The message that each channel's receiver took last. */
  readonly #taken = new Map<number, string>()
  /** Answers kept back for the next connection of a channel. */
  readonly #owed = new Map<number, Buffer[]>()

  constructor({ faults, seed }: OutboundOptions) {
    this.#left = faults
    this.#random = prng(seed)
  }

  async open(count: number): Promise<number[]> {
    const ports: number[] = []
    for (let channel = 0; channel < count; channel++) {
      const wire = new Map<Socket, string>()
      this.#wire.set(channel, wire)
      const receiver = await startReceiver((one) => this.#take(channel, one), {
        onClose: (socket) => wire.delete(socket),
      })
      this.#open.push(receiver)
      ports.push(receiver.port)
    }
    return ports
  }

  /** True while some message waits for an answer that a kill can take away. */
  get onTheWire(): boolean {
    return [...this.#wire.values()].some((wire) => wire.size > 0)
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()))
  }

  #take(channel: number, one: Received): void {
    const wire = this.#wire.get(channel) ?? new Map<Socket, string>()
    this.log.push({ channel, controlId: one.controlId })
    // A closed connection may be noticed after the next one opened; what it had on the wire does not count any more.
    for (const socket of wire.keys()) if (socket.destroyed || socket.readableEnded) wire.delete(socket)
    wire.set(one.socket, one.controlId)
    if (wire.size > lanesOf(channel)) this.overlaps.push(`${wire.size} on channel ${channel}`)
    const before = this.#before.get(channel)
    this.#before.set(channel, one.controlId)
    const owed = this.#owed.get(channel)
    if (owed) {
      this.#owed.delete(channel)
      for (const bytes of owed) one.socket.write(bytes)
    }
    const kind =
      this.#left > 0 && this.#random() < 0.7 ? kinds[Math.floor(this.#random() * kinds.length)] : undefined
    this.#kind = kind ?? 'right'
    if (!kind) {
      this.#answer(channel, one, 'AA')
      return
    }
    this.#left -= 1
    this.faults += 1
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1)
    this.#misbehave(kind, channel, one, before)
  }

  /** An answer that the receiver means. */
  #answer(channel: number, one: Received, code: 'AA' | 'AE'): void {
    this.#wire.get(channel)?.delete(one.socket)
    if (code === 'AA') this.#taken.set(channel, one.controlId)
    one.socket.write(this.#said(code, one.controlId, true))
  }

  /** Bytes of a new answer; `meant` is whether the receiver really judged that message so, in time and on its connection. */
  #said(code: string, controlId: string, meant: boolean): Buffer {
    const id = `ACK${this.answers.size + 1}`
    this.answers.set(id, { code, controlId, meant, kind: this.#kind })
    return ack(code, controlId, { id, text: code === 'AE' ? 'unknown patient' : undefined })
  }

  #misbehave(kind: (typeof kinds)[number], channel: number, one: Received, before: string | undefined): void {
    const { socket, controlId } = one
    const write = (...parts: Buffer[]) => socket.write(Buffer.concat(parts))
    const wrong = (code: string, id: string) => {
      this.#wire.get(channel)?.delete(socket)
      return this.#said(code, id, false)
    }
    const other = before && before !== controlId ? before : 'CL-somebody-elses'
    const actions: Record<typeof kind, () => unknown> = {
      'another message': () => write(wrong('AA', 'CL-never-sent-at-all')),
      'the message before': () => write(wrong('AA', other)),
      // The sender must not read on after the first.
      'another, then the right one': () => write(wrong('AA', other), wrong('AA', controlId)),
      nothing: () => undefined,
      'late, on the old connection': () =>
        setTimeout(() => socket.write(this.#said('AA', controlId, false)), ackTimeoutMs + 150),
      // Of a message that was really taken: should it come once more itself (its sender was killed), this answer is true.
      'late, on the next connection': () => {
        const taken = this.#taken.get(channel)
        this.#owed.set(channel, [
          ...(taken ? [this.#said('AA', taken, true)] : []),
          this.#said('AR', 'CL-late', false),
        ])
      },
      'half an answer': () => write(this.#said('AA', controlId, false).subarray(0, -8)),
      'half an answer, then closed': () => socket.end(this.#said('AA', controlId, false).subarray(0, -8)),
      closed: () => socket.end(),
      reset: () => socket.resetAndDestroy(),
      garbage: () => write(Buffer.from('\x0b\xff\xfe MSA|AA|\r\x1c\r', 'latin1')),
      'without MSA': () =>
        write(Buffer.from(`\x0bMSH|^~\\&|HIS|NH|||||NACK|x|P|2.5\rERR||${controlId}\r\x1c\r`)),
      'a code that means nothing': () => write(wrong('OK', controlId)),
      'no control id': () => write(wrong('AA', '')),
      rejected: () => this.#answer(channel, one, 'AE'),
      'the right one twice': () => {
        this.#answer(channel, one, 'AA')
        write(wrong('AA', controlId))
      },
      'the one before, then the right one': () => write(wrong('AA', other), wrong('AE', controlId)),
    }
    actions[kind]()
  }
}

const staff = systemActor('user:torture', 'Torture')

async function addPersons(installation: Installation, count: number, database: Database): Promise<void> {
  const client = new MllpClient()
  await client.connect('127.0.0.1', installation.mllpPort)
  for (let person = 0; person < count; person++) {
    const message = [
      `MSH|^~\\&|HIS|NH|CARELOOP|NH|20261101080000+0800||ADT^A28|P${person}|P|2.5||||||UNICODE UTF-8`,
      `PID|1||P${person}^^^NH^MR||测^试||19700102|F`,
      '',
    ].join('\r')
    await client.send(Buffer.from(message), { timeoutMs: 10_000 })
  }
  client.close()
  const known = async () =>
    (await database.pool.query(`select 1 from person_identifier where system = 'mrn:NH'`)).rowCount ?? 0
  while ((await known()) < count) await sleep(50)
}

async function addChannels({ db }: Database, ports: number[]): Promise<void> {
  log.level = 'error'
  for (const [key, value] of [
    ['outbound.retry-first-seconds', 0.01],
    ['outbound.retry-longest-seconds', 0.05],
    ['outbound.ack-timeout-seconds', ackTimeoutMs / 1000],
  ] as const)
    await db
      .insertInto('setting')
      .values({ key, value: JSON.stringify(value) })
      .execute()
  for (const [channel, port] of ports.entries())
    await transaction(db, (trx) =>
      createChannel(trx, staff, {
        name: `HIS ${channel}`,
        host: '127.0.0.1',
        port,
        tls: false,
        tlsCa: null,
        receivingApplication: 'HIS',
        receivingFacility: 'NH',
        assigningAuthority: 'NH',
        kinds: ['ADT^A31'],
        charset: channel % 2 === 0 ? 'UTF-8' : 'GB18030',
        hl7Version: '2.5',
        ackTimeoutSeconds: null,
        maxInFlight: lanesOf(channel),
        holdOnReject: false,
        active: true,
      }),
    )
}

/** As many corrections as it takes to meet every fault: each goes to every channel. */
async function correctAll({ db }: Database, { faults, channels, persons }: OutboundOptions): Promise<number> {
  const rows = await db.selectFrom('person').select('id').orderBy('id').execute()
  const corrections = Math.ceil((faults * 0.75) / channels) + 2
  for (let at = 0; at < corrections; at++) {
    const id = rows[at % persons]?.id ?? 0
    await transaction(db, async (trx) => {
      const person = await trx
        .selectFrom('person')
        .select('version')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      await updatePerson(trx, staff, id, { version: person.version, name: `测试${at}` })
    })
  }
  return corrections * channels
}

async function killWhile(
  installation: Installation,
  kills: number,
  world: Receivers,
  say: (line: string) => void,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    const enough = world.log.length + 5
    for (let look = 0; look < 500 && !(world.onTheWire && world.log.length >= enough); look++) await sleep(5)
    await installation.kill()
    await installation.start()
    say(`killed ${kill} of ${kills}, ${world.log.length} frames received, ${world.faults} faults injected`)
  }
}

async function settled({ pool }: Database, say: (line: string) => void): Promise<void> {
  for (let look = 0; ; look++) {
    const { rows } = await pool.query<{ open: number }>(
      `select count(*)::int as open from outbound_message where status in ('queued', 'sent', 'unknown')`,
    )
    const open = rows[0]?.open ?? 0
    if (open === 0) return
    if (look % 200 === 199) say(`${open} messages still waiting`)
    if (look > 3000) throw new Error(`${open} messages were not settled in 5 minutes`)
    await sleep(100)
  }
}
