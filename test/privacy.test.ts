import { randomBytes } from 'node:crypto'
import { symbols } from 'pino'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../contract/audit.ts'
import { getFollowUpFigures, listFollowUpRows } from '../contract/figure.ts'
import { getIntakeMessage, listIntakeMessages } from '../contract/intake.ts'
import { getPerson, listPersons, revealPerson, setOptOut, updatePerson } from '../contract/person.ts'
import { getTimeline } from '../contract/timeline.ts'
import { getTask, holdTask, listTasks } from '../contract/task.ts'
import { recordAttempt, saveAnswers } from '../contract/task-result.ts'
import { startSmtpSink } from '../sim/smtp-sink.ts'
import { startFeed } from '../server/feeds/hl7/feed.ts'
import { MllpClient } from '../server/modules/hl7/mllp-client.ts'
import { log } from '../server/platform/log.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { useMailSink } from './support/channel.ts'
import { adt, adtBytes, receive } from './support/hl7.ts'
import { discharged, goodAnswers } from './support/hospital.ts'

/** Everything the program's one logger writes during this file. */
const written: string[] = []

const secrets = [
  '慕容某',
  '13955556666',
  '13777778888',
  '110101195001019876',
  'murong@example.test',
  '桃花路',
  '家属慕容',
]
let app: TestApp
const loggedTo = (log as unknown as Record<symbol, unknown>)[symbols.streamSym]

beforeAll(async () => {
  app = await createTestApp()
  log.level = 'trace'
  Object.assign(log, { [symbols.streamSym]: { write: (line: string) => written.push(line) } })
})
afterAll(async () => {
  await app.close()
  log.level = 'error'
  Object.assign(log, { [symbols.streamSym]: loggedTo })
})

