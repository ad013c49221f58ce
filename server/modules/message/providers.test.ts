import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { z } from 'zod'
import { type accountBody, listAccounts } from '../../../contract/channel.ts'
import {
  aliyunDialect,
  type Dialect,
  gatewayDialect,
  type Provider,
  type ProviderOptions,
  startProvider,
  tencentDialect,
  wechatDialect,
} from '../../../sim/http-providers.ts'
import { startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { addAccount, useMailSink } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { dispatchDue } from './dispatch.ts'
import { messageJobs } from './jobs.ts'
import { queueMessages } from './write.ts'

let app: TestApp
let admin: string
let server: ServerType
let base: string
let provider: Provider | undefined
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  server = serve({ fetch: app.app.fetch, autoCleanupIncoming: false, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')`.execute(
    app.db,
  )
})
afterEach(async () => {
  await provider?.close()
  provider = undefined
  await sql`delete from message`.execute(app.db)
  await sql`delete from message_account`.execute(app.db)
})
afterAll(async () => {
  server.close()
  await app.close()
})

type Body = z.input<typeof accountBody>
type Played = { dialect: () => Dialect; account: (url: string) => Body; to: 'sms' | 'wechat' }
const secret = 'a secret of the account'
const played: Record<string, Played> = {
  aliyun: {
    to: 'sms',
    dialect: () => aliyunDialect(secret),
    account: (endpoint) => ({
      kind: 'aliyun',
      name: '阿里云',
      endpoint,
      accessKeyId: 'AK',
      accessKeySecret: secret,
      signName: '仁和医院',
      templateCode: 'SMS_1',
    }),
  },
  tencent: {
    to: 'sms',
    dialect: () => tencentDialect(secret),
    account: (endpoint) => ({
      kind: 'tencent',
      name: '腾讯云',
      endpoint,
      secretId: 'AKID',
      secretKey: secret,
      sdkAppId: '1400006666',
      signName: '仁和医院',
      templateId: '1234',
    }),
  },
  wechat: {
    to: 'wechat',
    dialect: () => wechatDialect(secret, 'token'),
    account: (endpoint) => ({
      kind: 'wechat',
      name: '公众号',
      endpoint,
      appId: 'wx1',
      appSecret: secret,
      token: 'token',
      templateId: 'T1',
    }),
  },
  webhook: {
    to: 'sms',
    dialect: () => gatewayDialect(secret),
    account: (endpoint) => ({ kind: 'webhook', name: '短信网关', endpoint, signingSecret: secret }),
  },
}
async function cleanUp() {
  for (const job of messageJobs(app.services)) await job.run({}, new AbortController().signal)
}
const kinds = Object.keys(played)

async function start(kind: string, options: ProviderOptions = {}): Promise<Provider> {
  const { dialect, account } = played[kind] ?? expect.fail(kind)
  provider = await startProvider(dialect(), options)
  await addAccount(app, account(provider.url))
  const { items } = (await app.request(admin, listAccounts)).body
  provider.reportTo(`${base}${items[0]?.receiptsPath ?? ''}`)
  return provider
}

async function send(text = '您好') {
  people += 1
  const mrn = `http${people}`
  const phone = `1390000${String(1000 + people)}`
  await receive(app, { event: 'A04', class: 'O', mrn, visit: mrn, phone, email: `h${people}@example.test` })
  const person = await personOf(app, mrn)
  const openid = `o${String(people).padStart(27, 'x')}`
  await sql`insert into person_telecom (person_id, system, value, source) values (${person}, 'wechat', ${openid}, 'test')`.execute(
    app.db,
  )
  const [id] = await transaction(app.db, (trx) =>
    queueMessages(trx, [
      { personId: person, channel: 'preferred', purpose: 'service', subject: null, body: text },
    ]),
  )
  return { id: id ?? 0, person, phone: `+86${phone}`, openid, email: `h${people}@example.test` }
}

const dispatch = () => dispatchDue(app.db, app.services.secret)
async function rowOf(id: number) {
  const { rows } = await sql<Record<string, unknown>>`
    select channel, status, reason, delivery, delivery_reason, tries from message where id = ${id}`.execute(
    app.db,
  )
  return rows[0] ?? {}
}
const becomes = (id: number, state: object) =>
  vi.waitFor(
    async () => {
      await dispatch()
      expect(await rowOf(id)).toMatchObject(state)
    },
    { timeout: 5000, interval: 20 },
  )
