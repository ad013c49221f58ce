import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listConversations, readConversation } from '../../../contract/conversation.ts'
import { createMailbox, listMailboxes, updateMailbox } from '../../../contract/mailbox.ts'
import { type ImapServer, startImapServer } from '../../../sim/imap-server.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { fetchMail } from './imap.ts'
import { apart, readMail, textOfHtml } from './mail.ts'

let app: TestApp
let server: ImapServer
let admin: string
let agent: string
let siteId: number
let box: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'A1', name: '王小明', email: 'wang@example.test' })
  siteId = (await idsOf(app)).site('NH')
  admin = await app.signInAs('administrator')
  agent = await app.signInAs('service-centre', { site: siteId })
  server = await startImapServer()
  const made = await app.request(admin, createMailbox, { body: bodyOf('secret') })
  expect(made.status).toBe(201)
  box = made.body.id
})
beforeEach(async () => {
  await sql`update mailbox set read_at = null, failed_at = null, failures = 0`.execute(app.db)
})
afterAll(async () => {
  await server.close()
  await app.close()
})

const bodyOf = (secret: string | undefined, more: object = {}) => ({
  kind: 'imap',
  siteId,
  name: '服务邮箱',
  address: 'care@hospital.test',
  host: '127.0.0.1',
  port: server.port,
  tls: 'none',
  login: 'care',
  ...(secret !== undefined && { secret }),
  ...more,
})
const mailOf = (id: string, text: string, from = 'wang@example.test') =>
  `From: <${from}>\nTo: care@hospital.test\nSubject: ${id}\nMessage-ID: <${id}@example.test>\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`
const fetchAgain = async () => {
  await sql`update mailbox set read_at = null, failed_at = null`.execute(app.db)
  return fetchMail(app.db, app.services.secret)
}
const texts = async () => {
  const { rows } = await sql<{ body: string }>`
    select body from conversation_message where kind = 'in' and channel = 'email' order by id`.execute(app.db)
  return rows.map((row) => row.body)
}

test('mail is fetched once each, left as it is at the server, and stands in the conversation of its sender', async () => {
  server.deliver(mailOf('one', '出院后还能洗澡吗'))
  server.deliver(mailOf('two', '再问一句'))
  expect(await fetchMail(app.db, app.services.secret)).toBe(2)
  expect(await fetchAgain()).toBe(0)
  expect(await texts()).toEqual(['出院后还能洗澡吗', '再问一句'])
  const [one] = (await app.request(agent, listConversations)).body.items
  expect(one).toMatchObject({ name: '王小明', channel: 'email', unread: 2 })
  expect(server.commands.join('\n')).not.toMatch(/STORE|EXPUNGE|DELETE/)
  expect(server.commands).toContain('EXAMINE INBOX')
  const thread = (await app.request(agent, readConversation, { params: { id: one?.id ?? 0 } })).body
  expect(thread.messages.map((message) => message.subject)).toEqual(['one', 'two'])
})

test('a line that breaks in the middle loses nothing and repeats nothing; a mailbox that was made anew does neither', async () => {
  server.deliver(mailOf('three', '断线的一封'))
  server.breakNext()
  expect(await fetchAgain()).toBe(0)
  const state = async () => (await app.request(admin, listMailboxes)).body.items.find((one) => one.id === box)
  expect(await state()).toMatchObject({ error: expect.any(String) as string })
  expect(await fetchAgain()).toBe(1)
  expect(await state()).toMatchObject({ error: null })
  server.renumber()
  expect(await fetchAgain()).toBe(3)
  expect(await texts()).toEqual(['出院后还能洗澡吗', '再问一句', '断线的一封'])
  server.deliver(mailOf('four', '同时来看'))
  await sql`update mailbox set read_at = null`.execute(app.db)
  await Promise.all(Array.from({ length: 4 }, () => fetchMail(app.db, app.services.secret)))
  expect(await texts()).toHaveLength(4)
})

test('a refused password is told in plain words and without it; it is told to no other server', async () => {
  server.refuse(true)
  await fetchAgain()
  const items = (await app.request(admin, listMailboxes)).body.items
  expect(items[0]).toMatchObject({ error: 'The server refuses this name and password', secretSet: true })
  expect(JSON.stringify(items)).not.toContain('"secret"')
  server.refuse(false)
  const version = items[0]?.version ?? 0
  const moved = { params: { id: box }, body: { ...bodyOf(undefined, { host: 'elsewhere.test' }), version } }
  expect((await app.request(admin, updateMailbox, moved)).error?.fields?.[0]?.path).toBe('secret')
  const renamed = { params: { id: box }, body: { ...bodyOf(undefined, { name: '邮箱' }), version } }
  expect((await app.request(admin, updateMailbox, renamed)).status).toBe(204)
  await sql`update setting set value = '""' where key = 'security.outbound-hosts'`.execute(app.db)
  await sql`insert into setting (key, value) values ('security.outbound-hosts', '"10.0.0.0/8"') on conflict do nothing`.execute(
    app.db,
  )
  await fetchAgain()
  const [refused] = (await app.request(admin, listMailboxes)).body.items
  expect(refused?.error).toMatch(/127\.0\.0\.1|not/)
  expect((await app.request(agent, listMailboxes)).status).toBe(403)
})

test('HTML becomes words, whatever it holds; quoted mail is folded above and below', () => {
  expect(textOfHtml('<p>您好<br>a &amp; b</p><script>alert(1)</script><img src=x onerror=alert(1)>')).toBe(
    '您好\na & b',
  )
  expect(apart('好的\n\n> 旧的')).toEqual({ own: '好的', quoted: '> 旧的' })
  expect(apart('> 旧的\n\n新的')).toEqual({ own: '新的', quoted: '> 旧的' })
  expect(apart('> 只有旧的')).toEqual({ own: '> 只有旧的', quoted: '' })
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      // What was written as an entity is a sign that somebody meant.
      if (!text.includes('&')) expect(textOfHtml(text)).not.toMatch(/<[a-z/!]/i)
      const { own, quoted } = apart(text)
      expect(own.length + quoted.length).toBeLessThanOrEqual(text.length)
    }),
  )
})

test.each([
  ['Auto-Submitted: auto-replied', 'automatic'],
  ['Auto-Submitted: no', 'written'],
  ['Precedence: bulk', 'automatic'],
  ['List-Id: <x.example>', 'automatic'],
  ['X-Auto-Response-Suppress: None', 'written'],
  ['Return-Path: <>', 'bounce'],
])('"%s" is %s', async (header, kind) => {
  const mail = await readMail(Buffer.from(`${header}\r\n${mailOf('k', 'x')}`))
  expect(mail.kind).toBe(kind)
})
