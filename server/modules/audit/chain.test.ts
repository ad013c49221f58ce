import { appendFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listAudit, verifyAudit } from '../../../contract/audit.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { audit } from '../../platform/audit.ts'
import { transaction } from '../../platform/db.ts'
import { inYear } from '../../../test/support/clock.ts'
import { anchorFiles, noAnchors, readAnchors, writeAnchor } from './anchor.ts'
import { entryColumns, hashOf, type Entry } from './entry.ts'
import { purgeAudit } from './purge.ts'
import { type ChainReport, verifyChain } from './verify.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
})
afterAll(() => app.close())

const verify = async (): Promise<ChainReport> =>
  verifyChain(app.db, await readAnchors(anchorFiles(app.services.config)))

/** A chain of 40 entries, the anchor at the 30th and at the end. */
beforeEach(async () => {
  await emptyChains()
  await readPersons(40)
})

async function emptyChains(): Promise<void> {
  await sql`truncate audit_event`.execute(app.db)
  await sql`update audit_head set seq = 0, link = 0, hash = repeat('0', 64), first_link = 1`.execute(app.db)
  await sql`select setval('audit_event_seq', 1, false)`.execute(app.db)
}

async function readPersons(count: number): Promise<void> {
  for (let entry = 1; entry <= count; entry++)
    await audit(app.db, testActor, {
      action: 'person.read',
      personId: entry,
      subject: entry % 2 ? `person:${entry}` : null,
      fields: ['name', 'phone'],
      reason: 'because',
    })
}

test('a chain that nobody touched verifies', async () => {
  expect(await verify()).toEqual({ intact: true, checked: 40, firstSeq: 1, lastSeq: 40, problems: [] })
})

const columns: [string, string][] = [
  ['at', `at + interval '1 microsecond'`],
  ['actor_id', `'user:other'`],
  ['actor_name', `actor_name || ' '`],
  ['action', `'person.write'`],
  ['outcome', `'refused'`],
  ['person_id', `person_id + 1`],
  ['person_id', `null`],
  ['subject', `'person:99'`],
  ['subject', `null`],
  ['subject', `'-'`],
  ['fields', `array['name']`],
  ['fields', `array['name,phone']`],
  ['reason', `null`],
  ['reason', `'because' || chr(31)`],
  ['address', `'192.0.2.99'`],
  ['chain', `1`],
  ['link', `link + 1`],
  ['link', `null`],
  ['seq', `41`],
  ['prev_hash', `repeat('0', 64)`],
  ['hash', `repeat('f', 64)`],
]

test.each(columns)('an edit of the column %s to %s is found', async (column, value) => {
  await sql.raw(`update audit_event set ${column} = ${value} where seq = 17`).execute(app.db)
  const report = await verify()
  expect(report.intact).toBe(false)
  expect(report.problems[0]?.seq).toBeGreaterThanOrEqual(17)
})

test('an entry that was edited with its own hash made right is found by the next one', async () => {
  await sql`update audit_event set reason = 'another' where seq = 17`.execute(app.db)
  await rehash('seq = 17')
  expect((await verify()).problems[0]).toMatchObject({ seq: 18 })
})

test('an inserted entry is found', async () => {
  await sql`insert into audit_event select seq, at + interval '1 microsecond', actor_id, actor_name, action, outcome, person_id,
    subject, fields, reason, address, prev_hash, hash, chain, link from audit_event where seq = 17`.execute(
    app.db,
  )
  expect((await verify()).problems.map((problem) => problem.seq)).toContain(17)
})

test('a deleted entry is found', async () => {
  await sql`delete from audit_event where seq = 17`.execute(app.db)
  expect((await verify()).problems[0]).toMatchObject({
    seq: 18,
    message: 'Entries 17 to 17 of chain 0 are missing, which came before this one.',
  })
})

test('two entries that changed places are found', async () => {
  await sql`update audit_event set seq = case seq when 17 then 18 else 17 end where seq in (17, 18)`.execute(
    app.db,
  )
  expect((await verify()).intact).toBe(false)
})

test('a cut end is found by the head', async () => {
  await sql`delete from audit_event where seq > 35`.execute(app.db)
  expect((await verify()).intact).toBe(false)
})

test('a cut beginning is found, also when the head says that the chain begins later', async () => {
  await sql`delete from audit_event where seq < 5`.execute(app.db)
  await sql`update audit_head set first_link = 5 where chain = 0`.execute(app.db)
  expect((await verify()).problems).toEqual([
    { seq: 5, message: 'The beginning was cut: no purge in the chains says that chain 0 starts at entry 5.' },
  ])
})

