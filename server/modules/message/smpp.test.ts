import { once } from 'node:events'
import { createServer } from 'node:net'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Smsc, type SmscOptions, startSmsc } from '../../../sim/smpp-smsc.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { addAccount } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { openLanes, type Lanes } from './lanes.ts'
import { queueMessages } from './write.ts'

let app: TestApp
let smsc: Smsc | undefined
let lanes: Lanes | undefined
let people = 0

const eventually = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 8000, interval: 20 })

beforeAll(async () => {
  app = await createTestApp()
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')`.execute(
    app.db,
  )
})
afterEach(async () => {
  await lanes?.stop()
  await smsc?.close()
  lanes = smsc = undefined
  await sql`delete from message_receipt`.execute(app.db)
  await sql`delete from message`.execute(app.db)
  await sql`delete from message_account`.execute(app.db)
})
afterAll(() => app.close())

async function start(options: SmscOptions = {}, config: object = {}): Promise<Smsc> {
  smsc = await startSmsc({ password: 'sesame', ...options })
  await addAccount(app, {
    kind: 'smpp',
    name: 'sms',
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'careloop',
    password: 'sesame',
    source: '10690000',
    costPerPart: 0.05,
    ...config,
  })
  lanes = openLanes(app.db, app.services.secret, undefined)
  return smsc
}

async function send(body: string): Promise<{ id: number; phone: string }> {
  people += 1
  const phone = `1380000${String(1000 + people)}`
  await receive(app, { event: 'A04', class: 'O', mrn: `sms${people}`, visit: `sms${people}`, phone })
  const person = await personOf(app, `sms${people}`)
  const [id] = await transaction(app.db, (trx) =>
    queueMessages(trx, [
      { personId: person, channel: 'preferred', purpose: 'clinical', subject: null, body },
    ]),
  )
  return { id: id ?? 0, phone: `+86${phone}` }
}

async function rowOf(id: number) {
  const { rows } = await sql<Record<string, unknown>>`
    select channel, status, reason, delivery, delivery_reason, parts, cost, tries from message where id = ${id}`.execute(
    app.db,
  )
  return rows[0] ?? {}
}

/** Looks again and again, as the worker does, until the message is as it must be. */
const becomes = (id: number, state: object) =>
  eventually(async () => {
    await lanes?.look()
    expect(await rowOf(id)).toMatchObject(state)
  })

test('a Chinese text of three parts arrives as one, is paid for by part and reported as delivered', async () => {
  const { telephones } = await start()
  const text = '请于明日上午到心内科复诊，带好病历和药盒。😀'.repeat(8)
  const { id, phone } = await send(text)
  await becomes(id, { channel: 'sms', status: 'sent', delivery: 'delivered', parts: 3, cost: 0.15 })
  expect(telephones.texts).toMatchObject([{ to: phone, text }])
})

test('a long text goes out as one payload where the provider wants it so', async () => {
  const { telephones } = await start({}, { longMessages: 'payload' })
  const { id } = await send('x'.repeat(400))
  await becomes(id, { status: 'sent', parts: 3 })
  expect(telephones.texts).toMatchObject([{ text: 'x'.repeat(400) }])
})

test('a receipt that says it was not delivered changes nothing about "sent", and comes as an event', async () => {
  await start({ undelivered: 1, duplicate: 1 })
  const { id } = await send('您好')
  await becomes(id, { status: 'sent', delivery: 'undelivered', delivery_reason: 'UNDELIV 001' })
  const { rows } =
    await sql`select kind from event where data ->> 'messageId' = ${String(id)} and kind like 'message.%' order by id`.execute(
      app.db,
    )
  expect(rows.map((row) => (row as { kind: string }).kind)).toEqual(['message.sent', 'message.undelivered'])
})

test('what a person answers is on their timeline once, however often it is told', async () => {
  const { say } = await start()
  const { id, phone } = await send('请回复1确认')
  await becomes(id, { delivery: 'delivered' })
  say(phone, '退订')
  say(phone, '退订')
  const replies = () =>
    sql<{
      data: object
    }>`select data from event where kind = 'message.replied' and data ->> 'messageId' = ${String(id)}`.execute(
      app.db,
    )
  await eventually(async () => {
    expect((await replies()).rows).toMatchObject([
      { data: { channel: 'sms', purpose: 'clinical', text: '退订' } },
    ])
  })
})

test('a provider that throttles gets every message in the end, none of them twice', async () => {
  const { telephones } = await start({ perSecond: 20 })
  const all = []
  for (let n = 0; n < 30; n++) all.push(await send(`第${n}条`))
  for (const { id } of all) await becomes(id, { status: 'sent', tries: 1 })
  expect(telephones.texts).toHaveLength(30)
  expect(new Set(telephones.texts.map((one) => one.text)).size).toBe(30)
})

test('a link that breaks before the answer leaves the message unknown, and it is never sent again', async () => {
  const { telephones } = await start({ breakOff: 1 })
  const { id } = await send('只有一次')
  await becomes(id, { status: 'unknown', tries: 1 })
  await lanes?.look()
  expect(telephones.texts).toHaveLength(1)
})

test('a wrong password, or nobody there: the message waits and its account is down', async () => {
  await start({ password: 'another' })
  const { id } = await send('等等')
  const account = () =>
    sql<{ last_error: string }>`select last_error from message_account where failures > 0`.execute(app.db)
  await eventually(async () => {
    await lanes?.look()
    expect((await account()).rows).toEqual([{ last_error: 'ESME_RINVPASWD' }])
  })
  expect(await rowOf(id)).toMatchObject({ status: 'queued', tries: 1 })
})

test('what does not speak SMPP is told so, and nothing hangs', async () => {
  await start()
  const rude = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  rude.listen(0, '127.0.0.1')
  await once(rude, 'listening')
  const { port } = rude.address() as { port: number }
  await sql`update message_account set config = config || ${JSON.stringify({ port })}::jsonb, version = version + 1`.execute(
    app.db,
  )
  const { id } = await send('等等')
  await eventually(async () => {
    await lanes?.look()
    const { rows } = await sql`select 1 from message_account where last_error is not null`.execute(app.db)
    expect(rows).toHaveLength(1)
  })
  expect(await rowOf(id)).toMatchObject({ status: 'queued' })
  rude.close()
})
