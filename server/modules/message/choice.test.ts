import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  closeLetterBatch,
  createAccount,
  listAccounts,
  listLetterBatches,
  makeLetterBatch,
  printLetterBatch,
  switchAccount,
  testAccount,
  updateAccount,
} from '../../../contract/channel.ts'
import { type Smsc, startSmsc } from '../../../sim/smpp-smsc.ts'
import { type SmtpSink, startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { addAccount, useMailSink } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { unseal } from '../../platform/sealed.ts'
import { dispatchDue } from './dispatch.ts'
import { queueMessages } from './write.ts'

let app: TestApp
let admin: string
let smsc: Smsc
let sink: SmtpSink
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  smsc = await startSmsc()
  sink = await startSmtpSink()
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')`.execute(
    app.db,
  )
})
afterEach(async () => {
  await sql`delete from message_batch`.execute(app.db)
  await sql`delete from message`.execute(app.db)
  await sql`delete from message_account`.execute(app.db)
})
afterAll(async () => {
  await smsc.close()
  await sink.close()
  await app.close()
})

const sms = (more: object = {}) =>
  addAccount(app, {
    kind: 'smpp',
    name: '短信',
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'x',
    password: 'x',
    source: '10690000',
    costPerPart: 0.05,
    ...more,
  })

async function person(said: object = {}): Promise<number> {
  people += 1
  const mrn = `choice${people}`
  const phone = `1370000${String(1000 + people)}`
  await receive(app, {
    event: 'A04',
    class: 'O',
    mrn,
    visit: mrn,
    phone,
    email: `c${people}@example.test`,
    ...said,
  })
  return personOf(app, mrn)
}

async function queue(
  personId: number,
  channel: 'preferred' | 'sms' | 'letter' | 'phone' | 'portal' = 'preferred',
) {
  const [id] = await transaction(app.db, (trx) =>
    queueMessages(trx, [{ personId, channel, purpose: 'clinical', subject: '复诊', body: '请来复诊。' }]),
  )
  return id ?? 0
}
const dispatch = () => dispatchDue(app.db, app.services.secret)
async function rowOf(id: number) {
  const { rows } = await sql<Record<string, unknown>>`
    select m.channel, m.status, m.reason, m.fallbacks, a.name as account from message m left join message_account a on a.id = m.account_id
    where m.id = ${id}`.execute(app.db)
  return rows[0] ?? {}
}

test('a message goes by what the person prefers, else by the cheapest that reaches them', async () => {
  await sms()
  await useMailSink(app, sink.port)
  const cheapest = await queue(await person())
  expect(await rowOf(cheapest)).toMatchObject({ channel: 'email', fallbacks: ['sms'] })
  const one = await person()
  await sql`update person set preferred_channel = 'sms' where id = ${one}`.execute(app.db)
  expect(await rowOf(await queue(one))).toMatchObject({ channel: 'sms', fallbacks: ['email'] })
  expect(await rowOf(await queue(await person({ email: null })))).toMatchObject({
    channel: 'sms',
    fallbacks: [],
  })
})

test('at the gate it falls on to the next channel when the first is refused, and only then it is suppressed', async () => {
  await sms()
  await useMailSink(app, sink.port)
  const one = await person()
  const id = await queue(one)
  await sql`insert into opt_out (person_id, channel, purpose, recorded_by) values (${one}, 'email', 'all', 't')`.execute(
    app.db,
  )
  await dispatch()
  await dispatch()
  expect(await rowOf(id)).toMatchObject({ channel: 'sms', status: 'sent', account: '短信' })
  const two = await person()
  const refused = await queue(two)
  await sql`insert into opt_out (person_id, channel, purpose, recorded_by) values (${two}, 'all', 'all', 't')`.execute(
    app.db,
  )
  await dispatch()
  await dispatch()
  expect(await rowOf(refused)).toMatchObject({ status: 'suppressed', reason: 'opted-out', fallbacks: [] })
})

test('who is reached by nothing gets nothing, with the reason', async () => {
  await sms()
  const nobody = await person({ email: null })
  await sql`delete from person_telecom where person_id = ${nobody}`.execute(app.db)
  const id = await queue(nobody)
  await dispatch()
  expect(await rowOf(id)).toMatchObject({ channel: 'sms', status: 'suppressed', reason: 'no-address' })
})