test('a whole run over every kind of work leaves no name, number or address in the log', async () => {
  const sink = await startSmtpSink({
    refuse: (to) => (to.startsWith('murong') ? { code: 451, message: `${to} later` } : undefined),
  })
  await useMailSink(app, sink.port)
  const said = {
    name: '慕容某',
    phone: '13955556666',
    nationalId: '110101195001019876',
    birth: '19500101',
    email: 'murong@example.test',
    address: '桃花路7号',
    kin: ['家属慕容', '13777778888'] as [string, string],
  }
  const { person, task } = await discharged(app, 'PRIV', said)
  const feed = await startFeed({ db: app.db, host: '127.0.0.1', port: 0 })
  const client = new MllpClient()
  await client.connect('127.0.0.1', feed.port)
  const messages = [
    adtBytes({ ...said, mrn: 'PRIV', birth: '慕容某' }),
    adtBytes({ ...said, identifiers: '' }),
    Buffer.from(adt({ ...said, charset: 'GB18030' })),
    // Values that the database itself refuses.
    adtBytes({ ...said, mrn: 'PRIV', visit: randomBytes(5000).toString('hex') }),
  ]
  for (const message of messages) await client.send(message, { timeoutMs: 5000 })
  await client
    .send(Buffer.from('MSH|^~\\&|慕容某|13955556666||||ADT^A01|\u0001x|P|2.5'), { timeoutMs: 5000 })
    .catch(() => undefined)
  client.close()
  await feed.close()
  await receive(app, { ...said, mrn: 'OTHER', visit: 'PRIV', event: 'A03' })
  await app.processAll()

  const centre = await app.signInAs('service-centre')
  const admin = await app.signInAs('administrator')
  const params = { id: person }
  const detail = await app.request(centre, getPerson, { params })
  await app.request(centre, listPersons, { query: { search: '慕容某' } })
  await app.request(centre, listPersons, { query: { phone: '13955556666' } })
  await app.request(centre, listPersons, { query: { search: '慕容某', cursor: '110101195001019876' } })
  await app.request(centre, revealPerson, { params, body: { fields: ['telecoms'], reason: '核对' } })
  await app.request(centre, updatePerson, {
    params,
    body: { version: detail.body.version, addPhone: '13777778888', note: '家属慕容' },
  })
  await app.request(centre, updatePerson, { params, body: { version: 99, name: '慕容某' } })
  await app.request(centre, setOptOut, {
    params,
    body: { channel: 'sms', purpose: 'all', active: true, reason: '慕容某' },
  })
  await app.request(centre, getTimeline, { params })
  await app.request(centre, listTasks, { query: { whose: 'team', search: '慕容某' } })
  await app.request(centre, getTask, { params: { id: task } })
  await app.request(centre, holdTask, { params: { id: task } })
  await app.request(centre, saveAnswers, { params: { id: task }, body: { answers: { condition: '慕容某' } } })
  const answers = await goodAnswers(app, task)
  await app.request(centre, recordAttempt, {
    params: { id: task },
    body: { outcome: 'done', answers, note: '家属慕容 13777778888' },
  })
  const period = { from: '2026-01-01', to: '2027-12-31' }
  await app.request(centre, getFollowUpFigures, { query: period })
  await app.request(centre, listFollowUpRows, { query: { ...period, measure: 'discharged' } })
  for (const path of ['tasks/export', 'figures/follow-up/export'])
    await app.send(centre, 'get', `/api/v1/${path}`, { query: { ...period, search: '慕容某' } })
  const letters = await app.request(admin, listIntakeMessages, { query: { status: 'dead' } })
  for (const one of letters.body.items) await app.request(admin, getIntakeMessage, { params: { id: one.id } })
  expect(letters.body.items.length).toBeGreaterThanOrEqual(3)
  const noted = await app.request(admin, listIntakeMessages, { query: { note: 'not-a-date' } })
  expect(noted.body.items.length).toBeGreaterThanOrEqual(1)
  await app.processAll()
  await sink.close()

  const log = written.join('')
  expect(log).not.toBe('')
  for (const secret of secrets) expect([secret, log.includes(secret)]).toEqual([secret, false])
  expect(log).not.toMatch(/(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)/)
  expect(JSON.stringify([letters.body, noted.body])).not.toMatch(/慕容|13955556666|110101195001019876/)

  const { rows } = await sql<{ text: string }>`
    select (select string_agg(e::text, ' ') from audit_event e) as text`.execute(app.db)
  for (const secret of secrets.slice(1, 6))
    expect([secret, rows[0]?.text.includes(secret)]).toEqual([secret, false])
})

test('every way to look at a person is in the audit, and so is every refusal', async () => {
  const auditor = await app.signInAs('auditor')
  const { person, task } = await discharged(app, 'SEEN')
  const centre = await app.signInAs('service-centre')
  const stranger = await app.signInAs('doctor', { staff: null })
  const trail = async () =>
    (await app.request(auditor, listAudit, { query: { personId: person, limit: 200 } })).body.items.filter(
      // Looking at the audit is in the audit as well.
      (one) => one.action !== 'audit.list',
    )
  const looks: [string, () => Promise<unknown>][] = [
    ['person.read', () => app.request(centre, getPerson, { params: { id: person } })],
    ['person.timeline', () => app.request(centre, getTimeline, { params: { id: person } })],
    ['person.search', () => app.request(centre, listPersons, { query: { search: 'SEEN' } })],
    ['task.read', () => app.request(centre, getTask, { params: { id: task } })],
    [
      'person.reveal',
      () =>
        app.request(centre, revealPerson, {
          params: { id: person },
          body: { fields: ['telecoms'], reason: '核对' },
        }),
    ],
    ['person.read', () => app.request(stranger, getPerson, { params: { id: person } })],
    ['person.read', () => app.request(stranger, getTimeline, { params: { id: person } })],
  ]
  for (const [action, look] of looks) {
    const before = (await trail()).length
    await look()
    const [latest, ...rest] = await trail()
    expect([action, latest?.action, rest.length]).toEqual([action, action, before])
  }
  expect((await trail()).slice(0, 2).map((one) => one.outcome)).toEqual(['refused', 'refused'])
})
