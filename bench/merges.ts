import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { MllpClient } from '../server/modules/hl7/mllp-client.ts'
import { mergePersons, unmergePerson } from '../server/modules/person/merge.ts'
import { systemActor } from '../server/platform/actor.ts'
import { type Db, openDatabase, transaction } from '../server/platform/db.ts'
import { encodeEvent } from '../sim/hl7.ts'
import type { SimEvent } from '../sim/life.ts'
import { createInstallation } from '../torture/installation.ts'
import { quiet, story } from '../torture/kill.ts'
import { type Figure, quantile, whenMain } from './figure.ts'
import { deviationsBeside, type Merge } from './merges-check.ts'

const aims = { messagesPerSecond: 1000, mergesPerMinute: 10_000 }
/** What is paced at the aim itself ends just below it. */
const pace = 1.02
const connections = { messages: 16, merges: 8 }
/** Of every tenth person made of four records one merge is taken back, when so many others have been made since. */
const takenBack = { oneIn: 10, after: 40 }

const actor = systemActor('system:bench', 'Merges beside a feed')

/** Sends the messages at their pace, those of one person in order on one connection. @returns seconds until the last answer */
async function feed(port: number, events: SimEvent[], latencies: number[]): Promise<number> {
  const began = performance.now()
  const perMs = (aims.messagesPerSecond * pace) / 1000
  const numbered = events.map((event, number) => ({ event, due: began + number / perMs }))
  const lanes = Map.groupBy(numbered, ({ event }) => event.person.index % connections.messages)
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      const client = new MllpClient()
      await client.connect('127.0.0.1', port)
      for (const { event, due } of lane) {
        if (due > performance.now()) await sleep(due - performance.now())
        const sent = performance.now()
        const ack = await client.send(encodeEvent(event), { timeoutMs: 30_000 })
        if (ack.code !== 'AA') throw new Error(`answered ${ack.code}: ${ack.text}`)
        latencies.push(performance.now() - sent)
      }
      client.close()
    }),
  )
  return (performance.now() - began) / 1000
}

type Merging = { merges: Merge[]; latencies: number[]; seconds: number }

/**
 * Makes one person of every four records, in the order in which the feed brings them, and takes back some of the merges, until so many are made.
 * The feed goes on about most of them meanwhile.
 */
async function mergeArriving(db: Db, wanted: number): Promise<Merging> {
  const done: Merging = { merges: [], latencies: [], seconds: 0 }
  const arrived: number[] = []
  const toTakeBack: Merge[] = []
  const perMs = (aims.mergesPerMinute * pace) / 60_000
  let [groups, begun, last] = [0, 0, 0]
  const began = performance.now()

  async function group(): Promise<number[]> {
    while (arrived.length < 4) {
      const { rows } = await sql<{
        id: number
      }>`select id from person where id > ${last} order by id`.execute(db)
      arrived.push(...rows.map((row) => row.id).filter((id) => id > last))
      last = arrived.at(-1) ?? last
      if (arrived.length < 4) await sleep(20)
    }
    return arrived.splice(0, 4)
  }

  async function merge(survivorId = 0, mergedId = 0): Promise<Merge> {
    const due = began + begun++ / perMs
    if (due > performance.now()) await sleep(due - performance.now())
    const from = performance.now()
    const { mergeId } = await transaction(db, (trx) =>
      mergePersons(trx, actor, { survivorId, mergedId, source: 'manual', reason: 'bench' }),
    )
    done.latencies.push(performance.now() - from)
    const made = { mergeId: mergeId ?? 0, survivorId, mergedId, undone: false }
    done.merges.push(made)
    return made
  }

  async function takeBack(one: Merge | undefined): Promise<void> {
    if (!one) return
    await transaction(db, (trx) => unmergePerson(trx, actor, { mergeId: one.mergeId, reason: 'bench' }))
    one.undone = true
  }

  await Promise.all(
    Array.from({ length: connections.merges }, async () => {
      while (begun < wanted) {
        const [a, b, c, d] = await group()
        const made = [await merge(a, b), await merge(c, d), await merge(a, c)]
        const nth = groups++ / takenBack.oneIn
        if (Number.isInteger(nth)) toTakeBack.push(...made.slice(nth % 3, (nth % 3) + 1))
        if (toTakeBack.length * takenBack.oneIn > takenBack.after) await takeBack(toTakeBack.shift())
      }
    }),
  )
  done.seconds = (performance.now() - began) / 1000
  for (const one of toTakeBack) await takeBack(one)
  return done
}

/**
 * Records are merged and separated beside a feed that goes on writing about them, for `seconds`; afterwards everything that was said must be
 * there once, on the record that it was said of.
 * @throws {Error} when anything is lost, doubled or misplaced
 */
export async function merges(seconds = 60): Promise<Figure[]> {
  const seed = 1 + Math.floor(Math.random() * 1e6)
  const events = story(Math.ceil(seconds * aims.messagesPerSecond), seed)
  const windowStart = Date.now()
  const installation = await createInstallation()
  try {
    await installation.start()
    const url = await installation.databaseUrl()
    const { db, close } = openDatabase(url, { max: connections.merges })
    const answered: number[] = []
    const [fed, done] = await Promise.all([
      feed(installation.mllpPort, events, answered),
      mergeArriving(db, Math.ceil((seconds * aims.mergesPerMinute) / 60)),
    ])
    const ended = performance.now()
    await close()
    await quiet(url)
    const backlog = (performance.now() - ended) / 1000
    const found = await deviationsBeside(installation, events, windowStart, done.merges)
    if (found.length > 0)
      throw new Error(`beside ${done.merges.length} merges (seed ${seed}):\n${found.join('\n')}`)
    const p99 = (values: number[]) =>
      quantile(
        values.toSorted((a, b) => a - b),
        0.99,
      )
    return [
      {
        name: 'merges beside a feed: merges',
        value: (done.merges.length / done.seconds) * 60,
        unit: '/min',
        aim: { least: aims.mergesPerMinute },
      },
      {
        name: 'merges beside a feed: messages acknowledged',
        value: events.length / fed,
        unit: '/s',
        aim: { least: aims.messagesPerSecond },
      },
      { name: 'merges beside a feed: merge p99', value: p99(done.latencies), unit: 'ms' },
      { name: 'merges beside a feed: acknowledgement p99', value: p99(answered), unit: 'ms' },
      { name: 'merges beside a feed: until all was applied afterwards', value: backlog, unit: 's' },
      {
        name: 'merges beside a feed: taken back',
        value: done.merges.filter((one) => one.undone).length,
        unit: 'merges',
      },
    ]
  } finally {
    await installation.remove()
  }
}

await whenMain(import.meta.url, () => merges(Number(process.argv[2] ?? 60)))
