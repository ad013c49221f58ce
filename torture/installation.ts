import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { careloop, freePort, type Program } from '../test/support/process.ts'

/** A real installation in a temporary folder: the serving process, its embedded PostgreSQL, its ports. */
export type Installation = {
  dir: string
  port: number
  mllpPort: number
  /** Environment for further commands on the same installation. */
  env: Record<string, string>
  /** The serving process; a new one after each start. */
  program: () => Program
  /** Starts serving; with `ready: false` it returns as soon as the process exists. */
  start: (options?: { ready?: boolean }) => Promise<void>
  /** `kill -9` of the serving process only; PostgreSQL goes on. */
  kill: () => Promise<void>
  /** Immediate shutdown of PostgreSQL (SIGQUIT to the postmaster): no checkpoint, crash recovery at the next start. */
  killPostgres: () => Promise<void>
  /** Address of the embedded database. */
  databaseUrl: () => Promise<string>
  /** Milliseconds until /readyz answers 200. */
  ready: () => Promise<number>
  /** Stops everything and removes the folder. */
  remove: () => Promise<void>
}

export const adminPassword = 'Vier-Elefanten-7'

/** Prepares an installation; nothing runs before `start`. */
export async function createInstallation(
  options: { port?: number; mllpPort?: number; env?: Record<string, string>; dir?: string } = {},
): Promise<Installation> {
  const dir = options.dir ?? (await mkdtemp(path.join(tmpdir(), 'careloop-torture-')))
  const port = options.port ?? (await freePort())
  const mllpPort = options.mllpPort ?? (await freePort())
  const env = {
    CARELOOP_DATA_DIR: path.join(dir, 'data'),
    PORT: String(port),
    MLLP_PORT: String(mllpPort),
    HOST: '127.0.0.1',
    CARELOOP_ADMIN_PASSWORD: adminPassword,
    LOG_LEVEL: 'error',
    ...options.env,
  }
  let program: Program | undefined
  const running = () => {
    if (!program) throw new Error('the installation was not started')
    return program
  }
  const postmaster = async () => {
    const text = await readFile(path.join(dir, 'data', 'pg', 'postmaster.pid'), 'utf8')
    const lines = text.split('\n')
    return { pid: Number(lines[0]), port: Number(lines[3]), socketDir: (lines[4] ?? '').trim() }
  }
  return {
    dir,
    port,
    mllpPort,
    env,
    program: running,
    async start({ ready = true } = {}) {
      program = careloop(['serve'], env)
      // A process killed while it starts ends without the words that somebody may be waiting for.
      if (ready) await program.until('CareLoop is ready')
    },
    async kill() {
      running().child.kill('SIGKILL')
      await running().ended
    },
    async killPostgres() {
      process.kill((await postmaster()).pid, 'SIGQUIT')
    },
    async databaseUrl() {
      const password = (await readFile(path.join(dir, 'data', 'pg-password'), 'utf8')).trim()
      const { port: databasePort, socketDir } = await postmaster()
      // As the server itself does, so that a comparison compares the same way in.
      const host = socketDir ? encodeURIComponent(socketDir) : '127.0.0.1'
      return `postgres://careloop:${password}@${host}:${databasePort}/careloop`
    },
    async ready() {
      const began = performance.now()
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
        if (answer?.status === 200) return performance.now() - began
        if (performance.now() - began > 60_000) throw new Error('the installation did not get ready in 60 s')
        await sleep(20)
      }
    },
    async remove() {
      if (program?.child.exitCode === null && program.child.signalCode === null) {
        program.child.kill('SIGTERM')
        await program.ended
      }
      // After a failed run PostgreSQL may be left behind.
      await postmaster()
        .then(({ pid }) => process.kill(pid, 'SIGINT'))
        .catch(() => undefined)
      for (let look = 0; look < 50 && (await exists(postmaster)); look++) await sleep(100)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function exists(read: () => Promise<unknown>): Promise<boolean> {
  return read().then(
    () => true,
    () => false,
  )
}