test('a cut end with a rewritten head is found by the anchor outside the database', async () => {
  await withAnchor(async () => {
    await sql`delete from audit_event where seq > 35`.execute(app.db)
    await sql`update audit_head set (seq, link, hash) = (select seq, link, hash from audit_event where seq = 35)
      where chain = 0`.execute(app.db)
    const report = await verify()
    expect(report.problems).toHaveLength(1)
    expect(report.problems[0]?.message).toMatch(/^The end was cut: entry 40 of chain 0 was seen at/)
  })
})

test('a chain that was rewritten from one entry to the head is found by the anchor', async () => {
  await withAnchor(async () => {
    await sql`update audit_event set reason = 'another' where seq = 17`.execute(app.db)
    for (let seq = 17; seq <= 40; seq++) {
      await sql`update audit_event e set prev_hash = p.hash from audit_event p where e.seq = ${seq} and p.seq = ${seq - 1}`.execute(
        app.db,
      )
      await rehash(`seq = ${seq}`)
    }
    await sql`update audit_head set hash = (select hash from audit_event where seq = 40) where chain = 0`.execute(
      app.db,
    )
    expect((await verify()).problems[0]?.message).toMatch(/^The chain was rewritten: entry 40/)
  })
})

test('after a purge the rest of the chain verifies', async () => {
  await emptyChains()
  await inYear(app.db, 2019, async () => {
    await readPersons(20)
    await writeAnchor(app.db, app.services.config)
  })
  await readPersons(20)
  await writeAnchor(app.db, app.services.config)
  const before = new Date('2020-01-01T00:00:00Z')
  const anchors = await readAnchors(anchorFiles(app.services.config))
  expect(await transaction(app.db, (trx) => purgeAudit(trx, testActor, before, noAnchors))).toBe(0)
  expect(await transaction(app.db, (trx) => purgeAudit(trx, testActor, before, anchors))).toBe(20)
  expect(await verify()).toEqual({ intact: true, checked: 21, firstSeq: 21, lastSeq: 41, problems: [] })
  await rm(anchorFiles(app.services.config)[0] ?? '')
})

test('nobody has entries of the last year removed', async () => {
  await writeAnchor(app.db, app.services.config)
  const anchors = await readAnchors(anchorFiles(app.services.config))
  await expect(transaction(app.db, (trx) => purgeAudit(trx, testActor, new Date(), anchors))).rejects.toThrow(
    'kept for a year at least',
  )
  await rm(anchorFiles(app.services.config)[0] ?? '')
})

test('an entry is not written when its transaction fails', async () => {
  await expect(
    transaction(app.db, async (trx) => {
      await audit(trx, testActor, { action: 'person.write' })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect((await verify()).lastSeq).toBe(40)
})

test('an auditor reads the audit newest first, page by page, and verifies the chain', async () => {
  const cookie = await app.signInAs('auditor')
  const first = await app.request(cookie, listAudit, { query: { limit: 10, action: 'person.read' } })
  expect(first.body.items.map((item) => item.seq)).toEqual([40, 39, 38, 37, 36, 35, 34, 33, 32, 31])
  const cursor = first.body.nextCursor ?? ''
  const second = await app.request(cookie, listAudit, { query: { limit: 10, action: 'person.read', cursor } })
  expect(second.body.items[0]?.seq).toBe(30)
  expect((await app.request(cookie, verifyAudit)).body).toMatchObject({ intact: true, problems: [] })
  const own = await app.db
    .selectFrom('audit_event')
    .select('seq')
    .where('action', '=', 'audit.list')
    .execute()
  expect(own).toHaveLength(2)
})

/** As somebody does it who knows how entries are hashed. */
async function rehash(where: string): Promise<void> {
  const { rows } = await sql<Entry>`
    select ${entryColumns} from audit_event e where ${sql.raw(where)}`.execute(app.db)
  for (const row of rows)
    await sql`update audit_event set hash = ${hashOf(row)} where seq = ${row.seq}`.execute(app.db)
}

/** Each with a file of its own, because the chain begins anew for every test. */
async function withAnchor(work: () => Promise<void>): Promise<void> {
  const { dataDir } = app.services.config
  await writeAnchor(app.db, app.services.config)
  await appendFile(path.join(dataDir, 'audit-anchor.jsonl'), '{"seq": 41, "ha')
  try {
    await work()
  } finally {
    await rm(path.join(dataDir, 'audit-anchor.jsonl'))
  }
}
