import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestApp, testActor } from './support/app.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { run } from './support/database-server.ts'
import { receive } from './support/hl7.ts'
import { prepareDatabase } from '../server/main.ts'
import { anchorFiles, readAnchors, writeAnchor } from '../server/modules/audit/anchor.ts'
import { purgeAudit } from '../server/modules/audit/purge.ts'
import { verifyChain } from '../server/modules/audit/verify.ts'
import { allHandlers } from '../server/worker.ts'
import { audit } from '../server/platform/audit.ts'
import { type Database, openDatabase, transaction } from '../server/platform/db.ts'
import type { DatabaseUrls } from '../server/platform/ownership.ts'

const suffix = randomBytes(4).toString('hex')
const [owner, worker] = [`test_owner_${suffix}`, `test_app_${suffix}`]
const adminUrl = inject('adminUrl')
let database: TestDatabase
let urls: DatabaseUrls
let dir: string
let open: Database

/** An external server as the documentation sets it up: one role owns the database, another one works with it. */
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'careloop-owner-'))
  database = await createTestDatabase({ empty: true })
  for (const role of [owner, worker]) await run(adminUrl, `create role ${role} login password 'x' `)
  await run(adminUrl, `alter database ${nameOf(database.url)} owner to ${owner}`)
  urls = { url: as(worker), ownerUrl: as(owner) }
  await prepareDatabase(urls)
  open = openDatabase(urls.url, { max: 2 })
})
afterAll(async () => {
  await open.close()
  await database.drop()
  await run(adminUrl, `drop role ${owner}, ${worker}`)
  await rm(dir, { recursive: true, force: true })
})

const nameOf = (url: string) => new URL(url).pathname.slice(1)

function as(role: string): string {
  const url = new URL(database.url)
  url.username = role
  url.password = 'x'
  return url.href
}

test('the application takes messages, runs its jobs and keeps its audit as a role that owns nothing', async () => {
  const app = await createTestApp({}, { url: urls.url, drop: () => Promise.resolve() })
  await receive(app, { mrn: 'M1' })
  expect(await app.processAll()).toBeGreaterThan(0)
  const cookie = await app.signInAs('administrator')
  expect(cookie).not.toBe('')
  for (const name of ['platform.partitions', 'audit.purge', 'audit.anchor'])
    await allHandlers(app.services)
      .find(({ job }) => job.name === name)
      ?.run({}, AbortSignal.timeout(10_000))
  expect((await verifyChain(app.db, await readAnchors(anchorFiles(app.services.config)))).intact).toBe(true)
  const { rows } = await sql<{ owned: number }>`
    select count(*)::int as owned from pg_class where pg_get_userbyid(relowner) = ${worker} and relpersistence <> 't'`.execute(
    app.db,
  )
  expect(rows[0]?.owned).toBe(0)
  await app.close()
})

test.each([
  'update audit_event set reason = null',
  'delete from audit_event',
  'truncate audit_event',
  'insert into audit_event select * from audit_event',
  'update audit_head set link = 0',
  `select setval('audit_event_seq', 1)`,
  'alter table audit_event disable trigger all',
  'drop function audit_append(jsonb)',
  'create or replace function audit_append(entries jsonb) returns bigint language sql as $$ select 1::bigint $$',
  'create table mine ()',
  'create function mine() returns int language sql as $$ select 1 $$',
  'create schema mine',
  `delete from kysely_migration`,
  'drop table person',
])('the application may not: %s', async (statement) => {
  await expect(sql.raw(statement).execute(open.db)).rejects.toThrow(/permission denied|must be owner/)
})

test('no part of the audit can be shadowed by a temporary table of the caller', async () => {
  await open.db.connection().execute(async (db) => {
    await sql`create temp table audit_head (like audit_head including all)`.execute(db)
    await sql`create temp table audit_event (like audit_event)`.execute(db)
    const { rows: before } = await sql<{ count: number }>`select count(*) from public.audit_event`.execute(db)
    await sql`select audit_append('[{"actorId": "a", "actorName": "A", "action": "x", "outcome": "allowed"}]')`.execute(
      db,
    )
    const { rows: after } = await sql<{ count: number }>`select count(*) from public.audit_event`.execute(db)
    expect(after[0]?.count).toBe((before[0]?.count ?? 0) + 1)
    await sql`drop table pg_temp.audit_head, pg_temp.audit_event`.execute(db)
  })
})

test('a role that owns nothing starts on a schema that is up to date without the owner, and gets no table of others', async () => {
  await prepareDatabase({ url: urls.url, ownerUrl: urls.url })
  // What somebody else put there is neither ours to give nor in the way.
  await run(database.url, 'create table strangers ()')
  await prepareDatabase(urls)
  await expect(sql`select from strangers`.execute(open.db)).rejects.toThrow('permission denied')
})

test('a role that owns nothing is told so when the schema is not up to date', async () => {
  const empty = await createTestDatabase({ empty: true })
  const url = new URL(urls.url)
  url.pathname = `/${nameOf(empty.url)}`
  await expect(prepareDatabase({ url: url.href, ownerUrl: url.href })).rejects.toThrow(
    'Set DATABASE_OWNER_URL',
  )
  await empty.drop()
})

test('an installation that had one role gets a second one by two statements', async () => {
  const one = await createTestDatabase({ empty: true })
  await run(adminUrl, `alter database ${nameOf(one.url)} owner to ${worker}`)
  const of = (role: string) => {
    const url = new URL(as(role))
    url.pathname = `/${nameOf(one.url)}`
    return url.href
  }
  await prepareDatabase({ url: of(worker), ownerUrl: of(worker) })
  const app = await createTestApp({}, { url: of(worker), drop: () => Promise.resolve() })
  await audit(app.db, testActor, { action: 'person.read' })
  await app.close()
  await run(one.url, `reassign owned by ${worker} to ${owner}`)
  await prepareDatabase({ url: of(worker), ownerUrl: of(owner) })
  const after = await createTestApp({}, { url: of(worker), drop: () => Promise.resolve() })
  await receive(after, { mrn: 'M2' })
  await after.processAll()
  await writeAnchor(after.db, after.services.config)
  const anchors = await readAnchors(anchorFiles(after.services.config))
  expect(await verifyChain(after.db, anchors)).toMatchObject({ intact: true })
  await expect(sql`delete from audit_event`.execute(after.db)).rejects.toThrow('permission denied')
  await expect(
    transaction(after.db, (trx) => purgeAudit(trx, testActor, new Date(), anchors)),
  ).rejects.toThrow('kept for a year')
  await after.close()
  await one.drop()
})
