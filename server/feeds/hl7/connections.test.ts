import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts'
import { adtBytes } from '../../../test/support/hl7.ts'
import { idleCrowd, slowCrowd, steadySender } from '../../../test/support/mllp-crowd.ts'
import { frame } from '../../modules/hl7/framer.ts'
import { MllpClient } from '../../modules/hl7/mllp-client.ts'
import { type Database, openDatabase } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { usualLimits } from './connections.ts'
import { type Feed, startFeed } from './feed.ts'

let own: TestDatabase
let database: Database
const feeds: Feed[] = []

beforeAll(async () => {
  log.level = 'silent'
  own = await createTestDatabase()
  database = openDatabase(own.url, { max: 4 })
})
afterAll(async () => {
  await Promise.all(feeds.map((one) => one.close()))
  await database.close()
  await own.drop()
})

async function start(options: Partial<Parameters<typeof startFeed>[0]> = {}): Promise<Feed> {
  const feed = await startFeed({ db: database.db, host: '127.0.0.1', port: 0, ...options })
  feeds.push(feed)
  return feed
}

const stored = async (like: string) =>
  (
    await sql<{ control_id: string }>`
      select control_id from inbound_message where control_id like ${like} and status = 'received'`.execute(
      database.db,
    )
  ).rows.map((row) => row.control_id)

/** Broken off also counts. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

async function send(port: number, controlId: string): Promise<string> {
  const client = new MllpClient()
  await client.connect('127.0.0.1', port)
  const { code } = await client.send(adtBytes({ controlId }), { timeoutMs: 5000 })
  client.close()
  return code
}

test('among 1,000 idle connections and 40 endless frames the HIS is answered within a second, and nothing is lost', async () => {
  const limits = { ...usualLimits, unfinishedBytes: 24 * 1024 * 1024 }
  const { port } = await start({ limits })
  let left = 20
  const message = (controlId: string) => adtBytes({ controlId })
  const calm = await steadySender(
    port,
    (id) => message(`calm-${id}`),
    () => left-- > 0,
    20,
  )
  const before = process.memoryUsage().rss
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20)
  const idle = await idleCrowd(port, 1000)
  const slow = slowCrowd(port, 40, 30 * 1024 * 1024, 400)
  const until = performance.now() + 4000
  const sent = await steadySender(port, message, () => performance.now() < until, 20)
  clearInterval(watch)
  idle.leave()
  slow.leave()
  expect(slow.sent()).toBeGreaterThan(limits.unfinishedBytes)
  // On a machine that does other things as well, a few times what it takes without them.
  expect(sent.slowestMs).toBeLessThan(Math.max(1000, 10 * calm.slowestMs))
  expect(sent.acknowledged.length).toBeGreaterThan(20)
  expect((await stored('steady-%')).sort()).toEqual(sent.acknowledged.sort())
  // The senders are in this process as well.
  expect((peak - before) / 1024 / 1024).toBeLessThan(500)
  expect(slow.answered()).not.toContain('MSA')
}, 600_000)

test('a frame that trickles is cut after its time and is neither acknowledged nor stored', async () => {
  const { port } = await start({ limits: { ...usualLimits, frameMs: 150 } })
  const socket = connect({ host: '127.0.0.1', port })
  let answered = ''
  socket.on('data', (chunk: Buffer) => (answered += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  const bytes = frame(adtBytes({ controlId: 'trickle' }))
  let at = 0
  const drip = setInterval(() => socket.write(bytes.subarray(at, ++at)), 20)
  await closed(socket)
  clearInterval(drip)
  expect(at).toBeLessThan(bytes.length)
  expect(answered).toBe('')
  expect(await stored('trickle')).toEqual([])
  expect(await send(port, 'trickle')).toBe('AA')
})

test('who is silent longest gives way to a new connection, strangers before those that have sent', async () => {
  const { port } = await start({ limits: { ...usualLimits, connections: 4 } })
  const his = new MllpClient()
  await his.connect('127.0.0.1', port)
  await his.send(adtBytes({ controlId: 'way-0' }), { timeoutMs: 5000 })
  const closed: number[] = []
  for (let at = 0; at < 8; at++) {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    socket.once('close', () => closed.push(at))
    await once(socket, 'connect')
    // The answer tells that the one before was admitted.
    if (at >= 3) await expect.poll(() => closed.length).toBe(at - 2)
  }
  expect(closed).toEqual([0, 1, 2, 3, 4])
  expect((await his.send(adtBytes({ controlId: 'way-1' }), { timeoutMs: 5000 })).code).toBe('AA')
  his.close()
})

test('only listed addresses may send', async () => {
  const others = await start({ allowed: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'] })
  const socket = connect({ host: '127.0.0.1', port: others.port })
  socket.on('error', () => undefined)
  let answered = ''
  socket.on('data', (chunk: Buffer) => (answered += chunk.toString('latin1')))
  socket.write(frame(adtBytes({ controlId: 'not-listed' })))
  await closed(socket)
  expect(answered).toBe('')
  const local = await start({ allowed: ['10.0.0.0/8', '127.0.0.0/24'] })
  expect(await send(local.port, 'listed')).toBe('AA')
  expect(await stored('%listed')).toEqual(['listed'])
})

test('a sender that reads no answers is not read from either, so that its answers fill no memory', async () => {
  const { port } = await start()
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  socket.pause()
  const many = Buffer.concat(
    Array.from({ length: 5000 }, (_, at) =>
      frame(Buffer.from(`MSH|^~\\&|U|X|C||20260101||ADT^A08|u${at}|P|2.5\r`)),
    ),
  )
  // Taken until the sender's and the receiver's buffers are full.
  let written = 0
  const goesOn = async () => {
    socket.write(many)
    const taken = await Promise.race([once(socket, 'drain').then(() => true), sleep(1500, false)])
    return taken && (written += many.length) < 200 * 1024 * 1024
  }
  while (await goesOn());
  socket.destroy()
  expect(written).toBeLessThan(100 * 1024 * 1024)
  expect(await send(port, 'after-unread')).toBe('AA')
}, 30_000)
