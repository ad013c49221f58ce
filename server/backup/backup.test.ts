import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getFollowUpFigures, listFollowUpRows } from '../../contract/figure.ts'
import { createTestApp, type TestApp, testActor } from '../../test/support/app.ts'
import { createTestDatabase } from '../../test/support/database.ts'
import { discharged } from '../../test/support/hospital.ts'
import { noAnchors } from '../modules/audit/anchor.ts'
import { verifyChain } from '../modules/audit/verify.ts'
import { audit } from '../platform/audit.ts'
import { localDate, shiftDate } from '../platform/clock.ts'
import { type Db, openDatabase, transaction } from '../platform/db.ts'
import { backup } from './dump.ts'
import type { BackupKey } from './format.ts'
import { restore, verifyBackup } from './restore.ts'

let app: TestApp
let dir: string
const none: BackupKey = { kind: 'none' }
const quiet = { progress: () => undefined }

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  dir = await mkdtemp(path.join(tmpdir(), 'careloop-backup-'))
  await app.createUser('kept', 'administrator')
  // Before there are many people whom the newly arrived would be compared with.
  const { task } = await discharged(app, 'kept-1')
  await discharged(app, 'kept-2', { department: 'RESP' })
  await sql`update task set status = 'completed', outcome = 'done', reached = true, completed_at = now() where id = ${task}`.execute(
    app.db,
  )
  // An old month, text that COPY has to escape, and a table big enough for several chunks.
  await sql`create table audit_event_202001 partition of audit_event for values from ('2020-01-01') to ('2020-02-01')`.execute(
    app.db,
  )
  await sql`insert into site (code, name) values ('T1', ${'tab\there, line\nthere, back\\slash, 病历'})`.execute(
    app.db,
  )
  await sql`insert into person (name, search_name, pinyin, initials, source, source_time, note)
    select '张' || n, '张' || n, 'zhang', 'z', 'test', now(), md5(n::text) || repeat(md5((n * 7)::text), 20)
    from generate_series(1, 20000) n`.execute(app.db)
  await audit(
    app.db,
    testActor,
    { action: 'person.read', personId: 1 },
    { action: 'person.read', subject: null },
  )
})
afterAll(async () => {
  await app.close()
  await rm(dir, { recursive: true, force: true })
})

async function counts(db: Db): Promise<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const table of ['app_user', 'app_account', 'role_grant', 'site', 'person', 'audit_event']) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)
    all[table] = rows[0]?.n ?? -1
  }
  return all
}

/** What the people who use it see of the installation: every figure, and the rows behind one of them. */
async function figuresOf(of: TestApp, manager: string) {
  const today = localDate(new Date(), 'Asia/Shanghai')
  const period = { from: shiftDate(today, -7), to: today }
  const figures = await of.request(manager, getFollowUpFigures, { query: { ...period, by: 'department' } })
  const rows = await of.request(manager, listFollowUpRows, { query: { ...period, measure: 'followed' } })
  return { figures: figures.body, rows: rows.body }
}

test('a backup taken under load is restored into an empty installation: rows, audit chain and figures are equal', async () => {
  const file = path.join(dir, 'load.backup')
  const manager = await app.signInAs('manager')
  const figures = await figuresOf(app, manager)
  let writing = true as boolean
  const load = (async () => {
    for (let n = 0; writing; n++)
      await transaction(app.db, async (trx) => {
        await sql`insert into site (code, name) values (${`L${n}`}, 'x')`.execute(trx)
        await audit(trx, testActor, { action: 'site.create', subject: `L${n}` })
      })
  })()
  const end = await backup(app.services.database.url, file, none, quiet)
  writing = false
  await load
  const target = await createTestDatabase({ empty: true })
  await restore(target.url, file, none, quiet)
  const database = openDatabase(target.url)
  const restored = await counts(database.db)
  const backedUp = Object.fromEntries(end.tables.map((table) => [table.name, table.rows]))
  for (const [table, count] of Object.entries(restored))
    expect([table, count]).toEqual([table, backedUp[table]])
  expect(restored.person).toBe(20_002)
  // Site and audit are written in one transaction, so one snapshot has as many of the one as of the other.
  const { rows } = await sql<{ sites: number; entries: number }>`
    select (select count(*) from site where code like 'L%') as sites,
      (select count(*) from audit_event where action = 'site.create') as entries`.execute(database.db)
  expect(rows[0]?.sites).toBe(rows[0]?.entries)
  expect(await verifyChain(database.db, noAnchors)).toMatchObject({ intact: true })
  const site = await database.db
    .selectFrom('site')
    .select('name')
    .where('code', '=', 'T1')
    .executeTakeFirstOrThrow()
  expect(site.name).toBe('tab\there, line\nthere, back\\slash, 病历')
  const again = await createTestApp({}, target)
  const restoredFigures = await figuresOf(again, manager)
  expect(restoredFigures.rows.items.length).toBe(1)
  expect(restoredFigures).toEqual(figures)
  // Numbers go on where they stopped, and foreign keys are back.
  await expect(
    sql`insert into department (site_id, code, name) values (999999, 'x', 'x')`.execute(database.db),
  ).rejects.toThrow('foreign key')
  await sql`insert into site (code, name) values ('NEW', 'x')`.execute(database.db)
  await database.close()
  await again.close()
})

