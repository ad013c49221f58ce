import { once } from 'node:events'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  cancelOutboundMessages,
  createOutboundChannel,
  getOutboundMessage,
  listOutboundChannels,
  listOutboundMessages,
  replayOutboundMessages,
  revealOutboundMessage,
  testOutboundChannel,
  updateOutboundChannel,
} from '../../../contract/outbound.ts'
import { getPerson, updatePerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { ack, type Received, type Receiver, startReceiver } from '../../../test/support/receiver.ts'
import { decode } from '../hl7/charset.ts'
import { transaction } from '../../platform/db.ts'
import { testActor } from '../../../test/support/app.ts'
import { outboundJobs } from './jobs.ts'
import { mergePersons, unmergePerson } from '../person/merge.ts'
import { openSenders, sendDue } from './send.ts'

let app: TestApp
let admin: string
let centre: string
let manager: string
let his: Receiver
/** How the receiver answers the next frames; an empty list means AA. */
let script: ((one: Received) => void)[]
let channel: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'FIRST' })
  admin = await app.signInAs('administrator')
  centre = await app.signInAs('service-centre')
  manager = await app.signInAs('manager')
  for (const name of ['retry-first', 'retry-longest'])
    await sql`insert into setting (key, value) values (${`outbound.${name}-seconds`}, '0.01')`.execute(app.db)
})
afterAll(() => app.close())

beforeEach(async () => {
  await sql`update outbound_channel set active = false`.execute(app.db)
  await sql`update outbound_message set status = 'cancelled' where status in ('queued', 'unknown', 'rejected')`.execute(
    app.db,
  )
  script = []
  his = await startReceiver((one) => {
    const next = script.shift()
    if (next) next(one)
    else one.socket.write(ack('AA', one.controlId))
  })
  channel = await addChannel()
  return () => his.close()
})

let channels = 0
async function addChannel(said: Record<string, unknown> = {}): Promise<number> {
  const { body, error } = await app.request(admin, createOutboundChannel, {
    body: { ...settings(), name: `HIS ${++channels}`, ...said },
  })
  expect(error).toBeUndefined()
  return body.id
}

function settings() {
  return {
    name: `HIS ${channels}`,
    host: '127.0.0.1',
    port: his.port,
    receivingApplication: 'HIS',
    receivingFacility: 'NH',
    assigningAuthority: 'NH',
    kinds: ['ADT^A31'],
    ackTimeoutSeconds: 0.3,
  }
}

async function correct(mrn: string, change: Record<string, unknown>): Promise<number> {
  const person = await personOf(app, mrn)
  const { body } = await app.request(centre, getPerson, { params: { id: person } })
  const { status } = await app.request(centre, updatePerson, {
    params: { id: person },
    body: { version: body.version, ...change },
  })
  expect(status).toBe(200)
  return person
}

/** Looks until nothing moves any more; every look lets the pause after a failure end first. */
async function sendAll(looks = 12): Promise<void> {
  for (let look = 0; look < looks; look++) {
    await sql`update outbound_channel set retry_at = null`.execute(app.db)
    await sendDue(app.services)
  }
}

const list = async (query: Record<string, unknown> = { channelId: channel }) =>
  (await app.request(admin, listOutboundMessages, { query })).body.items
const detail = async (id: number) => (await app.request(admin, getOutboundMessage, { params: { id } })).body
const stateOf = async (id: number) =>
  (await app.request(admin, listOutboundChannels)).body.items.find((one) => one.id === id)

