import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { audit } from '../../platform/audit.ts'
import { mailAnchors } from './anchor-mail.ts'
import { anchorRestore, currentHeads, readAnchors, writeAnchor } from './anchor.ts'
import { verifyChain } from './verify.ts'

let app: TestApp
let elsewhere: string

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  elsewhere = path.join(app.services.config.dataDir, 'elsewhere.jsonl')
})
afterAll(() => app.close())

const config = (anchors: Partial<TestApp['services']['config']['anchors']>) => ({
  dataDir: app.services.config.dataDir,
  anchors: { file: undefined, syslog: undefined, mail: undefined, ...anchors },
})
const read = () => audit(app.db, testActor, { action: 'person.read' })

test('anchors go to a file elsewhere as well, and what was seen before a restore says nothing of what came after', async () => {
  await read()
  await writeAnchor(app.db, config({ file: elsewhere }))
  const own = path.join(app.services.config.dataDir, 'audit-anchor.jsonl')
  expect(await readFile(elsewhere, 'utf8')).toBe(await readFile(own, 'utf8'))
  const { chains } = await readAnchors([elsewhere])
  const [head] = await currentHeads(app.db)
  expect(chains.get(0)).toEqual([{ ...head, at: expect.any(String) as string }])
  expect(head).toMatchObject({ first: 1, keep: 6 })
  await anchorRestore(config({ file: elsewhere }))
  expect((await readAnchors([elsewhere, own])).chains.size).toBe(0)
  // The next one names the chains that did not go on, too.
  await writeAnchor(app.db, config({ file: elsewhere }))
  expect((await readAnchors([elsewhere])).chains.size).toBeGreaterThan(0)
})

test('a place that does not take anchors keeps the other places from nothing', async () => {
  await rm(elsewhere, { force: true })
  await read()
  await writeAnchor(app.db, config({ file: '/nowhere/at/all', syslog: 'tcp://127.0.0.1:1' }))
  await read()
  await writeAnchor(app.db, config({ file: elsewhere, syslog: 'tcp://127.0.0.1:1' }))
  expect((await readAnchors([elsewhere])).chains.size).toBeGreaterThan(0)
})

test.each(['udp', 'tcp'])(
  'what a syslog server has received over %s is compared with the database',
  async (protocol) => {
    await read()
    let received = ''
    if (protocol === 'udp') {
      const server = createSocket('udp4').bind(0, '127.0.0.1')
      await once(server, 'listening')
      const message = once(server, 'message') as Promise<[Buffer]>
      await writeAnchor(app.db, config({ syslog: `udp://127.0.0.1:${server.address().port}` }))
      received = String((await message)[0])
      server.close()
    } else {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const connection = once(server, 'connection') as Promise<[NodeJS.ReadableStream]>
      const { port } = server.address() as { port: number }
      const sent = writeAnchor(app.db, config({ syslog: `tcp://127.0.0.1:${port}` }))
      received = await text((await connection)[0])
      await sent
      server.close()
      expect(Number(/^\d+/.exec(received)?.[0])).toBe(received.length - received.indexOf('<'))
    }
    expect(received).toMatch(/<109>1 \d{4}-\S+Z \S+ careloop \d+ audit-anchor - \{"chain":0,/)
    await expectForgeryFoundBy(received)
  },
)

test('a mail with anchors, saved to a file, is compared with the database', async () => {
  const sink = await startSmtpSink()
  await read()
  await mailAnchors(
    { to: 'audit@hospital.example', smtp: `smtp://127.0.0.1:${sink.port}` },
    await currentHeads(app.db),
  )
  const mail = await sink.waitFor(() => true)
  await sink.close()
  expect(mail.to).toEqual(['audit@hospital.example'])
  await expectForgeryFoundBy(mail.text)
})

/** With nothing else outside the database: an end that was cut with its head is found by these anchors, and only by them. */
async function expectForgeryFoundBy(received: string): Promise<void> {
  const file = path.join(app.services.config.dataDir, 'received.txt')
  await writeFile(file, received)
  const anchors = await readAnchors([file])
  expect(await verifyChain(app.db, anchors)).toMatchObject({ intact: true })
  await sql`delete from audit_event where (chain, link) in (select chain, link from audit_head where chain = 0)`.execute(
    app.db,
  )
  await sql`update audit_head h set (seq, link, hash) = (select seq, link, hash from audit_event where chain = 0 order by link desc limit 1)
    where chain = 0`.execute(app.db)
  expect(await verifyChain(app.db, await readAnchors([]))).toMatchObject({ intact: true })
  expect((await verifyChain(app.db, anchors)).problems[0]?.message).toMatch(/^The end was cut/)
}
