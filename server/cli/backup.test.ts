import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestApp, type TestApp, testActor } from '../../test/support/app.ts'
import { createTestDatabase } from '../../test/support/database.ts'
import { careloop } from '../../test/support/process.ts'
import { backup } from '../backup/dump.ts'
import { audit } from '../platform/audit.ts'

/** Commands are processes of their own, which a busy machine delays. */
const timeout = 120_000
let app: TestApp
let dir: string
let env: Record<string, string>

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  dir = await mkdtemp(path.join(tmpdir(), 'careloop-cli-'))
  env = { CARELOOP_DATA_DIR: path.join(dir, 'data'), DATABASE_URL: app.services.database.url }
  await app.createUser('kept', 'administrator')
  await audit(app.db, testActor, { action: 'person.read' })
})
afterAll(async () => {
  await app.close()
  await rm(dir, { recursive: true, force: true })
})

const scratches = async () => {
  const client = new pg.Client({ connectionString: inject('adminUrl') })
  await client.connect()
  const { rows } = await client.query(`select from pg_database where datname like 'careloop\\_verify\\_%'`)
  await client.end()
  return rows.length
}

const places: [string, string, (folder: string) => Promise<string>][] = [
  [
    'into a directory that is not there',
    'there is no such directory',
    (folder) => Promise.resolve(path.join(folder, 'none', 'b')),
  ],
  [
    'below a file',
    'there is no such directory',
    async (folder) => {
      await writeFile(path.join(folder, 'file'), '')
      return path.join(folder, 'file', 'b')
    },
  ],
  [
    'over a directory',
    'it is no file',
    async (folder) => {
      await mkdir(path.join(folder, 'b'))
      return path.join(folder, 'b')
    },
  ],
  ['where nobody may write', 'this user may not write there', () => Promise.resolve('/sys/b')],
  [
    'under a name that is too long',
    'the name is too long',
    (folder) => Promise.resolve(path.join(folder, 'b'.repeat(250))),
  ],
]

test.each(places)(
  'a backup %s fails at once, says that %s, and leaves nothing behind',
  async (_, sentence, place) => {
    const folder = await mkdtemp(path.join(dir, 'place-'))
    const file = await place(folder)
    const before = await readdir(folder)
    const failed = backup(
      env.DATABASE_URL ?? '',
      file,
      { kind: 'none' },
      { overwrite: true, progress: () => undefined },
    )
    await expect(failed).rejects.toThrow(sentence)
    expect(await readdir(folder)).toEqual(before)
    const { rows } = await sql`select from pg_stat_activity where application_name = 'careloop backup'
    and datname = current_database()`.execute(app.db)
    expect(rows).toEqual([])
  },
)

