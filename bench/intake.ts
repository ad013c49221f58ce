import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { MllpClient } from '../server/modules/hl7/mllp-client.ts'
import { encodeEvent } from '../sim/hl7.ts'
import { createWorld, lifeEvents } from '../sim/life.ts'
import { createInstallation, type Installation } from '../torture/installation.ts'
import { type Figure, whenMain } from './figure.ts'

const rounds: { connections: number; messages: number }[] = [
  { connections: 1, messages: 2500 },
  { connections: 16, messages: 12_000 },
]

/** Messages of a whole hospital, one list per connection; those of one person on one connection, in order. */
function storyFor(seed: number, messages: number, connections: number): Buffer[][] {
  const world = createWorld({ now: new Date(), seed, people: Math.ceil(messages * 0.7), years: 0.15 })
  const lists: Buffer[][] = Array.from({ length: connections }, () => [])
  let count = 0
  for (const event of lifeEvents(world)) {
    lists[event.person.index % connections]?.push(encodeEvent(event))
    if (++count === messages) break
  }
  return lists
}

/** What the disk and PostgreSQL allow: one row, one commit, as many connections. Rows per second. */
async function rawInserts(url: string, lists: Buffer[][], seconds: number): Promise<number> {
  const clients = lists.map(() => new pg.Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  await clients[0]?.query(
    'create table if not exists bench_raw (id bigserial primary key, raw bytea not null)',
  )
  let rows = 0
  const began = performance.now()
  await Promise.all(
    clients.map(async (client, at) => {
      const list = lists[at] ?? []
      for (let i = 0; performance.now() - began < seconds * 1000; i++) {
        await client.query({
          name: 'raw',
          text: 'insert into bench_raw (raw) values ($1)',
          values: [list[i % list.length]],
        })
        rows++
      }
    }),
  )
  const rate = rows / ((performance.now() - began) / 1000)
  await clients[0]?.query('drop table bench_raw')
  await Promise.all(clients.map((client) => client.end()))
  return rate
}

/** Every connection sends its messages one after the other, each answered before the next. Resolves with seconds. */
async function sendAll(port: number, lists: Buffer[][]): Promise<number> {
  const clients = lists.map(() => new MllpClient())
  await Promise.all(clients.map((client) => client.connect('127.0.0.1', port)))
  const began = performance.now()
  await Promise.all(
    clients.map(async (client, at) => {
      for (const message of lists[at] ?? []) {
        const ack = await client.send(message, { timeoutMs: 30_000 })
        if (ack.code !== 'AA') throw new Error(`answered ${ack.code}: ${ack.text}`)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  for (const client of clients) client.close()
  return seconds
}

async function untilApplied(client: pg.Client, total: number): Promise<void> {
  for (;;) {
    // No count: counting a backlog again and again would be work for the server that is measured.
    const { rows } = await client.query(`select 1 from inbound_message where status = 'received' limit 1`)
    if (rows.length === 0) break
    await sleep(20)
  }
  const { rows } = await client.query<{ n: string }>(
    `select count(*) as n from inbound_message where status = 'applied'`,
  )
  if (Number(rows[0]?.n) !== total) throw new Error(`${rows[0]?.n} of ${total} messages were applied`)
}

/** Messages per second from MLLP to commit and acknowledgement, and applied, beside raw inserts into the same server. */
export async function intake(installation?: Installation): Promise<Figure[]> {
  const own = installation ?? (await createInstallation())
  if (!installation) await own.start()
  const url = await own.databaseUrl()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const figures: Figure[] = []
    const before = await client.query<{ n: string }>(`select count(*) as n from inbound_message`)
    let total = Number(before.rows[0]?.n)
    for (const { connections, messages } of rounds) {
      const lists = storyFor(1 + Math.floor(Math.random() * 1e6), messages, connections)
      const count = lists.flat().length
      total += count
      const raw = await rawInserts(url, lists, 3)
      const began = performance.now()
      const seconds = await sendAll(own.mllpPort, lists)
      await untilApplied(client, total)
      const applied = count / ((performance.now() - began) / 1000)
      const many = connections > 1
      const name = many ? `${connections} connections` : '1 connection'
      figures.push(
        { name: `intake, ${name}: raw inserts`, value: raw, unit: 'rows/s' },
        { name: `intake, ${name}: acknowledged`, value: count / seconds, unit: 'messages/s' },
        {
          name: `intake, ${name}: acknowledged ÷ raw`,
          value: count / seconds / raw,
          unit: '',
          ...(many && { aim: { least: 0.4 } }),
        },
        {
          name: `intake, ${name}: applied`,
          value: applied,
          unit: 'messages/s',
          ...(many && { aim: { least: 1500 } }),
        },
      )
    }
    return figures
  } finally {
    await client.end()
    if (!installation) await own.remove()
  }
}

await whenMain(import.meta.url, () => intake())