test('a correction made by people goes to the HIS as ADT^A31, in its character set, with its own record numbers only', async () => {
  await sql`update outbound_channel set active = false`.execute(app.db)
  channel = await addChannel({ charset: 'GB18030', hl7Version: '2.4', receivingApplication: 'H|IS' })
  await receive(app, {
    mrn: 'A31',
    identifiers: 'A31^^^NH^MR~110101195001019876^^^CN^NI~X9^^^OTHER^MR',
    phone: '13800002222',
    address: '桃花路7号',
  })
  await correct('A31', { name: '欧阳娜&娜', sex: 'female', birthDate: '1951-03-04' })
  await sendAll(1)
  const text = decode(his.received[0]?.bytes ?? Buffer.alloc(0), 'gb18030')
  const [message] = await list()
  const segments = text.split('\r')
  expect(segments[0]).toMatch(
    /^MSH\|\^~\\&\|CARELOOP\|CARELOOP\|H\\F\\IS\|NH\|\d{14}\+0800\|\|ADT\^A31\^ADT_A05\|CL-[\w-]{16}\|P\|2\.4\|{6}GB 18030-2000$/,
  )
  expect(segments[2]).toBe('PID|1||A31^^^NH^MR||欧阳^娜\\T\\娜^^^^^L||19510304|F|||||13800002222^PRN^CP')
  // Not the header: its random control id may hold the same two letters.
  expect(segments.slice(1).join('\n')).not.toMatch(/110101|X9|桃花/)
  expect(message).toMatchObject({ status: 'acknowledged', attempts: 1, possibleDuplicate: false })
})

test('a cleared birth date is cleared there, and what the HIS itself says is never sent back', async () => {
  await receive(app, { mrn: 'CLEAR' })
  await correct('CLEAR', { birthDate: null, addPhone: '0574-87654321' })
  await receive(app, { mrn: 'CLEAR', event: 'A08', name: '测试乙', at: new Date() })
  await correct('CLEAR', { note: 'only ours' })
  await sendAll(1)
  expect(his.received).toHaveLength(1)
  expect(his.received[0]?.bytes.toString()).toMatch(/PID\|1\|\|CLEAR.*\|\|""\|F\|.*0574-87654321/)
  // Our own listener understands what we send, and nothing comes of it but what was said.
  const [sent] = his.received
  await receiveText(app, sent?.bytes.toString().replace('|CARELOOP|CARELOOP|', '|HIS|NH|') ?? '')
  const { rows } = await sql<{ status: string; phones: string[] }>`
    select m.status, array(select value from person_telecom t where t.person_id = p.id) as phones
    from inbound_message m join person p on p.id = m.person_id where m.control_id = ${sent?.controlId}`.execute(
    app.db,
  )
  expect(rows).toEqual([{ status: 'applied', phones: ['+8657487654321'] }])
  expect(await list()).toHaveLength(1)
})

test('a person without a record number of the receiver is not sent, an inactive channel gets nothing', async () => {
  await receive(app, { mrn: 'FOREIGN', identifiers: 'FOREIGN^^^NH^MR' })
  await sql`update outbound_channel set assigning_authority = 'ELSEWHERE' where id = ${channel}`.execute(
    app.db,
  )
  await correct('FOREIGN', { name: '测试丙' })
  expect(await list()).toHaveLength(0)
  await sql`update outbound_channel set assigning_authority = 'NH', active = false where id = ${channel}`.execute(
    app.db,
  )
  await correct('FOREIGN', { name: '测试丁' })
  expect(await list()).toHaveLength(0)
})

test.each<[string, string, (one: Received) => void]>([
  ['an answer to another message', 'mismatch', (one) => one.socket.write(ack('AA', 'CL-other'))],
  ['no answer', 'timeout', () => undefined],
  ['half an answer', 'timeout', (one) => one.socket.write(ack('AA', one.controlId).subarray(0, -3))],
  ['a closed connection', 'closed', (one) => one.socket.destroy()],
  [
    'an answer without MSA',
    'malformed',
    (one) => one.socket.write(Buffer.from('\x0bMSH|^~\\&|HIS\rERR|x\r\x1c\r')),
  ],
  [
    'an answer with a code that means nothing',
    'malformed',
    (one) => one.socket.write(ack('OK', one.controlId)),
  ],
])(
  '%s credits nothing; the message goes out again under its control id and is marked',
  async (_, code, fault) => {
    await receive(app, { mrn: 'RESEND' })
    await correct('RESEND', { name: `测试${code}${channels}` })
    script = [fault]
    await sendAll(1)
    const [first] = await list()
    expect(first).toMatchObject({ status: 'unknown', attempts: 1 })
    expect((await stateOf(channel))?.state).toBe('down')
    await sendAll(1)
    const [second] = await list()
    expect(second).toMatchObject({ status: 'acknowledged', attempts: 2, possibleDuplicate: true })
    expect(his.received.map((one) => one.controlId)).toEqual([first?.controlId, first?.controlId])
    const { sendings } = await detail(second?.id ?? 0)
    expect(sendings).toMatchObject([
      { number: 1, resend: false, outcome: 'unknown', code },
      { number: 2, resend: true, outcome: 'acknowledged', code: 'AA' },
    ])
    expect((await stateOf(channel))?.state).toBe('up')
  },
)

