import { appendFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createTestApp, testActor } from '../../../test/support/app.ts'
import { inYear } from '../../../test/support/clock.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, openDatabase, transaction } from '../../platform/db.ts'
import { migrate, migrateTo } from '../../platform/migrate.ts'
import { readAnchors, writeAnchor } from './anchor.ts'
import { purgeAudit } from './purge.ts'
import { type ChainReport, verifyChain } from './verify.ts'

const database = await createTestDatabase()
const app = await createTestApp({}, database)
const other = openDatabase(database.url, { max: 12 })
afterAll(async () => {
  await other.close()
  await app.close()
})

const { dataDir } = app.services.config
const anchorFile = path.join(dataDir, 'audit-anchor.jsonl')
const verify = async (db: Db = app.db): Promise<ChainReport> =>
  verifyChain(db, await readAnchors([anchorFile]))

beforeEach(async () => {
  await sql`truncate audit_event`.execute(app.db)
  await sql`update audit_head set seq = 0, link = 0, hash = repeat('0', 64), first_link = 1`.execute(app.db)
  await sql`select setval('audit_event_seq', 1, false)`.execute(app.db)
  await rm(anchorFile, { force: true })
})

/** `count` transactions that are all open at the same time, so that each takes a chain of its own as long as there are some. */
async function atOnce(count: number, entries = 1, reason = 'because'): Promise<void> {
  let waiting = count
  let open: () => void = () => undefined
  const allOpen = new Promise<void>((resolve) => (open = resolve))
  await Promise.all(
    Array.from({ length: count }, (_, person) =>
      other.db.transaction().execute(async (trx) => {
        await sql`select audit_append(${JSON.stringify(
          Array.from({ length: entries }, () => ({
            ...{ actorId: 'test', actorName: 'Test', action: 'person.read', outcome: 'allowed' },
            ...{ personId: person, reason },
          })),
        )}::jsonb)`.execute(trx)
        if (--waiting === 0) open()
        await allOpen
      }),
    ),
  )
}

test('writers that write at the same time do not wait for each other: each has a chain, and together they are sound', async () => {
  await atOnce(10, 3)
  expect(await verify()).toEqual({ intact: true, checked: 30, firstSeq: 1, lastSeq: 30, problems: [] })
  expect(await chainsInUse()).toBe(10)
})

test('more writers than chains wait for one and lose nothing', async () => {
  const heads = openDatabase(database.url, { max: 1 })
  let append: Promise<void> | undefined
  await heads.db.transaction().execute(async (trx) => {
    await sql`select 1 from audit_head for update`.execute(trx)
    append = audit(app.db, testActor, { action: 'person.read' })
    await waitsForLock()
  })
  await append
  await heads.close()
  expect(await verify()).toMatchObject({ intact: true, checked: 1 })
})

test('ten thousand entries written at the same time over two pools make one sound audit', async () => {
  const writers = Array.from({ length: 100 }, async (_, writer) => {
    const db = writer % 2 ? app.db : other.db
    for (let entry = 0; entry < 50; entry++)
      await audit(db, testActor, { action: 'person.read', personId: writer })
    for (let entry = 0; entry < 10; entry++)
      await transaction(db, (trx) =>
        audit(
          trx,
          testActor,
          ...Array.from({ length: 5 }, () => ({ action: 'person.write', personId: writer })),
        ),
      )
  })
  await Promise.all(writers)
  expect(await verify()).toMatchObject({ intact: true, checked: 10_000, lastSeq: 10_000 })
})