async function repliesTo(id: number): Promise<unknown[]> {
  const { rows } = await sql<{ text: string }>`
    select data ->> 'text' as text from event where kind = 'message.replied' and data ->> 'messageId' = ${String(id)}`.execute(
    app.db,
  )
  return rows.map((row) => row.text)
}

test.each(kinds)('%s: signed, sent, delivered, answered, with every report told twice', async (kind) => {
  const { telephones, wrongSignatures, say } = await start(kind, { duplicate: 1 })
  const { id, phone, openid } = await send('请回复1确认')
  await becomes(id, { status: 'sent', delivery: 'delivered', tries: 1 })
  const to = played[kind]?.to === 'sms' ? phone : openid
  expect(telephones.texts).toMatchObject([{ to, text: '请回复1确认' }])
  await say(to, 'TD')
  await vi.waitFor(async () => expect(await repliesTo(id)).toEqual(['TD']))
  expect(wrongSignatures()).toBe(0)
  const told = () => sql`select 1 from message_seen`.execute(app.db).then(({ rows }) => rows.length)
  const before = await told()
  expect(before).toBeGreaterThan(0)
  await cleanUp()
  expect(await told()).toBe(before)
  await sql`update message_seen set at = now() - interval '31 days'`.execute(app.db)
  await cleanUp()
  expect(await told()).toBe(0)
})

test.each(kinds)('%s: what did not arrive is told with its reason', async (kind) => {
  await start(kind, { undelivered: 1 })
  const { id } = await send()
  await becomes(id, { status: 'sent', delivery: 'undelivered' })
})

test.each(['aliyun', 'tencent', 'wechat'])(
  '%s: taken but not answered is unknown, and goes out once',
  async (kind) => {
    const { telephones } = await start(kind, { breakOff: 1 })
    const { id } = await send()
    await dispatch()
    expect(await rowOf(id)).toMatchObject({ status: 'unknown', tries: 1 })
    await dispatch()
    expect(telephones.texts).toHaveLength(1)
  },
)

test('a receipt for an unclear message proves that it was sent', async () => {
  const { telephones } = await start('aliyun', { breakOff: 1 })
  const { id } = await send()
  await dispatch()
  expect(await rowOf(id)).toMatchObject({ status: 'unknown' })
  const path = (await app.request(admin, listAccounts)).body.items[0]?.receiptsPath ?? ''
  const report = { phone_number: '1', success: true, biz_id: '9', out_id: telephones.texts[0]?.key }
  const answer = await app.send(undefined, 'post', path, { body: [report] })
  expect(await answer.json()).toEqual({ code: 0, msg: '接收成功' })
  expect(await rowOf(id)).toMatchObject({ status: 'sent', delivery: 'delivered', reason: null })
})

test('a gateway that knows our keys gets an unclear message again, and takes it once', async () => {
  const { telephones } = await start('webhook', { breakOff: 0.5, seed: 3 })
  const all = []
  for (let n = 0; n < 8; n++) all.push(await send(`第${n}条`))
  for (let n = 0; n < 5; n++) {
    await dispatch()
    await sql`update message set due_at = now() where status = 'queued'`.execute(app.db)
  }
  for (const { id } of all) expect(await rowOf(id)).toMatchObject({ status: 'sent' })
  expect(telephones.texts.map((one) => one.text).sort()).toEqual(all.map((_, n) => `第${n}条`))
})

test.each(kinds)('%s: a wrong secret stops the account, and costs no message a try', async (kind) => {
  const { account } = played[kind] ?? expect.fail(kind)
  provider = await startProvider(
    kind === 'webhook' ? gatewayDialect('other') : (played[kind]?.dialect() ?? expect.fail()),
  )
  const body = account(provider.url)
  const wrong = { accessKeySecret: 'x', secretKey: 'x', appSecret: 'x' }
  await addAccount(app, {
    ...body,
    ...Object.fromEntries(Object.entries(wrong).filter(([name]) => name in body)),
  })
  const { id } = await send()
  await dispatch()
  expect(await rowOf(id)).toMatchObject({ status: 'queued', tries: 1 })
  const { items } = (await app.request(admin, listAccounts)).body
  expect(items).toMatchObject([{ state: 'down', waiting: 1 }])
})

