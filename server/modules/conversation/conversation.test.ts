import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endChat, rateChat, readChat, readChatFile, sendChat, startChat } from '../../../contract/chat.ts'
import {
  addNote,
  closeConversation,
  createPersonFor,
  handOver,
  linkPerson,
  listColleagues,
  listConversations,
  readConversation,
  releaseConversation,
  reopenConversation,
  retryAnswer,
  searchMessages,
  sendAnswer,
  setAside,
  startConversation,
  takeConversation,
} from '../../../contract/conversation.ts'
import { createMailbox, receiveMail } from '../../../contract/mailbox.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { startSmsc, type Smsc } from '../../../sim/smpp-smsc.ts'
import { startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { addAccount, useMailSink } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { changeSetting } from '../../../test/support/setting.ts'
import { transaction } from '../../platform/db.ts'
import { storeReplies } from '../message/receipt.ts'
import { queueMessage } from '../message/write.ts'
import { wakeSnoozed } from './handle.ts'

let app: TestApp
let agent: string
let siteId: number
let eastId: number
let smsc: Smsc
let sms: number
let keys = 0

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'A1', name: '王小明', phone: '13900000001', email: 'wang@example.test' })
  await receive(app, { mrn: 'E1', site: 'EAST', name: '李东', phone: '13900000002' })
  const { site } = await idsOf(app)
  siteId = site('NH')
  eastId = site('EAST')
  agent = await app.signInAs('service-centre', { site: siteId })
  smsc = await startSmsc()
  sms = await addAccount(app, {
    kind: 'smpp',
    name: '短信',
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'x',
    password: 'x',
    source: '10690000',
  })
})
afterAll(async () => {
  await smsc.close()
  await app.close()
})

const inbox = async (caller = agent, query: Record<string, unknown> = {}) =>
  (await app.request(caller, listConversations, { query })).body.items
const read = async (id: number, caller = agent) =>
  (await app.request(caller, readConversation, { params: { id } })).body
const ask = async (text: string, more: Record<string, unknown> = {}) =>
  (await app.request(undefined, startChat, { body: { siteId, text, ...more } })).body
const looked = async (token: string, after = 0) =>
  (await app.request(undefined, readChat, { body: { token, after } })).body
const reply = (from: string, text: string, reference: string | null = null) =>
  storeReplies(app.db, { id: sms, channel: 'sms', siteId: null }, [
    { key: `k${++keys}`, from, text, at: new Date(), reference },
  ])
const byText = async (text: string) => (await inbox()).find((one) => one.preview?.includes(text))
const idOf = async (text: string) => (await byText(text))?.id ?? 0

test('a visitor asks by web chat, an agent answers, the visitor sees it, and is asked once how satisfied they are', async () => {
  const chat = await ask('请问体检报告什么时候能取？', { name: '小张', phone: '13900000001' })
  const [one] = await inbox(agent, { view: 'unassigned' })
  expect(one).toMatchObject({ name: '小张', channel: 'web-chat', unread: 1, personId: null, status: 'open' })
  const id = one?.id ?? 0
  const thread = await read(id)
  expect(thread).toMatchObject({ statedPhone: '139****0001', ways: [{ channel: 'web-chat', refused: null }] })
  expect(thread.candidates.map((candidate) => candidate.name)).toEqual(['王小明'])
  const key = crypto.randomUUID()
  const body = { channel: 'web-chat', text: '您好，三个工作日后可以取。', key }
  expect((await app.request(agent, sendAnswer, { params: { id }, body })).status).toBe(201)
  await app.request(agent, sendAnswer, { params: { id }, body })
  const seen = await looked(chat.token)
  expect(seen.messages.map((message) => [message.from, message.text])).toEqual([
    ['visitor', '请问体检报告什么时候能取？'],
    ['staff', '您好，三个工作日后可以取。'],
  ])
  expect(await read(id)).toMatchObject({ mine: true, status: 'waiting', waitingSince: null, unread: 0 })
  await app.request(undefined, sendChat, { body: { token: chat.token, text: '谢谢' } })
  expect(await read(id)).toMatchObject({ status: 'open', unread: 1 })
  await app.request(agent, closeConversation, { params: { id }, body: { outcome: 'answered' } })
  expect(await looked(chat.token)).toMatchObject({ closed: true, ask: true })
  const rate = { token: chat.token, score: 5, text: '很快' }
  expect((await app.request(undefined, rateChat, { body: rate })).body).toMatchObject({
    ask: false,
    score: 5,
  })
  expect((await app.request(undefined, rateChat, { body: rate })).error?.id).toBe('already-closed')
  expect(await read(id)).toMatchObject({ score: 5, scoreText: '很快', outcome: 'answered' })
  // Writing on after the end opens it again.
  await app.request(undefined, sendChat, { body: { token: chat.token, text: '还有一个问题' } })
  expect(await read(id)).toMatchObject({ status: 'open' })
  await app.request(undefined, endChat, { body: { token: chat.token } })
  expect((await app.request(undefined, readChat, { body: { token: 'x'.repeat(43) } })).error?.id).toBe(
    'chat-ended',
  )
})

