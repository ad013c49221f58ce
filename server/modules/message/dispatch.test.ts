import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countMessages, listMessages } from '../../../contract/message.ts'
import { listAudit } from '../../../contract/audit.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { useMailSink } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { type SmtpSink, startSmtpSink } from '../../../sim/smtp-sink.ts'
import { dispatchDue } from './dispatch.ts'

let app: TestApp
let sink: SmtpSink
let people = 0
const refusals = new Map<string, { code: number; message: string }>()

beforeAll(async () => {
  app = await createTestApp()
  sink = await startSmtpSink({ refuse: (recipient) => refusals.get(recipient) })
  await configure(sink.port)
})
afterAll(async () => {
  await sink.close()
  await app.close()
})
beforeEach(() => sql`delete from message`.execute(app.db))

async function configure(port: number): Promise<void> {
  await useMailSink(app, port)
  const values = {
    'contact.quiet-from': 0,
    'contact.quiet-to': 0,
    'contact.on-holidays': true,
  }
  for (const [key, value] of Object.entries(values))
    await sql`
      insert into setting (key, value) values (${key}, ${JSON.stringify(value)}::jsonb)
      on conflict (key, site_id) do update set value = excluded.value`.execute(app.db)
}

/** A person with an address, and messages waiting for them. */
async function queue(purposes: string[], email: string | null = `p${people + 1}@example.test`) {
  people += 1
  const mrn = `mail${people}`
  await receive(app, { event: 'A04', class: 'O', mrn, visit: mrn, email })
  const person = await personOf(app, mrn)
  if (purposes.includes('marketing'))
    await sql`insert into consent (person_id, purpose, channel, given_at, proof, recorded_by, recorded_by_name)
      values (${person}, 'marketing', 'email', now(), 'paper', 't', 'T')`.execute(app.db)
  const ids: number[] = []
  for (const purpose of purposes) {
    const { rows } = await sql<{ id: number }>`
      insert into message (person_id, channel, purpose, subject, body) values (${person}, 'email', ${purpose}, '您好', '正文') returning id`.execute(
      app.db,
    )
    ids.push(rows[0]?.id ?? 0)
  }
  return { person, ids, email: email ?? '' }
}

const dispatch = () => dispatchDue(app.db, app.services.secret)
async function dueNow(): Promise<void> {
  await sql`update message set due_at = now() where status = 'queued'`.execute(app.db)
}
async function statesOf(person: number) {
  const { rows } = await sql<{ status: string; reason: string | null; tries: number }>`
    select status, reason, tries from message where person_id = ${person} order by id`.execute(app.db)
  return rows
}

async function costOf(person: number) {
  const { rows } = await sql<{ cost: number | null }>`
    select cost::float8 as cost from message where person_id = ${person}`.execute(app.db)
  return rows[0]?.cost
}

test('a message is sent once, however many dispatchers look', async () => {
  const { person, email } = await queue(['clinical'])
  await Promise.all([dispatch(), dispatch(), dispatch()])
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'sent', tries: 1 }])
  expect(sink.mails.filter((mail) => mail.to.includes(email))).toHaveLength(1)
})

test('a mail server that says "later" is asked again, five times, then the message has failed', async () => {
  const { person, email } = await queue(['clinical'])
  refusals.set(email, { code: 451, message: `try later, ${email}` })
  for (let n = 1; n < 5; n++) {
    await dispatch()
    expect(await statesOf(person)).toMatchObject([{ status: 'queued', tries: n }])
    await dueNow()
  }
  await dispatch()
  const [state] = await statesOf(person)
  expect(state).toMatchObject({ status: 'failed', tries: 5 })
  expect(state?.reason).not.toContain(email)
})

test('a recipient that the server refuses for good has failed at once', async () => {
  const { person, email } = await queue(['clinical'])
  refusals.set(email, { code: 550, message: 'no such user' })
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'failed', tries: 1 }])
})