test('a site’s own account comes first; switched off, what waits goes by the other one', async () => {
  const all = await sms()
  const one = await person()
  const { rows } = await sql<{
    id: number
  }>`select site_id as id from encounter where person_id = ${one}`.execute(app.db)
  const own = await sms({ name: '院区短信', siteId: rows[0]?.id })
  await sql`update message_account set active = false where id = ${own}`.execute(app.db)
  const early = await queue(one)
  expect(await rowOf(early)).toMatchObject({ account: '短信' })
  await app.request(admin, switchAccount, { params: { id: own }, body: { active: true } })
  await app.request(admin, switchAccount, { params: { id: all }, body: { active: false } })
  await dispatch()
  expect(await rowOf(early)).toMatchObject({ account: '院区短信', status: 'sent' })
})

test('without any account messages wait, and leave once there is one', async () => {
  const id = await queue(await person())
  expect(await rowOf(id)).toMatchObject({ status: 'queued', account: null })
  expect(await dispatch()).toBe(0)
  await useMailSink(app, sink.port)
  await dispatch()
  expect(await rowOf(id)).toMatchObject({ channel: 'email', status: 'sent' })
})

test('a secret is sealed, comes back nowhere, and is entered again when it would go elsewhere', async () => {
  const secret = 'Mail-Passwort-42'
  const body = {
    kind: 'smtp',
    name: '邮件',
    host: 'mail.example',
    from: 'a@b.cn',
    user: 'u',
    password: secret,
  }
  const { id } = (await app.request(admin, createAccount, { body })).body
  const list = async () => (await app.request(admin, listAccounts)).body.items.find((one) => one.id === id)
  expect(await list()).toMatchObject({ secretsSet: ['password'], config: { host: 'mail.example' } })
  expect(JSON.stringify(await list())).not.toContain(secret)
  const { rows } = await sql<{ sealed: string; all: string }>`
    select secrets ->> 'password' as sealed, (select jsonb_agg(a)::text from audit_event a) as all from message_account`.execute(
    app.db,
  )
  expect(rows[0]?.all).not.toContain(secret)
  expect(unseal(app.services.secret, rows[0]?.sealed ?? '')).toBe(secret)
  const change = async (more: object) => {
    const { password: _, ...rest } = body
    const version = (await list())?.version
    return app.request(admin, updateAccount, { params: { id }, body: { ...rest, version, ...more } })
  }
  for (const more of [{ host: 'evil.example' }, { tls: 'none' }])
    expect((await change(more)).error?.fields?.[0]?.path).toBe('password')
  expect((await change({ name: '邮件二', port: 25 })).status).toBe(200)
  expect((await change({ host: 'other.example', password: 'new' })).status).toBe(200)
  expect(await list()).toMatchObject({ secretsSet: ['password'], config: { host: 'other.example' } })
})

test('an administrator of one site changes that site’s accounts and no others; nobody else sees any', async () => {
  await person()
  const { rows } = await sql<{ id: number }>`select id from site`.execute(app.db)
  const site = rows[0]?.id ?? 0
  const all = await sms()
  const own = await sms({ name: '院区', siteId: site })
  const local = await app.signInAs('administrator', { site })
  const { items } = (await app.request(local, listAccounts)).body
  expect(items.map((one) => [one.id === own, one.mayChange])).toEqual(
    expect.arrayContaining([
      [true, true],
      [false, false],
    ]),
  )
  for (const [id, status] of [
    [all, 403],
    [own, 200],
  ] as const)
    expect(
      (await app.request(local, switchAccount, { params: { id }, body: { active: false } })).status,
    ).toBe(status)
  expect((await app.request(await app.signInAs('nurse'), listAccounts)).status).toBe(403)
})

test('a test goes to the address that was typed, past queue and gate, and says what became of it', async () => {
  const id = await sms()
  const test = async (address: string) =>
    (await app.request(admin, testAccount, { params: { id }, body: { address } })).body
  expect(await test('+8613911112222')).toMatchObject({ result: 'sent', reason: null })
  expect(smsc.telephones.texts.at(-1)).toMatchObject({ to: '+8613911112222' })
  expect(await test('nobody')).toMatchObject({ result: 'refused' })
  await sql`update message_account set config = config || '{"port": 1}'::jsonb`.execute(app.db)
  expect(await test('+8613911112222')).toMatchObject({ result: 'unavailable', reason: 'ECONNREFUSED' })
})

const priceOf = async (message: number) => {
  const { rows } = await sql<{
    cost: number | null
  }>`select cost::float8 as cost from message where id = ${message}`.execute(app.db)
  return rows[0]?.cost
}