test('outside of business hours a person is told once when somebody answers', async () => {
  await changeSetting(app, 'conversation.hours-from', 1)
  await changeSetting(app, 'conversation.hours-to', 2)
  const chat = await ask('现在有人吗', { language: 'en' })
  await app.request(undefined, sendChat, { body: { token: chat.token, text: 'hello' } })
  const { messages, open, opensAt } = await looked(chat.token)
  expect(messages.map((message) => message.from)).toEqual(['visitor', 'system', 'visitor'])
  expect(messages[1]?.text).toContain('answer after')
  expect([open, new Date(opensAt ?? 0).getUTCHours()]).toEqual([false, 17])
  await changeSetting(app, 'conversation.hours-from', 0)
  await changeSetting(app, 'conversation.hours-to', 24)
  expect((await ask('现在呢')).messages).toHaveLength(1)
})

test('a reply by short message stands in the conversation of its person; what was understood already does not', async () => {
  const person = await personOf(app, 'A1')
  const message = await transaction(app.db, (trx) =>
    queueMessage(trx, {
      personId: person,
      channel: 'sms',
      purpose: 'clinical',
      subject: null,
      body: '请复诊',
    }),
  )
  await app.processAll()
  const reference = `careloop-${message}-1`
  await reply('+8613900000001', '退订', reference)
  expect(await inbox(agent, { personId: person })).toEqual([])
  await reply('+8613900000001', '复诊要空腹吗', reference)
  await reply('+8613900000001', '要带病历吗', reference)
  const [one] = await inbox(agent, { personId: person })
  expect(one).toMatchObject({ name: '王小明', channel: 'sms', unread: 2, preview: '要带病历吗' })
  const id = one?.id ?? 0
  const kinds = (await app.request(agent, getTimeline, { params: { id: person } })).body.items.map(
    (event) => event.kind,
  )
  expect(kinds.filter((kind) => kind === 'conversation.opened')).toHaveLength(1)
  await app.request(agent, sendAnswer, { params: { id }, body: { channel: 'sms', text: '要的，请空腹。' } })
  expect((await read(id)).messages.at(-1)).toMatchObject({ state: 'queued' })
  await app.processAll()
  expect(smsc.telephones.texts.map((text) => text.text)).toContain('要的，请空腹。')
  expect((await read(id)).messages.at(-1)?.state).toMatch(/sent|delivered/)
  await app.request(agent, closeConversation, { params: { id }, body: { outcome: 'answered' } })
  expect(await inbox(agent, { personId: person })).toEqual([])
})

test('an answer to a question of the last day goes out beyond caps and at night; the next day it waits for the gate', async () => {
  await receive(app, { mrn: 'A2', name: '赵夜', phone: '13900000003' })
  await sql`insert into setting (key, value) values ('contact.total-per-7-days', '1'), ('contact.quiet-from', '0'), ('contact.quiet-to', '23')`.execute(
    app.db,
  )
  await reply('+8613900000003', '夜里发烧怎么办')
  const id = await idOf('夜里发烧')
  const answer = (text: string) =>
    app.request(agent, sendAnswer, { params: { id }, body: { channel: 'sms', text } })
  await answer('请先测体温')
  await answer('超过 39 度请来急诊')
  await app.processAll()
  const states = async () =>
    (await read(id)).messages.filter((one) => one.kind === 'out').map((one) => one.state)
  expect(await states()).toEqual([
    expect.stringMatching(/sent|delivered/),
    expect.stringMatching(/sent|delivered/),
  ])
  await sql`update conversation set last_in_at = now() - interval '25 hours' where id = ${id}`.execute(app.db)
  expect((await read(id)).ways.find((way) => way.channel === 'sms')).toMatchObject({
    refused: 'frequency-cap',
  })
  expect((await answer('好些了吗')).error?.id).toBe('contact-refused')
  await sql`delete from setting where key like 'contact.%'`.execute(app.db)
})