test('nothing is restored into an installation that is not empty, unless it may be replaced', async () => {
  const file = path.join(dir, 'replace.backup')
  await backup(app.services.database.url, file, none, quiet)
  const other = await createTestApp({}, await createTestDatabase())
  await other.createUser('already-here', 'administrator')
  const { url } = other.services.database
  await expect(restore(url, file, none, quiet)).rejects.toThrow('not empty')
  await expect(restore(url, file, none, { ...quiet, replace: true })).rejects.toThrow(
    'is running on this database',
  )
  await other.services.close()
  await restore(url, file, none, { ...quiet, replace: true })
  const database = openDatabase(url)
  const users = await database.db.selectFrom('app_user').select('username').execute()
  expect(users).toContainEqual({ username: 'kept' })
  expect(users).not.toContainEqual({ username: 'already-here' })
  await database.close()
  await other.close()
})

test('an encrypted backup opens with its key only and holds no readable text', async () => {
  const file = path.join(dir, 'sealed.backup')
  const key: BackupKey = { kind: 'passphrase', text: 'correct horse battery' }
  await backup(app.services.database.url, file, key, quiet)
  const { end } = await verifyBackup(file, key)
  expect(end.tables.find((table) => table.name === 'person')?.rows).toBeGreaterThanOrEqual(20_000)
  await expect(verifyBackup(file, { kind: 'passphrase', text: 'wrong horse' })).rejects.toThrow(
    'cannot be decrypted',
  )
})

test.each(['plain', 'sealed'])('a %s backup that was changed or cut anywhere is refused', async (kind) => {
  const file = path.join(dir, `${kind}-torn.backup`)
  const key: BackupKey = kind === 'plain' ? none : { kind: 'secret', text: 'a secret of the installation' }
  await backup(app.services.database.url, file, key, quiet)
  const whole = await readFile(file)
  const torn = path.join(dir, 'torn.backup')
  for (const at of [10, 200, 201, whole.length >> 1, whole.length - 30, whole.length - 1]) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 0x40
    await writeFile(torn, changed)
    await expect(verifyBackup(torn, key)).rejects.toThrow(/backup/i)
    await writeFile(torn, whole.subarray(0, at))
    await expect(verifyBackup(torn, key)).rejects.toThrow(/backup/i)
  }
})

test('a restore that fails half-way leaves the installation as it was', async () => {
  const file = path.join(dir, 'broken.backup')
  await sql`alter table role_grant drop constraint role_grant_user_id_fkey`.execute(app.db)
  await sql`insert into role_grant (user_id, role) values ('nobody', 'nurse')`.execute(app.db)
  await backup(app.services.database.url, file, none, quiet)
  await sql`delete from role_grant where user_id = 'nobody'`.execute(app.db)
  const target = await createTestDatabase()
  const database = openDatabase(target.url)
  const before = await counts(database.db)
  await database.close()
  await expect(restore(target.url, file, none, quiet)).rejects.toThrow('role_grant_user_id_fkey')
  const again = openDatabase(target.url)
  expect(await counts(again.db)).toEqual(before)
  await again.close()
  await target.drop()
})