test('letters are printed together; on paper they are sent at the price of that day, otherwise they wait again', async () => {
  const id = await addAccount(app, { kind: 'letter', name: '信件', sender: '仁和医院', costPerPart: 1.2 })
  const one = await person()
  await sql`insert into person_address (person_id, use, text, source) values (${one}, 'home', '北京市东城区王府井1号', 'test')`.execute(
    app.db,
  )
  const letter = await queue(one, 'letter')
  const stranger = await person()
  await sql`delete from person_address where person_id = ${stranger}`.execute(app.db)
  const none = await queue(stranger, 'letter')
  await dispatch()
  const params = { id }
  const first = (await app.request(admin, makeLetterBatch, { params })).body
  expect(first).toMatchObject({ letters: 1 })
  expect(await rowOf(none)).toMatchObject({ status: 'suppressed', reason: 'no-address' })
  const pdf = await app.send(
    admin,
    'get',
    `/api/v1${printLetterBatch.path.replace('{id}', String(id)).replace('{batchId}', String(first.id))}`,
  )
  expect(
    Buffer.from(await pdf.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')
  expect(await rowOf(letter)).toMatchObject({ status: 'sending' })
  const close = (batchId: unknown, printed: boolean) =>
    app.request(admin, closeLetterBatch, { params: { id, batchId }, body: { printed } })
  await close(first.id, false)
  expect(await rowOf(letter)).toMatchObject({ status: 'queued' })
  expect(await priceOf(letter)).toBeNull()
  const second = (await app.request(admin, makeLetterBatch, { params })).body
  await sql`update message_account set cost_per_part = 2 where id = ${id}`.execute(app.db)
  await close(second.id, true)
  expect(await priceOf(letter)).toBe(1.2)
  expect((await close(second.id, false)).error?.id).toBe('already-closed')
  expect(await rowOf(letter)).toMatchObject({ status: 'sent' })
  const { items } = (await app.request(admin, listLetterBatches, { params })).body
  expect(items.map((batch) => batch.state)).toEqual(['printed', 'undone'])
})

test('a letter passes the same checks as any message: none while its pathway rests, and what is printed is the text for paper', async () => {
  const id = await addAccount(app, { kind: 'letter', name: '信件', sender: '仁和医院' })
  const one = await person()
  await sql`insert into person_address (person_id, use, text, source) values (${one}, 'home', '北京市东城区王府井1号', 'test')`.execute(
    app.db,
  )
  const letter = await queue(one, 'letter')
  await sql`update message set paused = true, texts = ${JSON.stringify({ letter: { subject: '纸质', body: '纸上的话', later: [] } })}::jsonb
    where id = ${letter}`.execute(app.db)
  const params = { id }
  const make = async () => (await app.request(admin, makeLetterBatch, { params })).body
  expect(await make()).toEqual({ id: null, letters: 0 })
  expect((await app.request(admin, listAccounts)).body.items).toMatchObject([{ waiting: 0 }])
  await sql`update message set paused = false where id = ${letter}`.execute(app.db)
  expect((await app.request(admin, listAccounts)).body.items).toMatchObject([{ waiting: 1 }])
  expect(await make()).toMatchObject({ letters: 1 })
  const { rows } =
    await sql`select subject, body, texts, lease_until from message where id = ${letter}`.execute(app.db)
  expect(rows).toEqual([{ subject: '纸质', body: '纸上的话', texts: null, lease_until: null }])
})

test('a message by telephone is one task of the service centre, one at the portal is there at once', async () => {
  await addAccount(app, { kind: 'call', name: '电话' })
  await addAccount(app, { kind: 'portal', name: '门户' })
  const one = await person()
  const id = await queue(one, 'phone')
  const portal = await queue(one, 'portal')
  await dispatch()
  expect(await rowOf(id)).toMatchObject({ status: 'sent' })
  expect(await rowOf(portal)).toMatchObject({ status: 'sent' })
  // As after a crash before the answer was written.
  await sql`update message set status = 'queued', finished_at = null where id = ${id}`.execute(app.db)
  await dispatch()
  const { rows } =
    await sql`select kind, title, description from task where person_id = ${one} and cause = ${`message:${id}`}`.execute(
      app.db,
    )
  expect(rows).toEqual([{ kind: 'follow-up-call', title: '复诊', description: '请来复诊。' }])
})