test('a late answer is not taken for the answer to the next message', async () => {
  for (const mrn of ['LATE1', 'LATE2']) {
    await receive(app, { mrn })
    await correct(mrn, { name: '测试晚' })
  }
  let late: Received | undefined
  script = [
    (one) => {
      late = one
    },
    (one) => {
      // The first message again, by now on another connection: the late answer comes on the old one.
      late?.socket.write(ack('AA', late.controlId))
      one.socket.write(ack('AR', one.controlId, { text: 'unknown patient 13812345678' }))
    },
    // The answer to the first message once more, before the one to the second.
    (one) => one.socket.write(Buffer.concat([ack('AA', late?.controlId ?? ''), ack('AA', one.controlId)])),
  ]
  await sendAll()
  const items = (await list()).reverse()
  expect(items).toMatchObject([
    { status: 'rejected', attempts: 2, reason: 'unknown patient 138****5678' },
    { status: 'acknowledged', attempts: 2 },
  ])
})

test('a rejected message shows why, lets the next ones pass, and is replayed or cancelled by hand', async () => {
  await receive(app, { mrn: 'REJ1' }, { mrn: 'REJ2' })
  script = [
    (one) =>
      one.socket.write(
        ack('AE', one.controlId, { rest: 'ERR||PID^1^3|204^Unknown key|E||||No such patient\r' }),
      ),
  ]
  await correct('REJ1', { name: '测试拒' })
  await correct('REJ2', { name: '测试过' })
  await sendAll(2)
  const [passed, rejected] = await list()
  expect(passed).toMatchObject({ status: 'acknowledged' })
  expect(rejected).toMatchObject({ status: 'rejected', reason: 'No such patient' })
  const ids = [rejected?.id ?? 0, passed?.id ?? 0]
  expect((await app.request(admin, replayOutboundMessages, { body: { ids } })).body).toEqual({
    replayed: 1,
    overtaken: 0,
  })
  await sendAll(1)
  expect(await detail(rejected?.id ?? 0)).toMatchObject({ status: 'acknowledged', possibleDuplicate: true })
  const { body } = await app.request(admin, cancelOutboundMessages, { body: { ids, reason: 'not needed' } })
  expect(body).toEqual({ cancelled: 0 })
})

test('a rejected correction that a newer one overtook is not replayed: it would undo the newer one', async () => {
  await receive(app, { mrn: 'OLD' })
  script = [(one) => one.socket.write(ack('AR', one.controlId))]
  await correct('OLD', { name: '测试旧' })
  await correct('OLD', { name: '测试新' })
  await sendAll(1)
  const [, rejected] = await list()
  const { body } = await app.request(admin, replayOutboundMessages, { body: { ids: [rejected?.id] } })
  expect(body).toEqual({ replayed: 0, overtaken: 1 })
  expect((await list())[1]?.status).toBe('rejected')
})

test('a channel that holds on rejection waits until somebody decides', async () => {
  const { version } = (await stateOf(channel)) ?? { version: 0 }
  const held = { ...settings(), holdOnReject: true, version }
  await app.request(admin, updateOutboundChannel, { params: { id: channel }, body: held })
  await receive(app, { mrn: 'HOLD1' }, { mrn: 'HOLD2' })
  script = [(one) => one.socket.write(ack('AR', one.controlId))]
  await correct('HOLD1', { name: '测试停' })
  await correct('HOLD2', { name: '测试等' })
  await sendAll(2)
  expect(his.received).toHaveLength(1)
  expect(await stateOf(channel)).toMatchObject({ state: 'held', waiting: 1, rejected: 1 })
  const [, rejected] = await list()
  const cancel = { ids: [rejected?.id], reason: '人工处理' }
  expect((await app.request(admin, cancelOutboundMessages, { body: cancel })).body).toEqual({ cancelled: 1 })
  await sendAll(1)
  expect(await stateOf(channel)).toMatchObject({ state: 'up', waiting: 0 })
  const stale = await app.request(admin, updateOutboundChannel, { params: { id: channel }, body: held })
  expect(stale.error?.id).toBe('changed-meanwhile')
})

