import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  getIntakeMessage,
  listIntakeMessages,
  postIntakeMessage,
  replayIntakeMessages,
} from '../../../contract/intake.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { databaseUrl, run } from '../../../test/support/database-server.ts'
import { type Adt, adt, adtBytes, personOf, receive, store } from '../../../test/support/hl7.ts'
import { openDatabase } from '../../platform/db.ts'
import { startFeed } from './feed.ts'
import { type Listener, listenMllp } from './listener.ts'
import { MllpClient } from '../../modules/hl7/mllp-client.ts'
import { RawStore } from '../../modules/intake/store.ts'

let app: TestApp
let feed: Listener
let admin: string
let robot: string

beforeAll(async () => {
  app = await createTestApp()
  // Without its own applier: `processAll` applies, so that nothing has to wait.
  feed = await listenMllp(new RawStore(app.db, () => undefined), { host: '127.0.0.1', port: 0 })
  admin = await app.signInAs('administrator')
  robot = await app.signInAs('integration')
})
afterAll(async () => {
  await feed.close()
  await app.close()
})

async function connect(port = feed.port): Promise<MllpClient> {
  const client = new MllpClient()
  await client.connect('127.0.0.1', port)
  return client
}

async function messageOf(controlId: string) {
  const list = await app.request(admin, listIntakeMessages, { query: { controlId } })
  return list.body.items
}

async function deadLetter(said: Adt) {
  const controlId = said.controlId ?? `dead-${Math.random()}`
  await receive(app, { ...said, controlId })
  const [message] = await messageOf(controlId)
  return message
}

test.each(['UNICODE UTF-8', 'GB18030'])(
  'a stay told in %s over MLLP arrives as it was meant',
  async (charset) => {
    const client = await connect()
    const day = (n: number) => new Date(Date.now() - n * 86_400_000)
    const mrn = `wire-${charset}`
    const base = { mrn, charset, name: '欧阳龘', phone: '13912345678', department: 'CARD' }
    const visit = `v-${charset}`
    const told: Adt[] = [
      { ...base, event: 'A04', class: 'O', visit: `o-${charset}`, at: day(9) },
      { ...base, event: 'A01', visit, at: day(8), diagnoses: [['I10', '高血压']] },
      { ...base, event: 'A08', visit, at: day(7), name: '欧阳靐' },
      {
        ...base,
        event: 'A03',
        visit,
        at: day(1),
        name: '欧阳靐',
        diagnoses: [['I10.x02', '高血压2级', 'F']],
      },
    ]
    for (const message of told)
      expect((await client.send(adtBytes(message), { timeoutMs: 5000 })).code).toBe('AA')
    client.close()
    await app.processAll()
    const id = await personOf(app, mrn)
    const { rows } = await sql<{ name: string; visits: unknown }>`
    select name, (select jsonb_agg(jsonb_build_array(class, status, condition_text) order by starts_at) from encounter where person_id = p.id)
      as visits from person p where id = ${id}`.execute(app.db)
    expect(rows).toEqual([
      {
        name: '欧阳靐',
        visits: [
          ['outpatient', 'in-progress', null],
          ['inpatient', 'finished', '高血压2级'],
        ],
      },
    ])
  },
)

test.each(['UNICODE UTF-8', 'GB18030'])(
  'a message handed in over HTTP in %s is the same message',
  async (charset) => {
    const mrn = `http-${charset}`
    const message = adt({ mrn, name: '诸葛某', charset, controlId: mrn })
    const answer = await app.request(robot, postIntakeMessage, { body: { message } })
    expect(answer.body).toEqual({ code: 'AA', controlId: mrn, text: null })
    await app.processAll()
    const person = await personOf(app, mrn)
    const row = await app.db.selectFrom('person').select('name').where('id', '=', person).executeTakeFirst()
    expect(row?.name).toBe('诸葛某')
  },
)