test('who is not the provider reports nothing', async () => {
  for (const kind of kinds) {
    await start(kind)
    const { id } = await send()
    await dispatch()
    const { items } = (await app.request(admin, listAccounts)).body
    const path = `/api/v1/channels/${items[0]?.id ?? 0}/receipts`
    const bodies = [
      [{ phone_number: '1', success: false, biz_id: 'x', out_id: `careloop-${id}-1` }],
      { receipts: [{ reference: `careloop-${id}`, state: 'undelivered' }] },
    ]
    for (const body of bodies)
      for (const query of [{}, { key: 'x'.repeat(32) }, { signature: 'x', timestamp: '1', nonce: '1' }]) {
        const headers = {
          'x-careloop-timestamp': '1763430000',
          'x-careloop-signature': `v1=${'0'.repeat(64)}`,
        }
        const answer = await app.send(undefined, 'post', path, { body, query, headers })
        expect(answer.status).toBe(404)
      }
    expect((await rowOf(id))['delivery']).not.toBe('undelivered')
    await provider?.close()
    await sql`delete from message`.execute(app.db)
    await sql`delete from message_account`.execute(app.db)
  }
  expect((await app.send(undefined, 'post', '/api/v1/channels/999/receipts', { body: {} })).status).toBe(404)
})

test('what cannot be read is refused, not believed', async () => {
  await start('aliyun')
  const path = (await app.request(admin, listAccounts)).body.items[0]?.receiptsPath ?? ''
  for (const body of ['{', '[{"phone_number":1}]', '{"a":1}', ''])
    expect((await app.send(undefined, 'post', path, { body })).status).toBe(400)
})

test('WeChat finds that this address knows its token', async () => {
  await start('wechat')
  const { createHash } = await import('node:crypto')
  const { items } = (await app.request(admin, listAccounts)).body
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHash('sha1').update(['token', timestamp, 'n'].sort().join('')).digest('hex')
  const ask = (query: object) =>
    app.send(undefined, 'get', `/api/v1/channels/${items[0]?.id ?? 0}/receipts`, {
      query: { timestamp, nonce: 'n', echostr: '4711', ...query },
    })
  expect(await (await ask({ signature })).text()).toBe('4711')
  expect((await ask({ signature: signature.replace(/./g, '0') })).status).toBe(404)
})

test('a mail that comes back is not delivered, one that is answered has a reply; notes of absence say nothing', async () => {
  const sink = await startSmtpSink()
  await useMailSink(app, sink.port)
  const { id, email } = await send('正文')
  await dispatch()
  const mail = await sink.waitFor((one) => one.to.includes(email))
  const messageId = mail.headers.get('message-id') ?? ''
  const path = (await app.request(admin, listAccounts)).body.items[0]?.receiptsPath ?? ''
  const hand = async (raw: string) =>
    (await app.send(undefined, 'post', path, { body: raw.replaceAll('\n', '\r\n') })).status
  const reply = (extra: string) => `From: =?utf-8?B?546L?= <${email}>
To: care@hospital.test
Subject: Re
Message-ID: <reply${extra.length}@example.test>
In-Reply-To: ${messageId}
${extra}Content-Type: text/plain; charset=utf-8

退订

> 正文
`
  expect(await hand(reply('Auto-Submitted: auto-replied\n'))).toBe(200)
  expect(await hand(reply(''))).toBe(200)
  expect(await hand(reply(''))).toBe(200)
  expect(await repliesTo(id)).toEqual(['退订'])
  const dsn = `From: MAILER-DAEMON@mx.test
To: care@hospital.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; ${email}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: ${messageId}
Subject: x

--b--
`
  expect(await hand(dsn.replace('failed', 'delayed'))).toBe(200)
  expect(await rowOf(id)).toMatchObject({ status: 'sent', delivery: null })
  expect(await hand(dsn)).toBe(200)
  expect(await rowOf(id)).toMatchObject({ status: 'sent', delivery: 'undelivered', delivery_reason: '5.1.1' })
  await sink.close()
})