test('while the mail server is away no message uses up its tries, and the server is left alone for a while', async () => {
  const { person } = await queue(Array.from({ length: 300 }, () => 'clinical'))
  const closed = await rudeServer('RCPT')
  closed.server.close()
  await once(closed.server, 'close')
  await configure(closed.port)
  await dispatch()
  expect(await dispatch()).toBe(0)
  const states = await statesOf(person)
  expect(states.every((one) => one.status === 'queued' && one.tries <= 1)).toBe(true)
  await configure(sink.port)
  await dispatch()
  expect((await statesOf(person)).filter((one) => one.status === 'sent')).toHaveLength(300)
})

test('a mail server that is away is asked again, also on the usual port 587', async () => {
  const { person } = await queue(['clinical'])
  await configure(587)
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'queued', tries: 1 }])
  await configure(sink.port)
  await dueNow()
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'sent', tries: 2 }])
})

/** A mail server that hangs up at a given moment; counts the texts it was given. */
async function rudeServer(
  hangUpAt: 'RCPT' | 'DATA' | 'text',
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<{ server: Server; port: number; texts: () => number }> {
  let texts = 0
  const server = createServer((socket) => {
    let inText = false
    socket.on('error', () => undefined)
    socket.write('220 rude\r\n')
    socket.on('data', (chunk: Buffer) => {
      const said = chunk.toString()
      if (inText) {
        if (!said.includes('\r\n.\r\n')) return
        texts += 1
        return void before().then(() => socket.destroy())
      }
      for (const line of said.split('\r\n').filter(Boolean)) {
        if (line.startsWith(hangUpAt)) return void before().then(() => socket.destroy())
        inText = line === 'DATA'
        socket.write(inText ? '354 go on\r\n' : '250 fine\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port, texts: () => texts }
}

test('a server that hangs up after the text leaves the message unknown, and it is never sent again', async () => {
  const { person } = await queue(['clinical'])
  const rude = await rudeServer('text')
  await configure(rude.port)
  for (let n = 0; n < 3; n++) {
    await dispatch()
    await dueNow()
  }
  expect(await statesOf(person)).toMatchObject([{ status: 'unknown', tries: 1 }])
  expect(rude.texts()).toBe(1)
  rude.server.close()
  await configure(sink.port)
})

test.each(['text', 'DATA'] as const)(
  'what was reported as delivered before the server hung up at %s was sent, and counts what it cost',
  async (moment) => {
    const { person } = await queue(['clinical'])
    await sql`update message_account set cost_per_part = 0.25, version = version + 1`.execute(app.db)
    const rude = await rudeServer(moment, () =>
      sql`update message set delivery = 'delivered' where person_id = ${person}`.execute(app.db),
    )
    await configure(rude.port)
    await dispatch()
    rude.server.close()
    await configure(sink.port)
    expect(await statesOf(person)).toMatchObject([{ status: 'sent', reason: null, tries: 1 }])
    expect(await costOf(person)).toBe(0.25)
  },
)

test.each(['RCPT', 'DATA'] as const)(
  'a server that hangs up at %s was given nothing: the message is sent later, once',
  async (moment) => {
    const { person, email } = await queue(['clinical'])
    const rude = await rudeServer(moment)
    await configure(rude.port)
    await dispatch()
    expect(await statesOf(person)).toMatchObject([{ status: 'queued' }])
    rude.server.close()
    await configure(sink.port)
    await dueNow()
    await dispatch()
    expect(await statesOf(person)).toMatchObject([{ status: 'sent', tries: 2 }])
    expect(sink.mails.filter((mail) => mail.to.includes(email))).toHaveLength(1)
  },
)

test('what a dead process was sending is unknown when its lease runs out, and a late result changes nothing', async () => {
  const { person } = await queue(['clinical'])
  await sql`update message_account set cost_per_part = 0.5, version = version + 1`.execute(app.db)
  await sql`update message set status = 'sending', account_id = (select id from message_account), lease_until = now() - interval '1 second' where person_id = ${person}`.execute(
    app.db,
  )
  expect(await dispatch()).toBe(1)
  expect(await statesOf(person)).toMatchObject([
    { status: 'unknown', reason: 'The process ended while sending' },
  ])
  expect(await costOf(person)).toBe(0.5)
  const { rows } =
    await sql`select 1 from event where person_id = ${person} and kind = 'message.unknown'`.execute(app.db)
  expect(rows).toHaveLength(1)
})

test('caps hold within one batch: of five advertisements two go out', async () => {
  const { person } = await queue(Array.from({ length: 5 }, () => 'marketing'))
  await dispatch()
  const states = await statesOf(person)
  expect(states.map((one) => one.status).sort()).toEqual([
    'sent',
    'sent',
    'suppressed',
    'suppressed',
    'suppressed',
  ])
  expect(
    states.filter((one) => one.status === 'suppressed').every((one) => one.reason === 'frequency-cap'),
  ).toBe(true)
})

test('caps hold between two dispatchers at once', async () => {
  const { person } = await queue(Array.from({ length: 120 }, () => 'marketing'))
  await Promise.all([dispatch(), dispatch(), dispatch()])
  expect((await statesOf(person)).filter((one) => one.status === 'sent')).toHaveLength(2)
})

test.each([
  ['deceased', `update person set deceased = true where id = $`],
  [
    'opted-out',
    `insert into opt_out (person_id, channel, purpose, recorded_by) values ($, 'email', 'all', 't')`,
  ],
  [
    'opted-out',
    `insert into opt_out (person_id, channel, purpose, recorded_by) values ($, 'all', 'clinical', 't')`,
  ],
  ['no-address', `update person_telecom set valid = false where person_id = $`],
])('the gate stops a message (%s) at send time, not when it was written', async (reason, change) => {
  const { person } = await queue(['clinical'])
  await sql.raw(change.replace('$', String(person))).execute(app.db)
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'suppressed', reason, tries: 0 }])
})

test.each([
  ['that was never given', 'delete from consent where person_id = $'],
  ['for another channel', `update consent set channel = 'sms' where person_id = $`],
  ['for another purpose', `update consent set purpose = 'service' where person_id = $`],
  ['that was taken back', `update consent set withdrawn_at = now(), withdrawn_by = 't' where person_id = $`],
])('a consent %s lets no advertisement out', async (_, change) => {
  const { person } = await queue(['marketing', 'service'])
  await sql.raw(change.replace('$', String(person))).execute(app.db)
  await dispatch()
  expect(await statesOf(person)).toMatchObject([
    { status: 'suppressed', reason: 'no-consent', tries: 0 },
    { status: 'sent' },
  ])
})

test('a household counts together, and what is clinical still goes', async () => {
  const [first, second] = [await queue(['marketing', 'marketing']), await queue(['marketing', 'marketing'])]
  const email = `shared-${first.person}@example.test`
  await sql`update person_telecom set value = ${email} where person_id in (${first.person}, ${second.person})`.execute(
    app.db,
  )
  await Promise.all([dispatch(), dispatch()])
  const states = [...(await statesOf(first.person)), ...(await statesOf(second.person))]
  expect(states.filter((one) => one.status === 'sent')).toHaveLength(3)
  expect(states.filter((one) => one.reason === 'frequency-cap')).toHaveLength(1)
  await sql`insert into message (person_id, channel, purpose, body) values (${first.person}, 'email', 'clinical', '正文')`.execute(
    app.db,
  )
  await dispatch()
  expect((await statesOf(first.person)).at(-1)).toMatchObject({ status: 'sent' })
})

test('an opt-out of another purpose or channel does not stop it', async () => {
  const { person } = await queue(['clinical'])
  await sql`insert into opt_out (person_id, channel, purpose, recorded_by)
    values (${person}, 'email', 'marketing', 't'), (${person}, 'phone', 'all', 't')`.execute(app.db)
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'sent' }])
})

test('targeted is always sent + failed + suppressed + unknown + what is under way, and the list agrees, masked', async () => {
  const centre = await app.signInAs('service-centre')
  for (const purposes of [['clinical'], ['marketing', 'marketing', 'marketing'], ['service']])
    await queue(purposes)
  await queue(['clinical'], null)
  await dispatch()
  const { body } = await app.request(centre, countMessages)
  const { targeted, ...parts } = body
  expect(targeted).toBe(6)
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(targeted)
  const list = await app.request(centre, listMessages, { query: { limit: 200 } })
  expect(list.body.items.filter((one) => one.status === 'suppressed')).toHaveLength(parts.suppressed)
  expect(JSON.stringify(list.body)).not.toMatch(/p\d+@|测试甲/)
  const auditor = await app.signInAs('auditor')
  const trail = await app.request(auditor, listAudit, { query: { action: 'message.list' } })
  expect(trail.body.items[0]?.subject).toContain(String(list.body.items[0]?.personId))
})

test('without a mail server messages wait instead of failing', async () => {
  const { person } = await queue(['clinical'])
  await sql`update message set account_id = null`.execute(app.db)
  await sql`update message_account set active = false`.execute(app.db)
  expect(await dispatch()).toBe(0)
  expect(await statesOf(person)).toMatchObject([{ status: 'queued', tries: 0 }])
  await sql`update message_account set active = true`.execute(app.db)
  await configure(sink.port)
})

test('mail goes to no address that messages never go to, nor to one on the premises that is not allowed', async () => {
  const { person } = await queue(['clinical'])
  const set = (key: string, value: string) =>
    sql`insert into setting (key, value) values (${key}, ${JSON.stringify(value)}::jsonb)
      on conflict (key, site_id) do update set value = excluded.value`.execute(app.db)
  const setHost = (host: string) =>
    sql`update message_account set config = config || ${JSON.stringify({ host })}::jsonb, version = version + 1`.execute(
      app.db,
    )
  await configure(sink.port)
  const before = sink.mails.length
  for (const [host, allowed] of [
    ['169.254.169.254', '0.0.0.0/0'],
    ['127.0.0.1', 'mail.hospital.example'],
  ] as const) {
    await setHost(host)
    await set('security.outbound-hosts', allowed)
    await dispatch()
    const [state] = await statesOf(person)
    expect([state?.status, state?.reason]).toEqual(['queued', expect.stringContaining(host)])
    await dueNow()
  }
  expect(sink.mails).toHaveLength(before)
  await setHost('localhost')
  await set('security.outbound-hosts', 'localhost')
  await dispatch()
  expect(await statesOf(person)).toMatchObject([{ status: 'sent' }])
  await sql`delete from setting where key = 'security.outbound-hosts'`.execute(app.db)
})

test('what a server says is repeated to nobody: its greeting, its refusals', async () => {
  const greeting = createServer((socket) => socket.end('220-SECRET-GREETING of OpenSSH_9.9\r\n999 what\r\n'))
  greeting.listen(0, '127.0.0.1')
  await once(greeting, 'listening')
  await configure((greeting.address() as AddressInfo).port)
  const { person } = await queue(['clinical'])
  await dispatch()
  await configure(sink.port)
  const refused = await queue(['clinical'])
  refusals.set(refused.email, { code: 550, message: '5.1.1 SECRET-REFUSAL' })
  await dispatch()
  const states = [...(await statesOf(person)), ...(await statesOf(refused.person))]
  expect(JSON.stringify(states)).not.toContain('SECRET')
  expect(states.at(-1)?.reason).toBe('EENVELOPE 550 5.1.1')
  greeting.close()
})

test('no address that was stored before they were checked becomes two recipients, and no subject another header', async () => {
  await configure(sink.port)
  const several = await queue(['clinical'])
  await sql`update person_telecom set value = 'a@x.cn,evil@y.cn' where person_id = ${several.person} and system = 'email'`.execute(
    app.db,
  )
  const broken = await queue(['clinical'])
  await sql`update message set subject = ${'您好\r\nBcc: evil@y.cn\r\n\r\nx'} where person_id = ${broken.person}`.execute(
    app.db,
  )
  await dispatch()
  expect(await statesOf(several.person)).toMatchObject([
    { status: 'failed', reason: 'Not one e-mail address' },
  ])
  const mail = await sink.waitFor((one) => one.to.includes(broken.email))
  expect([mail.to, mail.subject, mail.headers.has('bcc')]).toEqual([
    [broken.email],
    '您好 Bcc: evil@y.cn x',
    false,
  ])
  expect(sink.mails.filter((one) => one.to.some((to) => to.includes('evil')))).toEqual([])
})