test('without a database the sender is told to send again, and sending again loses nothing', async () => {
  const own = await createTestDatabase()
  const database = openDatabase(own.url, { max: 2 })
  const adminUrl = inject('adminUrl')
  const name = new URL(own.url).pathname.slice(1)
  const other = await startFeed({ db: database.db, host: '127.0.0.1', port: 0 })
  const client = await connect(other.port)
  const message = adtBytes({ mrn: 'gone', controlId: 'gone-1' })
  await run(adminUrl, `alter database ${name} allow_connections false`)
  await run(
    databaseUrl(adminUrl, 'postgres'),
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  )
  const refused = await client.send(message, { timeoutMs: 20_000 })
  expect(refused.code).toBe('AE')
  await run(adminUrl, `alter database ${name} allow_connections true`)
  const taken = await client.send(message, { timeoutMs: 20_000 })
  expect(taken.code).toBe('AA')
  const { rows } = await sql<{ control_id: string }>`select control_id from inbound_message`.execute(
    database.db,
  )
  expect(rows).toEqual([{ control_id: 'gone-1' }])
  client.close()
  await other.close()
  await database.close()
  await own.drop()
})

test('what is acknowledged is already committed: another connection sees it at once', async () => {
  const client = await connect()
  const second = openDatabase(app.services.database.url, { max: 1 })
  for (let n = 0; n < 5; n++) {
    await client.send(adtBytes({ controlId: `seen-${n}` }), { timeoutMs: 5000 })
    const { rows } = await sql`select 1 from inbound_message where control_id = ${`seen-${n}`}`.execute(
      second.db,
    )
    expect(rows).toHaveLength(1)
  }
  client.close()
  await second.close()
})

test('the same message again is acknowledged, applied once and counted', async () => {
  const said = { mrn: 'twice', controlId: 'twice-1', visit: 'twice-v', event: 'A03' }
  const again = { ...said, at: new Date(Date.now() - 5000) }
  const bytes = adtBytes(again)
  const client = await connect()
  for (let n = 0; n < 3; n++) expect((await client.send(bytes, { timeoutMs: 5000 })).code).toBe('AA')
  client.close()
  await app.processAll()
  const messages = await messageOf('twice-1')
  expect(messages.map(({ status, duplicates, attempts }) => ({ status, duplicates, attempts }))).toEqual([
    { status: 'applied', duplicates: 2, attempts: 1 },
  ])
  const { rows } =
    await sql`select 1 from timeline where person_id = ${await personOf(app, 'twice')} and kind = 'encounter.discharged'`.execute(
      app.db,
    )
  expect(rows).toHaveLength(1)
})

test('three copies in one batch are one message with two repetitions', async () => {
  const bytes = { mrn: 'batch', controlId: 'batch-1', visit: 'b', at: new Date(Date.now() - 9000) }
  const receipts = await store(app, bytes, bytes, bytes)
  expect(receipts.map((receipt) => receipt.code)).toEqual(['AA', 'AA', 'AA'])
  expect((await messageOf('batch-1')).map((one) => one.duplicates)).toEqual([2])
})

test('a control id used again for other content is a dead letter that says so', async () => {
  const at = new Date(Date.now() - 60_000)
  await receive(app, { mrn: 'reuse', controlId: 'reuse-1', at })
  await receive(app, { mrn: 'reuse', controlId: 'reuse-1', name: '另一人', at })
  const messages = await messageOf('reuse-1')
  expect(messages.map(({ status, location }) => [status, location])).toEqual([
    ['dead', 'MSH-10'],
    ['applied', null],
  ])
  // Somebody looked and says that it is right: it is applied like any other.
  await app.request(admin, replayIntakeMessages, { body: { ids: [messages[0]?.id] } })
  await app.processAll()
  expect((await messageOf('reuse-1'))[0]?.status).toBe('applied')
})

test.each<[string, Adt, string]>([
  ['no record number', { identifiers: '' }, 'PID-3'],
  ['zeros for a record number', { identifiers: '00000000^^^NH^MR' }, 'PID-3'],
  [
    'only an identity number, which mother and newborn may share',
    { identifiers: '11010119900307123X^^^CN^NI' },
    'PID-3',
  ],
  ['a discharge without a visit', { event: 'A03', visit: null }, 'PV1-19'],
  ['a character set that nobody knows', { charset: 'KLINGON' }, 'MSH-18'],
  ['records to be separated, which people do', { event: 'A37' }, 'MSH-9'],
  ['a merge that does not say of what', { event: 'A40' }, 'MRG'],
])('a message with %s becomes a dead letter naming the field', async (_, said, location) => {
  expect(await deadLetter(said)).toMatchObject({ status: 'dead', location, personId: null })
})