test('a transaction that was undone leaves a gap in the numbers and none in the chains', async () => {
  await audit(app.db, testActor, { action: 'person.read' })
  await expect(
    app.db.transaction().execute(async (trx) => {
      await sql`select audit_append('[{"actorId": "a", "actorName": "A", "action": "x", "outcome": "allowed"}]')`.execute(
        trx,
      )
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await audit(app.db, testActor, { action: 'person.read' })
  expect(await verify()).toEqual({ intact: true, checked: 2, firstSeq: 1, lastSeq: 3, problems: [] })
})

test('an entry that was moved to another chain is found', async () => {
  await atOnce(4, 5)
  await sql`update audit_event set chain = 1 where chain = 2 and link = 5`.execute(app.db)
  const messages = (await verify()).problems.map((problem) => problem.message)
  expect(messages).toContain('The entry was edited: its hash does not fit its contents.')
  expect(messages).toContain('The end is missing or was added to: the head says entry 5 of chain 2.')
})

test('entries of a chain that does not exist are found', async () => {
  await atOnce(2)
  await sql`update audit_event set chain = 16 where chain = 1`.execute(app.db)
  expect((await verify()).problems.map((problem) => problem.message)).toContain(
    'The entry was inserted: there is no chain 16.',
  )
})

test('a chain that is gone with its head is found', async () => {
  await atOnce(3)
  await sql`delete from audit_event where chain = 2`.execute(app.db)
  const head = await app.db
    .deleteFrom('audit_head')
    .where('chain', '=', 2)
    .returningAll()
    .executeTakeFirstOrThrow()
  expect((await verify()).problems).toEqual([{ seq: null, message: 'The head of chain 2 is missing.' }])
  await app.db.insertInto('audit_head').values(head).execute()
})

test('a chain that was emptied with its head is found by the anchor', async () => {
  await atOnce(3)
  await writeAnchor(app.db, app.services.config)
  await sql`delete from audit_event where chain = 2`.execute(app.db)
  await sql`update audit_head set seq = 0, link = 0, hash = repeat('0', 64) where chain = 2`.execute(app.db)
  const { problems } = await verify()
  expect(problems).toHaveLength(1)
  expect(problems[0]?.message).toMatch(/^The end was cut: entry 1 of chain 2 was seen at .* and is gone\.$/)
})

test('anchors name every chain that went on, and only those', async () => {
  await atOnce(3, 2)
  await writeAnchor(app.db, app.services.config)
  await audit(app.db, testActor, { action: 'person.read' })
  await writeAnchor(app.db, app.services.config)
  await writeAnchor(app.db, app.services.config)
  const { chains: anchors } = await readAnchors([anchorFile])
  expect([...anchors].map(([chain, seen]) => [chain, seen.map((one) => one.link)])).toEqual([
    [0, [2, 3]],
    [1, [2]],
    [2, [2]],
  ])
  expect(await verify()).toMatchObject({ intact: true })
})

test('a purge cuts the beginning of every chain, and a second one as well', async () => {
  await sql`insert into setting (key, value) values ('security.audit-keep-years', '1')`.execute(app.db)
  await inYear(app.db, 2015, async () => {
    await atOnce(4, 5)
    await writeAnchor(app.db, app.services.config)
  })
  await inYear(app.db, 2017, async () => {
    await atOnce(2, 3, 'later')
    expect(await purgeBefore(2016)).toBe(20)
    expect(await verify()).toMatchObject({ intact: true, checked: 7 })
    await writeAnchor(app.db, app.services.config)
  })
  // Chains 2 and 3 are empty now; the next purge takes away the entry that said so.
  await inYear(app.db, 2019, async () => {
    await atOnce(1, 2, 'latest')
    expect(await purgeBefore(2018)).toBe(7)
    expect(await verify()).toMatchObject({ intact: true, checked: 3 })
    await atOnce(4)
    expect(await verify()).toMatchObject({ intact: true, checked: 7 })
  })
  await sql`delete from setting`.execute(app.db)
  await sql`delete from audit_event where chain = 3`.execute(app.db)
  await sql`update audit_head set first_link = link + 1 where chain = 3`.execute(app.db)
  expect((await verify()).problems).toEqual([
    {
      seq: null,
      message: 'The beginning was cut: no purge in the chains says that chain 3 starts at entry 7.',
    },
  ])
})

test('the one chain of an older installation goes on as chain 0, with its anchors and purges', async () => {
  const upgraded = await createTestDatabase({ empty: true })
  const old = openDatabase(upgraded.url, { max: 4 })
  try {
    await migrateTo(old.db, '2026-11-22T1420-dispute')
    const append = (entries: object[]) =>
      sql`select audit_append(${JSON.stringify(entries)}::jsonb)`.execute(old.db)
    const entry = { actorId: 'a', actorName: 'A', action: 'person.read', outcome: 'allowed', personId: 1 }
    await append(Array.from({ length: 20 }, () => entry))
    await sql`delete from audit_event where seq < 5`.execute(old.db)
    await sql`update audit_head set first_seq = 5`.execute(old.db)
    await append([{ ...entry, action: 'audit.purge', subject: '5' }])
    const { rows } = await sql<{ line: string }>`
      select jsonb_build_object('seq', seq, 'hash', hash, 'at', now())::text as line from audit_event where seq in (10, 21)`.execute(
      old.db,
    )
    const old4 = JSON.stringify({ seq: 4, hash: 'gone', at: '2019-07-01T10:00:00Z' })
    await appendFile(anchorFile, [old4, ...rows.map((row) => row.line), ''].join('\n'))
    await migrate(old.db)
    for (let more = 0; more < 5; more++) await audit(old.db, testActor, { action: 'person.read' })
    expect(await verify(old.db)).toEqual({
      intact: true,
      checked: 22,
      firstSeq: 5,
      lastSeq: 26,
      problems: [],
    })
    await sql`update audit_event set person_id = 2 where seq = 9`.execute(old.db)
    expect((await verify(old.db)).problems[0]?.seq).toBe(9)
    await sql`update audit_event set person_id = 1 where seq = 9`.execute(old.db)
    await sql`delete from audit_event where seq = 10`.execute(old.db)
    expect((await verify(old.db)).problems.map((problem) => problem.seq)).toContain(11)
  } finally {
    await old.close()
    await upgraded.drop()
  }
})

async function chainsInUse(): Promise<number> {
  const { rows } = await sql<{ chain: number }>`select distinct chain from audit_event`.execute(app.db)
  return rows.length
}

/** Removes what is from before a year. */
async function purgeBefore(year: number): Promise<number> {
  const anchors = await readAnchors([anchorFile])
  return transaction(app.db, (trx) =>
    purgeAudit(trx, testActor, new Date(`${year}-01-01T00:00:00Z`), anchors),
  )
}

async function waitsForLock(): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'
        and datname = current_database()`.execute(other.db)
      return rows.length
    })
    .toBeGreaterThan(0)
}
