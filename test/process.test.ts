import { createServer } from 'node:http'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createDataDir, createTestDatabase } from './support/database.ts'
import { careloop, freePort } from './support/process.ts'

const timeout = 120_000
let dir: string
let env: Record<string, string>

beforeAll(async () => {
  dir = await createDataDir()
  env = {
    CARELOOP_DATA_DIR: path.join(dir, 'data'),
    PORT: String(await freePort()),
    MLLP_PORT: String(await freePort()),
    HOST: '127.0.0.1',
  }
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const get = (url: string) => fetch(`http://127.0.0.1:${env.PORT}${url}`)

/** Asks until the answer is this one; a process that is gone answers nothing. */
async function readiness(status: number): Promise<void> {
  const deadline = performance.now() + 15_000
  for (let seen = 0; seen !== status;) {
    await nextTurn(20)
    if (performance.now() > deadline) throw new Error(`/readyz answers ${seen}, not ${status}`)
    seen = (await get('/readyz').catch(() => undefined))?.status ?? 0
  }
}

test(
  'the first start prints a one-time link, a second process is refused, SIGTERM ends it, kill -9 heals',
  async () => {
    const first = careloop(['serve'], env)
    expect(await first.until('/setup?token=')).toContain('works once')
    expect((await get('/readyz')).status).toBe(200)

    const second = await careloop(['serve'], { ...env, PORT: '0' }).ended
    expect(second.code).toBe(1)
    expect(second.output).toMatch(/^Process \d+ already uses the data directory .*\n$/)

    // Commands work beside the running server and leave it running.
    const key = await careloop(['api-key', 'create', '--name', 'test', '--role', 'auditor'], env).ended
    expect(key.output).toMatch(/^cl_[0-9A-Za-z]{40}\n$/)
    const user = [
      'user',
      'create',
      '--username',
      'ops',
      '--name',
      'Ops',
      '--role',
      'administrator',
      '--password-stdin',
    ]
    expect((await careloop(user, env, 'password\n').ended).output).toContain('too common')
    expect((await careloop(user, env, 'Vier-Elefanten-7\n').ended).code).toBe(0)
    expect((await get('/readyz')).status).toBe(200)

    first.child.kill('SIGKILL')
    await first.ended
    const healed = careloop(['serve'], env)
    expect(await healed.until('CareLoop is ready')).not.toContain('setup?token')
    const answer = await fetch(`http://127.0.0.1:${env.PORT}/api/v1/me`, {
      headers: { authorization: `Bearer ${key.output.trim()}` },
    })
    expect(answer.status).toBe(200)

    // PostgreSQL dies without a word; it comes back under the same address.
    const postmaster = Number(
      (await readFile(path.join(dir, 'data', 'pg', 'postmaster.pid'), 'utf8')).split('\n')[0],
    )
    const killed = performance.now()
    process.kill(postmaster, 'SIGQUIT')
    await readiness(503)
    await readiness(200)
    expect(performance.now() - killed).toBeLessThan(10_000)

    const stream = await fetch(`http://127.0.0.1:${env.PORT}/api/v1/live`, {
      headers: { authorization: `Bearer ${key.output.trim()}` },
    })
    const started = performance.now()
    healed.child.kill('SIGTERM')
    await stream.text()
    expect((await healed.ended).code).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(await readFile(path.join(dir, 'data', 'audit-anchor.jsonl'), 'utf8')).toContain('"hash"')
    await expect(readFile(path.join(dir, 'data', 'pg', 'postmaster.pid'))).rejects.toThrow()

    const doctor = await careloop(['doctor', '--audit'], env).ended
    expect(doctor.output).toMatch(/^OK {3}audit chain/m)
    expect(doctor.output).toMatch(/^OK {3}role {12}The application may append to the audit and read it/m)
    expect(doctor.code).toBe(0)

    // As in an installation of before there was a second role: it is made at the next start.
    await rm(path.join(dir, 'data', 'pg-app-password'))
    const another = await careloop(['api-key', 'create', '--name', 'again', '--role', 'auditor'], env).ended
    expect(another.output).toMatch(/^cl_/m)
  },
  timeout,
)

test(
  'a stale lock whose number now belongs to another process is taken over',
  async () => {
    const database = await createTestDatabase()
    const dataDir = path.join(dir, 'stale')
    const settings = { ...env, CARELOOP_DATA_DIR: dataDir, DATABASE_URL: database.url, ROLE: 'web' }
    const first = careloop(['serve'], settings)
    await first.until('CareLoop is ready')
    first.child.kill('SIGKILL')
    await first.ended
    const file = path.join(dataDir, 'careloop.lock')
    const lock = JSON.parse(await readFile(file, 'utf8')) as { pid: number; startedAt: string }
    await writeFile(file, JSON.stringify({ ...lock, pid: process.pid }))
    const second = careloop(['serve'], settings)
    await second.until('CareLoop is ready')
    second.child.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
    await database.drop()
  },
  timeout,
)

test(
  'two processes share one database',
  async () => {
    const database = await createTestDatabase({ empty: true })
    const programs = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const port = String(await freePort())
        const settings = {
          ...env,
          CARELOOP_DATA_DIR: path.join(dir, name),
          DATABASE_URL: database.url,
          ROLE: 'web,worker',
          PORT: port,
          CARELOOP_SECRET: 'one secret for both of the processes',
          CARELOOP_ADMIN_PASSWORD: 'Vier-Elefanten-7',
        }
        const program = careloop(['serve'], settings)
        await program.until('CareLoop is ready')
        return { program, origin: `http://127.0.0.1:${port}` }
      }),
    )
    const [one, two] = programs
    const signIn = await fetch(`${one?.origin ?? ''}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: one?.origin ?? '' },
      body: JSON.stringify({ username: 'admin', password: 'Vier-Elefanten-7' }),
    })
    expect(signIn.status).toBe(200)
    const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect((await fetch(`${two?.origin ?? ''}/api/v1/me`, { headers: { cookie } })).status).toBe(200)
    for (const { program } of programs) program.child.kill('SIGTERM')
    for (const { program } of programs) expect((await program.ended).code).toBe(0)
    await database.drop()
  },
  timeout,
)

test(
  'a port in use, a wrong setting and a silent database are answered in one sentence',
  async () => {
    const database = await createTestDatabase()
    const busy = createServer().listen(0, '127.0.0.1')
    await once(busy, 'listening')
    const address = busy.address()
    const port = String(typeof address === 'object' && address ? address.port : 0)
    const settings = {
      ...env,
      CARELOOP_DATA_DIR: path.join(dir, 'busy'),
      DATABASE_URL: database.url,
      ROLE: 'web',
      // Where the web app is not built, that is a warning.
      LOG_LEVEL: 'error',
    }
    const taken = await careloop(['serve'], { ...settings, PORT: port }).ended
    expect(taken).toEqual({
      code: 1,
      output: `Port ${port} is in use. Stop the other program or set PORT to another port.\n`,
    })
    busy.close()
    const wrong = await careloop(['serve'], { ...settings, PORT: 'http', ROLE: 'wep' }).ended
    expect(wrong.code).toBe(1)
    expect(wrong.output).toContain('PORT:')
    expect(wrong.output).toContain('ROLE: must be "all" or')
    const url = new URL(inject('adminUrl'))
    url.password = 'not-the-password'
    url.pathname = '/no_such_database'
    const refused = await careloop(['serve'], { ...settings, DATABASE_URL: url.href }).ended
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('refuses DATABASE_URL')
    for (const { output } of [taken, wrong, refused]) expect(output).not.toMatch(/\n {4}at /)
    await database.drop()
  },
  timeout,
)

test(
  'wrong use of the command line has its own exit code',
  async () => {
    expect((await careloop(['serv'], env).ended).code).toBe(2)
    expect((await careloop(['api-key', 'create', '--name', 'x'], env).ended).code).toBe(2)
    expect((await careloop(['intake', 'send', dir, '--to', 'nowhere'], env).ended).code).toBe(2)
    const help = await careloop(['backup', '--help'], env).ended
    expect(help.code).toBe(0)
    expect(help.output).toContain('--passphrase-file')
  },
  timeout,
)

test(
  'messages of a batch file are sent one by one, and what is unanswered is told',
  async () => {
    const file = path.join(dir, 'batch.hl7')
    const message = (id: string) => `MSH|^~\\&|HIS|T1|CARELOOP||20260101||ADT^A01|${id}|P|2.5\nPID|1\n`
    await writeFile(file, `FHS|^~\\&\nBHS|^~\\&\n${message('M1')}${message('M2')}BTS|2\nFTS|1\n`)
    const port = await freePort()
    const sent = await careloop(['intake', 'send', file, '--to', `127.0.0.1:${port}`, '--timeout', '1'], env)
      .ended
    expect(sent.code).toBe(3)
    expect(sent.output).toMatch(/^unanswered {2}M1 {2}batch.hl7/m)
    expect(sent.output).toContain('2 messages: 0 accepted, 0 rejected, 2 unanswered')
  },
  timeout,
)