test('bytes in another character set than MSH-18 says are a dead letter, not rubbish in a name', async () => {
  const raw = [
    Buffer.concat([
      Buffer.from(adt({ controlId: 'gb-as-utf8', name: '' })),
      Buffer.from([0x4e, 0x54, 0x45, 0x7c, 0xd5, 0xc5]),
    ]),
    Buffer.from(adt({ controlId: 'utf8-as-gb', charset: 'GB18030', name: '张三丰' }), 'utf8'),
  ]
  const client = await connect()
  for (const bytes of raw) expect((await client.send(bytes, { timeoutMs: 5000 })).code).toBe('AA')
  client.close()
  await app.processAll()
  for (const controlId of ['gb-as-utf8', 'utf8-as-gb'])
    expect((await messageOf(controlId))[0]).toMatchObject({ status: 'dead', location: 'MSH-18' })
})

test('NUL and control characters in a field do no harm, in MSH they are refused, and neighbours get through', async () => {
  const [header, , fine] = await store(
    app,
    { controlId: 'nul\u0000header' },
    { controlId: 'nul-field', mrn: 'nul', name: '王\u0000\u0007某' },
    { controlId: 'nul-neighbour', mrn: 'nul-neighbour' },
  )
  expect([header?.code, fine?.code]).toEqual(['AR', 'AA'])
  await app.processAll()
  const person = await personOf(app, 'nul')
  const row = await app.db.selectFrom('person').select('name').where('id', '=', person).executeTakeFirst()
  expect(row?.name).toMatch(/^王\s*某$/)
  await personOf(app, 'nul-neighbour')
})

test('a hospital named in Chinese, in GB18030 with bytes that look like separators, keeps its fields apart', async () => {
  // The second byte of 瓅 (AD 7C) is the ASCII code of the field separator.
  await receive(app, { controlId: 'chinese', site: '瓅院', mrn: 'chinese', charset: 'GB18030' })
  expect((await messageOf('chinese'))[0]).toMatchObject({ facility: '瓅院', status: 'applied' })
})

test('an identifier repeated in PID-3 does not stop the lane', async () => {
  await receive(app, { identifiers: '77^^^NH^MR~77^^^NH^MR~A1^^^CN^NI~A1^^^CN^SFZ', controlId: 'repeated' })
  expect((await messageOf('repeated'))[0]?.status).toBe('applied')
})

test('a replay after the cause is mended applies the message in its old place', async () => {
  const at = new Date(Date.now() - 86_400_000)
  // The visit is another patient's until that record is mended.
  await receive(app, { mrn: 'owner', visit: 'shared', at })
  const letter = await deadLetter({ mrn: 'newcomer', visit: 'shared', event: 'A03', controlId: 'shared-2' })
  expect(letter).toMatchObject({ status: 'dead', location: 'PV1-19' })
  await sql`update encounter set visit_number = 'mended' where visit_number = 'shared'`.execute(app.db)
  const answer = await app.request(admin, replayIntakeMessages, { body: { ids: [letter?.id] } })
  expect(answer.body).toEqual({ replayed: 1 })
  await app.processAll()
  expect((await messageOf('shared-2'))[0]).toMatchObject({ status: 'applied', attempts: 2, reason: null })
  await personOf(app, 'newcomer')
})

test('the list of messages shows no name, telephone or identity number, whatever the separators', async () => {
  const plain = adt({
    controlId: 'mask-1',
    mrn: 'mask',
    nationalId: '110101199003071234',
    name: '司马某某',
    phone: '13812345678',
    kin: ['赵钱孙', '13712345678'],
    address: '中山路1号',
  })
  const odd = plain.replaceAll('|', '#').replace('mask-1', 'mask-2')
  const extra = `${plain.replace('mask-1', 'mask-3')}NTE|1||家属 赵钱孙 13712345678\rZPD|司马某某\r`
  const client = await connect()
  for (const text of [plain, odd, extra]) await client.send(Buffer.from(text), { timeoutMs: 5000 })
  client.close()
  await app.processAll()
  for (const controlId of ['mask-1', 'mask-2', 'mask-3']) {
    const [message] = await messageOf(controlId)
    const { body } = await app.request(admin, getIntakeMessage, { params: { id: message?.id } })
    const shown = body.segments.join('\n')
    expect(shown).not.toMatch(/马某|钱孙|1[37]\d12345678|13812345678|19900307|中山路/)
    expect(shown).toContain('mask')
  }
})

test('a reason does not repeat what may be a telephone number or a name', async () => {
  const letter = await deadLetter({ birth: '13812345678' })
  const other = await deadLetter({ birth: '司马某某' })
  expect(JSON.stringify([letter, other])).not.toMatch(/13812345678|司马/)
})