test('two senders on one database: one sends, in order, one message at a time', async () => {
  const other = openSenders(app.services)
  const mrns = Array.from({ length: 12 }, (_, at) => `TWO${at}`)
  await receive(app, ...mrns.map((mrn) => ({ mrn })))
  for (const mrn of mrns) await correct(mrn, { name: '测试双' })
  let most = 0
  let open = 0
  script = mrns.map(() => (one: Received) => {
    most = Math.max(most, ++open)
    setImmediate(() => {
      open -= 1
      one.socket.write(ack('AA', one.controlId))
    })
  })
  await Promise.all([other.look(), sendDue(app.services), sendDue(app.services)])
  await expect.poll(async () => (await list()).filter((one) => one.status !== 'acknowledged')).toEqual([])
  await other.stop()
  expect(most).toBe(1)
  const order = (await list()).reverse().map((one) => one.controlId)
  expect(his.received.map((one) => one.controlId)).toEqual(order)
})

test('several in flight only where configured, and never two of one person', async () => {
  await sql`update outbound_channel set max_in_flight = 4 where id = ${channel}`.execute(app.db)
  const mrns = ['PAR1', 'PAR2', 'PAR3', 'PAR4']
  await receive(app, ...mrns.map((mrn) => ({ mrn })))
  for (const name of ['测试一', '测试二']) for (const mrn of mrns) await correct(mrn, { name })
  let most = 0
  const open = new Map<string, number>()
  script = Array.from({ length: 8 }, () => (one: Received) => {
    const person = /PAR\d/.exec(one.bytes.toString())?.[0] ?? ''
    open.set(person, (open.get(person) ?? 0) + 1)
    expect(open.get(person)).toBe(1)
    most = Math.max(most, open.size)
    setTimeout(() => {
      open.delete(person)
      one.socket.write(ack('AA', one.controlId))
    }, 20)
  })
  await sendAll(2)
  expect((await list()).every((one) => one.status === 'acknowledged')).toBe(true)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(4)
})