test('somebody unknown is answered where they wrote from, a failure is shown with its reason and can be sent again', async () => {
  await reply('+8613900009999', '你们医院在哪')
  const one = await byText('你们医院在哪')
  expect(one).toMatchObject({ personId: null, channel: 'sms' })
  const params = { id: one?.id ?? 0 }
  await sql`update message_account set active = false`.execute(app.db)
  expect((await read(params.id)).ways).toMatchObject([{ channel: 'sms', refused: 'no-account' }])
  await sql`update message_account set active = true`.execute(app.db)
  await app.request(agent, sendAnswer, { params, body: { channel: 'sms', text: '人民路 1 号' } })
  await app.processAll()
  expect(smsc.telephones.texts).toContainEqual(
    expect.objectContaining({ to: '+8613900009999', text: '人民路 1 号' }),
  )
  const sent = (await read(params.id)).messages.at(-1)
  expect(sent).toMatchObject({ state: 'sent' })
  const again = () => app.request(agent, retryAnswer, { params: { ...params, messageId: sent?.id ?? 0 } })
  expect((await again()).error?.id).toBe('not-failed')
  await sql`update conversation_message set direct_state = 'failed', direct_reason = '38' where id = ${sent?.id}`.execute(
    app.db,
  )
  expect((await read(params.id)).messages.at(-1)).toMatchObject({ state: 'failed', reason: '38' })
  expect((await again()).status).toBe(204)
  await app.processAll()
  expect((await read(params.id)).messages.at(-1)).toMatchObject({ state: 'sent' })
})

test('who writes is said by an agent: two conversations with one person become one', async () => {
  const person = await personOf(app, 'A1')
  await reply('+8613900000001', '我想改约')
  const chat = await ask('我是王小明，网上也问一下')
  const id = await idOf('网上也问一下')
  const linked = await app.request(agent, linkPerson, { params: { id }, body: { personId: person } })
  const [one] = await inbox(agent, { personId: person })
  expect(linked.body.id).toBe(one?.id)
  const { messages } = await read(linked.body.id)
  expect(messages.filter((message) => message.kind === 'in').map((message) => message.channel)).toEqual([
    'sms',
    'web-chat',
  ])
  expect(await read(id)).toMatchObject({ status: 'closed', joinedId: one?.id })
  expect((await app.request(agent, reopenConversation, { params: { id } })).error?.id).toBe('already-exists')
  // The visitor sees the chat and nothing that came by telephone.
  await app.request(undefined, sendChat, { body: { token: chat.token, text: '在吗' } })
  expect((await looked(chat.token)).messages.map((message) => message.text)).toEqual([
    '我是王小明，网上也问一下',
    '在吗',
  ])
  const far = await app.signInAs('service-centre', { site: eastId })
  expect((await app.request(far, readConversation, { params: { id: linked.body.id } })).status).toBe(404)
  const other = await ask('新来的')
  const newId = await idOf('新来的')
  const make = (body: object) =>
    app.request(agent, createPersonFor, { params: { id: newId }, body: { name: '新来', ...body } })
  expect((await make({ birthDate: '2999-01-01' })).error?.fields?.[0]?.path).toBe('birthDate')
  const made = await make({ phone: '13900000777', sex: 'female' })
  expect(made.status).toBe(201)
  expect(await read(newId)).toMatchObject({ name: '新来', personId: made.body.personId })
  expect(other.token).toBeTruthy()
})