test(
  'a backup that the disk has no room for says so and leaves no file',
  () => {
    const file = path.join(dir, 'full.backup')
    const shim = path.resolve(import.meta.dirname, '../../bin/careloop.js')
    // The shell's limit stands for the disk: it is reached after the file was opened and written to for a while.
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f 16; exec "${process.execPath}" "${shim}" backup "${file}"`],
      { env: { PATH: process.env.PATH, ...env, NODE_COMPILE_CACHE: '' }, encoding: 'utf8' },
    )
    expect(stderr).toMatch(/^The backup cannot be written to .*: a file may not grow so large there\.\n$/)
    expect(status).toBe(1)
    return expect(readdir(dir)).resolves.not.toContainEqual(expect.stringContaining('full'))
  },
  timeout,
)

test(
  'a backup goes on when the reader of its words is gone, and an existing file stays what it is',
  async () => {
    const file = path.join(dir, 'alone.backup')
    const started = careloop(['backup', file], env)
    started.child.stdout?.destroy()
    started.child.stderr?.destroy()
    expect((await started.ended).code).toBe(0)
    const { mtimeMs } = await stat(file)
    const again = await careloop(['backup', file], env).ended
    expect(again).toMatchObject({ code: 1, output: `${file} exists already. Add --force to overwrite it.\n` })
    expect((await stat(file)).mtimeMs).toBe(mtimeMs)
  },
  timeout,
)

test(
  'a table that somebody else put there is left out, said so, and the backup can be restored',
  async () => {
    await sql`create table somebodys_own (id serial primary key, note text)`.execute(app.db)
    const file = path.join(dir, 'foreign.backup')
    const made = await careloop(['backup', file, '--verify'], env).ended
    expect(made.output).toContain(`Left out, because they are not CareLoop's: somebodys_own\n`)
    expect(made.output).toMatch(
      /Verified in a scratch database: \d+ tables with \d+ rows are as many as in the file, the audit chain is intact \(\d+ entries\)\./,
    )
    expect(made.code).toBe(0)
    expect(await scratches()).toBe(0)
    await sql`drop table somebodys_own`.execute(app.db)

    const target = await createTestDatabase({ empty: true })
    const into = { CARELOOP_DATA_DIR: path.join(dir, 'other'), DATABASE_URL: target.url }
    const secret = 'a secret that this installation has, 32+'
    const refused = await careloop(['restore', file], { ...into, CARELOOP_SECRET: secret }).ended
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(
      /^The backup is not encrypted, so anybody could have written it.*--unsealed.*\n$/,
    )
    const restored = await careloop(['restore', file, '--unsealed'], { ...into, CARELOOP_SECRET: secret })
      .ended
    expect(restored.output).toContain('The audit chain is intact')
    expect(restored.code).toBe(0)
    await target.drop()
  },
  timeout,
)

test(
  'a backup that cannot be restored is found by --verify, and the scratch database is dropped all the same',
  async () => {
    await sql`alter table role_grant drop constraint role_grant_user_id_fkey`.execute(app.db)
    await sql`insert into role_grant (user_id, role) values ('nobody', 'nurse')`.execute(app.db)
    const made = await careloop(['backup', path.join(dir, 'orphan.backup'), '--verify'], env).ended
    expect(made.output).toContain('role_grant_user_id_fkey')
    expect(made.code).toBe(1)
    expect(await scratches()).toBe(0)
  },
  timeout,
)

test(
  'a command on a directory without a database makes none, and names that of the demo',
  async () => {
    const empty = { CARELOOP_DATA_DIR: path.join(dir, 'empty') }
    const key = ['api-key', 'create', '--name', 'x', '--role', 'auditor']
    const refused = await careloop(key, empty).ended
    expect(refused).toEqual({
      code: 1,
      output: `There is no database in ${empty.CARELOOP_DATA_DIR}. Set CARELOOP_DATA_DIR to the directory of the installation, or start it once: careloop serve\n`,
    })
    // A look around is no failure, but an audit that was asked for and not walked is one.
    const looked = await careloop(['doctor'], empty).ended
    expect(looked.output).not.toMatch(/audit chain|^FAIL +data/m)
    for (const asked of [
      ['--audit'],
      ['--anchors', import.meta.filename],
      ['--audit', '--anchors', 'none'],
    ]) {
      const { code, output } = await careloop(['doctor', ...asked], empty).ended
      expect(output, asked.join(' ')).toMatch(/^FAIL audit chain +The audit was not walked/m)
      expect(code, asked.join(' ')).toBe(1)
    }
    await expect(stat(empty.CARELOOP_DATA_DIR)).rejects.toThrow('ENOENT')
    const demo = path.join(empty.CARELOOP_DATA_DIR, 'demo')
    await mkdir(path.join(demo, 'pg'), { recursive: true })
    await writeFile(path.join(demo, 'pg', 'PG_VERSION'), '18')
    expect((await careloop(['backup', path.join(dir, 'x')], empty).ended).output).toContain(
      `CARELOOP_DATA_DIR=${demo}\n`,
    )
    expect((await careloop(['doctor'], empty).ended).output).toContain('There is no database in')
    expect(await readdir(empty.CARELOOP_DATA_DIR)).toEqual(['demo'])
  },
  timeout,
)
