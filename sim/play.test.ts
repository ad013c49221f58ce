import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Deframer, frame } from '../server/modules/hl7/framer.ts'
import { controlIdOf, MllpClient, MllpError, resendingSender } from '../server/modules/hl7/mllp-client.ts'
import { DAY } from './clock.ts'
import { createWorld, lifeEvents } from './life.ts'
import { play } from './play.ts'

const now = new Date('2025-06-01T02:00:00Z')
const world = createWorld({ now, people: 2000 })
const recent = { from: new Date(now.getTime() - 30 * DAY) }

interface Received {
  controlId: string
  connection: number
}

type Behaviour = (received: Received, socket: Socket) => string | undefined

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function ack(controlId: string, code = 'AA'): string {
  return `MSH|^~\\&|CareLoop|GH01|HIS|GH01|20250601||ACK|R${controlId}|P|2.5\rMSA|${code}|${controlId}|好\r`
}

/** A receiver that answers as it is told; undefined leaves the message unanswered. */
async function receiver(answer: Behaviour) {
  const received: Received[] = []
  let connections = 0
  const server = createServer((socket) => {
    const connection = connections++
    const deframer = new Deframer()
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const framed of deframer.push(chunk)) {
        if (framed.kind !== 'message') continue
        const message = { controlId: controlIdOf(framed.bytes), connection }
        received.push(message)
        const text = answer(message, socket)
        if (text !== undefined) socket.write(frame(Buffer.from(text)))
      }
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { received, port: (server.address() as AddressInfo).port, host: '127.0.0.1' }
}

function message(controlId: string): Buffer {
  return Buffer.from(`MSH|^~\\&|HIS|GH01|CareLoop|GH01|20250601||ADT^A04|${controlId}|P|2.5\rPID|1\r`)
}

test('everything arrives once and the messages of one person stay in order on one connection', async () => {
  const { received, host, port } = await receiver(({ controlId }) => ack(controlId))
  const events = [...lifeEvents(world, recent)]
  const totals = await play({ events, host, port, connections: 16, charset: 'gb18030' })
  expect(totals).toMatchObject({ sent: events.length, accepted: events.length, rejected: 0, resent: 0 })
  const person = (controlId: string) => controlId.split('-')[1] ?? ''
  const expected = Map.groupBy(events, (e) => person(e.messageControlId))
  for (const [key, list] of Map.groupBy(received, (r) => person(r.controlId))) {
    expect(list.map((r) => r.controlId)).toEqual(expected.get(key)?.map((e) => e.messageControlId))
    expect(new Set(list.map((r) => r.connection)).size).toBe(1)
  }
  expect(received).toHaveLength(events.length)
})

test('a receiver that drops connections and answers gets the same messages again until it answers', async () => {
  let count = 0
  const { received, host, port } = await receiver(({ controlId }, socket) => {
    count++
    if (count % 7 === 3) socket.destroy()
    return count % 7 === 3 || count % 7 === 5 ? undefined : ack(controlId)
  })
  const events = [...lifeEvents(world, recent)].slice(0, 20)
  const totals = await play({ events, host, port, timeoutMs: 60 })
  expect(totals.accepted).toBe(20)
  expect(totals.resent).toBe(received.length - 20)
  expect(totals.resent).toBeGreaterThan(0)
  const once = received.map((r) => r.controlId).filter((id, i, ids) => id !== ids[i - 1])
  expect(once).toEqual(events.map((e) => e.messageControlId))
})

test('live play never runs ahead of the simulated clock and ends without an error when aborted', async () => {
  const stop = new AbortController()
  let answered = 0
  const { received, host, port } = await receiver(({ controlId }) => {
    if (++answered === 3) stop.abort()
    return ack(controlId)
  })
  const startAt = recent.from
  const speed = (5 * DAY) / 1000
  const began = performance.now()
  const totals = await play({
    events: lifeEvents(world, recent),
    host,
    port,
    pace: { speed, startAt },
    signal: stop.signal,
  })
  expect(received.length).toBeGreaterThanOrEqual(3)
  const elapsed = performance.now() - began
  expect(totals.at?.getTime()).toBeLessThan(startAt.getTime() + elapsed * speed)
})

test('an abort frees a sender that cannot reach anybody', async () => {
  const { port } = await receiver(() => undefined)
  const totals = await play({
    events: lifeEvents(world, recent),
    host: '127.0.0.1',
    port,
    connections: 2,
    signal: AbortSignal.timeout(150),
  })
  expect(totals.sent).toBe(0)
})

test('a failure of the events themselves is the failure of the play', async () => {
  const { host, port } = await receiver(({ controlId }) => ack(controlId))
  function* broken() {
    yield* [...lifeEvents(world, recent)].slice(0, 3)
    throw new Error('no more beds')
  }
  await expect(play({ events: broken(), host, port })).rejects.toThrow('no more beds')
})

test('the client gives code, control id and text of the answer', async () => {
  const { host, port } = await receiver(({ controlId }) => ack(controlId, 'AE'))
  const client = new MllpClient()
  await client.connect(host, port)
  expect(await client.send(message('A1'), { timeoutMs: 1000 })).toMatchObject({
    code: 'AE',
    controlId: 'A1',
    text: '好',
  })
  client.close()
})

test('an answer to another message, an answer without MSA and silence are errors that close the connection', async () => {
  const answers = [ack('other'), 'MSH|^~\\&|x\r', undefined]
  const { host, port } = await receiver(() => answers.shift())
  const client = new MllpClient()
  for (const reason of ['mismatch', 'malformed', 'timeout']) {
    await client.connect(host, port)
    // Only silence is waited for: a busy machine takes its time to answer.
    const failure = client.send(message('A1'), { timeoutMs: reason === 'timeout' ? 80 : 5000 })
    await expect(failure).rejects.toMatchObject({ reason })
    expect(client.connected).toBe(false)
  }
})

test('a second message while one is in flight is refused and does not disturb the first', async () => {
  const { host, port } = await receiver(({ controlId }) => ack(controlId))
  const client = new MllpClient()
  await client.connect(host, port)
  const first = client.send(message('A1'), { timeoutMs: 1000 })
  await expect(client.send(message('A2'), { timeoutMs: 1000 })).rejects.toMatchObject({ reason: 'busy' })
  expect((await first).controlId).toBe('A1')
  client.close()
})

test('a connection nobody accepts is refused in words', async () => {
  const { host, port } = await receiver(() => undefined)
  servers.pop()?.close()
  const failure = new MllpClient().connect(host, port)
  await expect(failure).rejects.toThrow(MllpError)
  await expect(failure).rejects.toThrow(/Cannot connect to 127.0.0.1/)
})

test('a resending sender waits for a receiver that starts late and says how often it tried', async () => {
  const { host, port } = await receiver(() => undefined)
  servers.pop()?.close()
  const delays: number[] = []
  const sender = resendingSender({
    host,
    port,
    timeoutMs: 500,
    onStatus: (status) => {
      if (status.kind !== 'retrying') return
      delays.push(status.delayMs)
      if (delays.length === 2) servers.push(late.listen(port, host))
    },
  })
  const late = createServer((socket) => {
    socket.on('data', () => socket.write(frame(Buffer.from(ack('A1')))))
  })
  const { ack: answer, attempts } = await sender.send(message('A1'))
  expect([answer.code, attempts, ...delays]).toEqual(['AA', 3, 100, 200])
  sender.close()
})

test('the control id is found in GB18030 headers whose characters end in a delimiter byte', () => {
  const facility = Buffer.from([0x81, 0x7c])
  const parts = ['MSH|^~\\&|HIS|', facility, '|CRM|GH01|20250601||ADT^A04|K1|P|2.5\r']
  expect(controlIdOf(Buffer.concat(parts.map((part) => Buffer.from(part))))).toBe('K1')
})