test('it is taken, handed to a department with its history, read there alone, and given back', async () => {
  const { department } = await idsOf(app)
  const { rows } = await sql<{
    id: number
  }>`select id from department where site_id = ${siteId} order by id limit 1`.execute(app.db)
  const departmentId = rows[0]?.id ?? department('CARD')
  const nurse = await app.signInAs('nurse', { site: siteId, department: departmentId })
  await ask('术后换药去哪里')
  const id = await idOf('术后换药')
  const params = { id }
  expect((await app.request(nurse, readConversation, { params })).status).toBe(404)
  expect((await app.request(agent, takeConversation, { params, body: {} })).status).toBe(204)
  const second = await app.signInAs('service-centre', { site: siteId })
  expect((await app.request(second, takeConversation, { params, body: {} })).error?.id).toBe(
    'changed-meanwhile',
  )
  const { users, departments } = (await app.request(agent, listColleagues, { params })).body
  expect(departments.map((one) => one.id)).toContain(departmentId)
  expect(users.map((one) => one.name)).toEqual([expect.stringMatching(/^service-centre-\d+$/)])
  const handed = await app.request(agent, handOver, {
    params,
    body: { departmentId, note: '请告诉她换药时间' },
  })
  expect(handed.status).toBe(204)
  const there = await read(id, nurse)
  expect(there.messages.at(-1)).toMatchObject({
    kind: 'handed',
    body: expect.stringContaining('请告诉她换药时间') as string,
  })
  expect((await inbox(nurse)).map((one) => one.id)).toEqual([id])
  await app.request(nurse, addNote, { params, body: { text: '已电话告知', channel: 'phone', by: 'staff' } })
  expect((await read(id, nurse)).waitingSince).toBeNull()
  expect((await app.request(nurse, releaseConversation, { params })).status).toBe(204)
  expect((await app.request(nurse, readConversation, { params })).status).toBe(404)
  const doctor = await app.signInAs('outreach', { site: siteId })
  expect((await app.request(doctor, listConversations)).status).toBe(403)
})

test('what is set aside comes back at its time, or at once when the person writes', async () => {
  const chat = await ask('等消息')
  const params = { id: await idOf('等消息') }
  const until = new Date(Date.now() + 3_600_000).toISOString()
  expect((await app.request(agent, setAside, { params, body: { until } })).status).toBe(204)
  expect(
    (await app.request(agent, setAside, { params, body: { until: '2020-01-01T00:00:00Z' } })).status,
  ).toBe(422)
  expect(await wakeSnoozed(app.db)).toBe(0)
  await sql`update conversation set snoozed_until = now() - interval '1 second' where id = ${params.id}`.execute(
    app.db,
  )
  expect(await wakeSnoozed(app.db)).toBe(1)
  expect(await read(params.id)).toMatchObject({ status: 'open' })
  await app.request(agent, setAside, { params, body: { until } })
  await app.request(undefined, sendChat, { body: { token: chat.token, text: '有消息了吗' } })
  expect(await read(params.id)).toMatchObject({ status: 'open', snoozedUntil: null })
})

