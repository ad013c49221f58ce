import iconv from 'iconv-lite'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { adt, personOf } from '../../../test/support/hl7.ts'
import { type Listener, listenMllp } from './listener.ts'
import { MllpClient } from '../../modules/hl7/mllp-client.ts'
import { RawStore } from '../../modules/intake/store.ts'

let app: TestApp
let feed: Listener
const client = new MllpClient()

beforeAll(async () => {
  app = await createTestApp()
  feed = await listenMllp(new RawStore(app.db, () => undefined), { host: '127.0.0.1', port: 0 })
  await client.connect('127.0.0.1', feed.port)
})
afterAll(async () => {
  client.close()
  await feed.close()
  await app.close()
})

/** Sends one frame and answers the segments of what comes back. */
async function send(frame: string | Buffer): Promise<string[]> {
  const ack = await client.send(Buffer.from(frame), { timeoutMs: 10_000, anything: true })
  return ack.raw.toString().split('\r').filter(Boolean)
}

const acks = (segments: string[]) =>
  segments.filter((one) => one.startsWith('MSA')).map((one) => one.split('|').slice(1, 3).join(' '))

async function rejected(like: string) {
  const { rows } = await sql<{ reason: string; location: string }>`
    select reason, location from inbound_message where status = 'rejected' and reason like ${like}`.execute(
    app.db,
  )
  return rows
}

test('every message of a batch is stored and answered, in one batch that names the one it answers', async () => {
  const one = adt({ controlId: 'B1', mrn: 'B1' })
  const bad = adt({ controlId: '', mrn: 'B2' })
  const two = adt({ controlId: 'B3', mrn: 'B3' })
  const answer = await send(
    `FHS|^~\\&|HIS|NH\rBHS|^~\\&|HIS|NH|||||||BATCH7\r${one}${bad}${two}BTS|3\rFTS|1\r`,
  )
  expect(answer[0]).toMatch(/^BHS\|\^~\\&\|CARELOOP\|CARELOOP\|HIS\|NH\|.*\|BATCH7$/)
  expect(acks(answer)).toEqual(['AA B1', 'AR ', 'AA B3'])
  expect(answer.at(-1)).toBe('BTS|3')
  await app.processAll()
  expect(await personOf(app, 'B1')).not.toBe(await personOf(app, 'B3'))
})

test('a batch whose count is wrong is taken, and the wrong count is listed with its reason', async () => {
  const answer = await send(`BHS|^~\\&|HIS|NH\r${adt({ controlId: 'N1' })}${adt({ controlId: 'N2' })}BTS|5\r`)
  expect(acks(answer)).toEqual(['AA N1', 'AA N2'])
  expect(answer.at(-1)).toMatch(/^BTS\|2\|/)
  expect(await rejected('The batch says 5%')).toEqual([
    { reason: 'The batch says 5 messages and holds 2; each of them was taken', location: 'BTS-1' },
  ])
})

test('a batch without a message is refused with its reason', async () => {
  expect(acks(await send('BHS|^~\\&|HIS|NH\rBTS|0\r'))).toEqual(['AR '])
  expect(await rejected('The batch holds no%')).toHaveLength(1)
})

test('several messages run together in one frame are each stored and answered', async () => {
  const answer = await send(adt({ controlId: 'R1', mrn: 'R1' }) + adt({ controlId: 'R2', mrn: 'R2' }))
  expect(acks(answer)).toEqual(['AA R1', 'AA R2'])
  await app.processAll()
  expect(await personOf(app, 'R1')).not.toBe(await personOf(app, 'R2'))
})

test.each([
  ['CR', '\r'],
  ['LF', '\n'],
  ['CR LF', '\r\n'],
  ['CR and blank lines', '\r\r\r'],
])('segments ended by %s are segments', async (name, ending) => {
  const mrn = `end-${name}`
  await send(adt({ mrn, controlId: mrn, name: '段落' }).replaceAll('\r', ending))
  await app.processAll()
  await personOf(app, mrn)
})

test.each([
  ['a byte order mark', '\uFEFF'],
  ['line ends', '\r\n\r\n'],
  ['blanks', '  '],
])('%s before MSH does no harm', async (name, before) => {
  const mrn = `front-${name}`
  expect(acks(await send(before + adt({ mrn, controlId: mrn })))).toEqual([`AA ${mrn}`])
  await app.processAll()
  await personOf(app, mrn)
})

test.each([
  ['BIG-5', 'big5', '陳美玲'],
  ['GB 18030-2000', 'gb18030', '赵镕'],
  ['GBK', 'gbk', '张三'],
  ['8859/1', 'latin1', 'Anaïs Müller'],
  ['', 'utf8', '无名氏'],
])('a name in %s arrives as it was written', async (charset, encoding, name) => {
  const mrn = `in-${encoding}`
  await send(iconv.encode(adt({ mrn, controlId: mrn, name, charset }), encoding))
  await app.processAll()
  const { rows } = await sql`select name from person where id = ${await personOf(app, mrn)}`.execute(app.db)
  expect(rows).toEqual([{ name }])
})

test('separators of its own are read as MSH says, and Z segments are kept', async () => {
  const text = `${adt({ mrn: 'sep', controlId: 'sep', name: '分隔' })}ZPI|1|自定义^内容\r`
  const swapped = text.replaceAll('|', '#').replaceAll('^', '@').replaceAll('~', '*')
  await send(swapped)
  await app.processAll()
  const { rows } = await sql<{ name: string; raw: Buffer }>`
    select p.name, m.raw from inbound_message m join person p on p.id = m.person_id where m.control_id = 'sep'`.execute(
    app.db,
  )
  expect(rows[0]?.name).toBe('分隔')
  expect(rows[0]?.raw.toString()).toContain('ZPI#1#自定义@内容')
})