test('a sender that loses its database connection lets go of the wire, and what was on it is sent again, marked', async () => {
  await sql`update outbound_channel set ack_timeout_seconds = 20 where id = ${channel}`.execute(app.db)
  await receive(app, { mrn: 'LOST' })
  await correct('LOST', { name: '测试断' })
  const arrived = new Promise<Received>((resolve) => {
    script = [resolve]
  })
  const sending = sendDue(app.services).catch(() => 0)
  const { socket } = await arrived
  const closed = once(socket, 'close')
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'careloop outbound' and datname = current_database()`.execute(
    app.db,
  )
  await closed
  await sending
  await sendAll(1)
  const [message] = await list()
  expect(message).toMatchObject({ status: 'acknowledged', attempts: 2, possibleDuplicate: true })
})

test('a receiver that cannot be reached makes the channel down, and no sending is counted', async () => {
  await receive(app, { mrn: 'DOWN' })
  await correct('DOWN', { name: '测试停机' })
  await his.close()
  await sendAll(3)
  const [message] = await list()
  expect(message).toMatchObject({ status: 'queued', attempts: 0 })
  expect(await stateOf(channel)).toMatchObject({ state: 'down', failures: 3, waiting: 1 })
  const body = { host: '127.0.0.1', port: his.port }
  expect((await app.request(admin, testOutboundChannel, { body })).body).toMatchObject({ open: false })
  his = await startReceiver(undefined, { port: his.port })
  expect((await app.request(admin, testOutboundChannel, { body })).body).toMatchObject({
    open: true,
    problem: null,
  })
  await sendAll(1)
  expect((await list())[0]).toMatchObject({ status: 'acknowledged', attempts: 1, possibleDuplicate: false })
})

test('a message that waits longer than it should raises the alarm of its channel', async () => {
  await receive(app, { mrn: 'WAIT' })
  await correct('WAIT', { name: '测试久' })
  expect((await stateOf(channel))?.state).toBe('up')
  await sql`update outbound_message set created_at = now() - interval '1 hour' where channel_id = ${channel}`.execute(
    app.db,
  )
  expect((await stateOf(channel))?.state).toBe('silent')
})

test('messages of a merged record follow the surviving person and come back with it', async () => {
  await receive(app, { mrn: 'MERGE1' }, { mrn: 'MERGE2' })
  const merged = await correct('MERGE1', { name: '测试并' })
  const survivorId = await personOf(app, 'MERGE2')
  const { mergeId } = await transaction(app.db, (trx) =>
    mergePersons(trx, testActor, { survivorId, mergedId: merged, reason: 'test', source: 'manual' }),
  )
  expect((await list())[0]?.personId).toBe(survivorId)
  await correct('MERGE2', { name: '测试合' })
  await transaction(app.db, (trx) => unmergePerson(trx, testActor, { mergeId: mergeId ?? 0, reason: 'test' }))
  expect((await list()).map((one) => one.personId)).toEqual([survivorId, merged])
  await sendAll(1)
  // While they were one person, both numbers were hers.
  expect(his.received[1]?.bytes.toString()).toMatch(/MERGE1\^\^\^NH\^MR~MERGE2|MERGE2\^\^\^NH\^MR~MERGE1/)
})

test('what a dead sender left on the wire is unclear also on a channel that was switched off, and can be cancelled', async () => {
  await receive(app, { mrn: 'STUCK' })
  await correct('STUCK', { name: '测试卡' })
  await sql`update outbound_channel set active = false where id = ${channel}`.execute(app.db)
  await sql`
    with sent as (update outbound_message set status = 'sent', attempts = 1 where channel_id = ${channel} returning id)
    insert into outbound_attempt (message_id, number) select id, 1 from sent`.execute(app.db)
  await sendAll(1)
  const [message] = await list()
  expect(message?.status).toBe('unknown')
  const body = { ids: [message?.id], reason: 'switched off' }
  expect((await app.request(admin, cancelOutboundMessages, { body })).body).toEqual({ cancelled: 1 })
  expect(his.received).toHaveLength(0)
})

test('old messages are removed after their time, rejected ones stay', async () => {
  await receive(app, { mrn: 'PURGE1' }, { mrn: 'PURGE2' })
  script = [(one) => one.socket.write(ack('AR', one.controlId))]
  for (const mrn of ['PURGE1', 'PURGE2']) await correct(mrn, { name: '测试清' })
  await sendAll(2)
  await sql`update outbound_message set created_at = now() - interval '400 days' where channel_id = ${channel}`.execute(
    app.db,
  )
  for (const job of outboundJobs(app.services)) await job.run({}, new AbortController().signal)
  expect((await list()).map((one) => one.status)).toEqual(['rejected'])
})

test('raw text is masked for who may read, shown for a reason to who may replay, and every look is in the audit', async () => {
  await receive(app, { mrn: 'MASK', phone: '13800005555' })
  const person = await correct('MASK', { name: '慕容某某' })
  await sendAll(1)
  const [message] = await list()
  const params = { id: message?.id }
  const seen = await app.request(manager, getOutboundMessage, { params })
  expect(JSON.stringify(seen.body)).not.toMatch(/慕容某|13800005555/)
  expect(seen.body.segments.join()).toContain('MASK^^^NH^MR')
  const body = { reason: '核对' }
  expect((await app.request(manager, revealOutboundMessage, { params, body })).status).toBe(403)
  expect((await app.request(admin, revealOutboundMessage, { params, body })).body.text).toContain('慕容^某某')
  const { rows } = await sql<{ action: string }>`
    select action from audit_event where person_id = ${person} and action like 'outbound.%' order by seq`.execute(
    app.db,
  )
  expect(rows.map((row) => row.action)).toEqual(['outbound.send', 'outbound.read', 'outbound.reveal'])
})