test('files are told by their content, stored sealed, and sent so that nothing in them runs', async () => {
  const chat = await ask('发个文件')
  const send = (bytes: Buffer | string, name: string) =>
    app.app.request(`http://careloop.test/api/v1/chat/file?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: {
        host: 'careloop.test',
        origin: 'http://careloop.test',
        'content-type': 'application/octet-stream',
        'x-chat-token': chat.token,
      },
      body: typeof bytes === 'string' ? bytes : new Uint8Array(bytes),
    })
  expect((await send('<html><script>1</script>', 'a.png')).status).toBe(422)
  expect((await send('%PDF-1.4 报告', '../检查单.exe')).status).toBe(200)
  const file = (await looked(chat.token)).messages.at(-1)?.files[0]
  expect(file).toMatchObject({ name: '检查单.pdf', contentType: 'application/pdf' })
  const { rows } = await sql<{ plain: boolean }>`
    select position('PDF'::bytea in sealed) > 0 as plain from conversation_attachment where id = ${file?.id}`.execute(
    app.db,
  )
  expect(rows).toEqual([{ plain: false }])
  const answer = await app.request(undefined, readChatFile, { body: { token: chat.token, id: file?.id } })
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/)
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  const other = await ask('别人')
  expect(
    (await app.request(undefined, readChatFile, { body: { token: other.token, id: file?.id } })).status,
  ).toBe(404)
})

test('everything that was said is found by two characters, within one’s sites alone, and looking is audited', async () => {
  await app.request(agent, startConversation, {
    body: { siteId, channel: 'phone', text: '家属来电询问陪护床怎么租，電話 13812345678', name: '家属' },
  })
  const found = async (search: string, caller = agent) =>
    (await app.request(caller, searchMessages, { query: { search } })).body.items
  const [hit] = await found('陪护')
  expect(hit).toMatchObject({ channel: 'phone', kind: 'in' })
  expect(hit?.excerpt).toContain('陪护床')
  expect(hit?.excerpt).not.toContain('13812345678')
  expect((await found('陪護床')).length).toBe(1)
  expect(await found('床护')).toEqual([])
  const far = await app.signInAs('service-centre', { site: eastId })
  expect(await found('陪护', far)).toEqual([])
  const { rows } = await sql<{
    n: number
  }>`select count(*)::int as n from audit_event where action = 'conversation.search'`.execute(app.db)
  expect(rows[0]?.n).toBeGreaterThan(0)
})

const mailOf = (headers: string[], body: string) =>
  Buffer.from(
    [...headers, 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', '', body].join('\r\n'),
  )

test('a mail server hands mail over, signed: by its sender into the thread, quotes folded, machines never answered', async () => {
  const sink = await startSmtpSink()
  await useMailSink(app, sink.port)
  const admin = await app.signInAs('administrator')
  const box = await app.request(admin, createMailbox, {
    body: { kind: 'webhook', siteId, name: '服务邮箱', address: 'care@hospital.test' },
  })
  expect(box.status).toBe(201)
  const params = { id: box.body.id }
  const hand = (mail: Buffer, secret = box.body.secret ?? '', at = Math.floor(Date.now() / 1000)) =>
    app.app.request(`http://careloop.test/api/v1${receiveMail.path.replace('{id}', String(params.id))}`, {
      method: 'POST',
      headers: {
        'content-type': 'message/rfc822',
        'x-careloop-timestamp': String(at),
        'x-careloop-signature': `v1=${createHmac('sha256', secret).update(`${at}.`).update(mail).digest('hex')}`,
      },
      body: new Uint8Array(mail),
    })
  const letter = mailOf(
    ['From: "Wang" <wang@example.test>', 'Subject: 出院带药', 'Message-ID: <m1@example.test>'],
    '药吃完了去哪里开？\r\n\r\n在 2026-11-01 护士写道：\r\n> 请按时服药',
  )
  expect((await hand(letter, 'wrong')).status).toBe(404)
  expect((await hand(letter, undefined, 1)).status).toBe(404)
  expect(await (await hand(letter)).json()).toEqual({ result: 'kept' })
  expect(await (await hand(letter)).json()).toEqual({ result: 'repeated' })
  const person = await personOf(app, 'A1')
  const [one] = await inbox(agent, { personId: person })
  const { messages } = await read(one?.id ?? 0)
  expect(messages.at(-1)).toMatchObject({
    channel: 'email',
    subject: '出院带药',
    body: '药吃完了去哪里开？',
    quoted: expect.stringContaining('请按时服药') as string,
  })
  await app.request(agent, sendAnswer, {
    params: { id: one?.id ?? 0 },
    body: { channel: 'email', text: '门诊药房可以开。' },
  })
  await app.processAll()
  expect(sink.mails.at(-1)).toMatchObject({ to: ['wang@example.test'], subject: 'Re: 出院带药' })
  // An out-of-office note is shown, waits for nobody and is answered by nobody, at night either.
  await changeSetting(app, 'conversation.hours-from', 1)
  await changeSetting(app, 'conversation.hours-to', 2)
  const sent = sink.mails.length
  const note = mailOf(
    [
      'From: holiday@example.test',
      'Subject: 自动回复',
      'Message-ID: <m2@example.test>',
      'Auto-Submitted: auto-replied',
    ],
    '我在休假',
  )
  expect(await (await hand(note)).json()).toEqual({ result: 'kept' })
  expect(await byText('我在休假')).toMatchObject({ waitingSince: null })
  const stranger = mailOf(
    ['From: Unbekannt <new@example.test>', 'Subject: Parking', 'Message-ID: <m3@example.test>'],
    'Where to park?',
  )
  await hand(stranger)
  await app.processAll()
  expect(sink.mails.slice(sent).flatMap((mail) => mail.to)).toEqual(['new@example.test'])
  const bounce = mailOf(['From: MAILER-DAEMON@example.test', 'Return-Path: <>', 'Subject: x'], 'came back')
  expect(await (await hand(bounce)).json()).toEqual({ result: 'bounce' })
  expect(await (await hand(Buffer.from('nothing'))).json()).toEqual({ result: 'unreadable' })
  await changeSetting(app, 'conversation.hours-from', 0)
  await changeSetting(app, 'conversation.hours-to', 24)
  await sink.close()
})
