import type { Command } from 'commander'
import pg from 'pg'
import { constants, existsSync } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { loadMllpTls } from '../feeds/hl7/tls.ts'
import { anchorFiles, readAnchors } from '../modules/audit/anchor.ts'
import { verifyChain } from '../modules/audit/verify.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { openDatabase } from '../platform/db.ts'
import { hasEmbedded, startEmbedded } from '../platform/embedded.ts'
import { lockOwner } from '../platform/lock.ts'
import { log } from '../platform/log.ts'
import { pendingMigrations } from '../platform/migrate.ts'
import { type DatabaseUrls, databaseUrls } from '../platform/ownership.ts'
import { exitCodes } from './run.ts'

type Finding = { level: 'OK' | 'WARN' | 'FAIL'; subject: string; message: string; advice?: string }

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Check this installation and say what to mend; exit code 1 when something fails')
    .option('--audit', 'also walk the whole audit, all its chains (minutes on a large installation)')
    .option(
      '--anchors <file...>',
      'walk the audit and compare it with these anchors, too: files, saved mails, lines of a syslog',
    )
    .action(async (options: { audit?: boolean; anchors?: string[] }) => {
      const config = readConfig()
      log.level = 'silent'
      let failed = false
      for await (const finding of examine(config, {
        audit: options.audit ?? options.anchors !== undefined,
        anchors: options.anchors ?? [],
      })) {
        failed ||= finding.level === 'FAIL'
        console.log(`${finding.level.padEnd(5)}${finding.subject.padEnd(16)}${finding.message}`)
        if (finding.advice) console.log(`${' '.repeat(21)}→ ${finding.advice}`)
      }
      process.exitCode = failed ? exitCodes.failed : exitCodes.done
    })
}

type Wanted = { audit: boolean; anchors: string[] }

async function* examine(config: Config, wanted: Wanted): AsyncGenerator<Finding> {
  yield await dataDirectory(config)
  yield await diskSpace(config)
  const owner = await lockOwner(config.dataDir)
  yield owner
    ? { level: 'OK', subject: 'process', message: `CareLoop runs as process ${owner}.` }
    : { level: 'OK', subject: 'process', message: 'CareLoop is not running on this data directory.' }
  yield* ports(config, owner !== undefined)
  yield* certificate(config)
  yield config.databaseUrl && !config.secret
    ? {
        level: 'WARN',
        subject: 'secret',
        message: 'CARELOOP_SECRET is not set; this machine keeps its own key.',
        advice: 'Set the same CARELOOP_SECRET on every machine that shares the database.',
      }
    : {
        level: 'OK',
        subject: 'secret',
        message: config.secret ? 'From CARELOOP_SECRET.' : 'In the data directory.',
      }
  yield anchoring(config)
  let walked = false
  for await (const finding of database(config, wanted)) {
    walked ||= finding.subject === chainSubject
    yield finding
  }
  // Whoever asks for proof must not take silence for one.
  if (wanted.audit && !walked)
    yield {
      level: 'FAIL',
      subject: chainSubject,
      message: 'The audit was not walked: there was none to read.',
      advice: 'Mend the above, or set CARELOOP_DATA_DIR to the directory of the installation.',
    }
}

const chainSubject = 'audit chain'

async function dataDirectory({ dataDir }: Config): Promise<Finding> {
  const subject = 'data directory'
  try {
    const place = nearest(dataDir)
    await access(place, constants.R_OK | constants.W_OK | constants.X_OK)
    const message =
      place === dataDir ? `${dataDir} is writable.` : `${dataDir} is made at the first start; it can be.`
    return { level: 'OK', subject, message }
  } catch (error) {
    return {
      level: 'FAIL',
      subject,
      message: `${dataDir} cannot be written: ${(error as Error).message}`,
      advice: 'Give the user that runs CareLoop the directory, or set CARELOOP_DATA_DIR to another one.',
    }
  }
}

/** The directory, or the one that it would be made in: a check leaves nothing behind. */
function nearest(dir: string): string {
  const parent = path.dirname(dir)
  return existsSync(dir) || parent === dir ? dir : nearest(parent)
}

async function diskSpace({ dataDir }: Config): Promise<Finding> {
  const subject = 'disk'
  try {
    const { bavail, bsize, blocks } = await statfs(nearest(dataDir))
    const free = (bavail * bsize) / 2 ** 30
    const share = Math.round((bavail / blocks) * 100)
    const message = `${free.toFixed(1)} GB free (${share} %).`
    const advice = 'Free some space: PostgreSQL stops when the disk is full.'
    if (free < 1) return { level: 'FAIL', subject, message, advice }
    return free < 5 ? { level: 'WARN', subject, message, advice } : { level: 'OK', subject, message }
  } catch (error) {
    return { level: 'WARN', subject, message: `The free space cannot be read: ${(error as Error).message}` }
  }
}

async function* ports(config: Config, running: boolean): AsyncGenerator<Finding> {
  for (const [variable, port] of [
    ['PORT', config.port],
    ['MLLP_PORT', config.mllpPort],
    ...(config.mllpTls ? [['MLLP_TLS_PORT', config.mllpTls.port] as const] : []),
  ] as const) {
    const taken = await isTaken(port, config.host ?? '0.0.0.0')
    if (running || !taken)
      yield {
        level: 'OK',
        subject: variable,
        message: `${port} is ${taken ? 'in use, by CareLoop as it seems' : 'free'}.`,
      }
    else
      yield {
        level: 'FAIL',
        subject: variable,
        message: `${port} is in use by another program, or may not be opened.`,
        advice: `Stop that program or set ${variable} to another port.`,
      }
  }
}

const soonDays = 30

/** The certificate of the MLLP listener: a sender is shut out on the day it runs out. */
function* certificate({ mllpTls }: Config): Generator<Finding> {
  if (!mllpTls) return
  const subject = 'MLLP TLS'
  try {
    const { validTo } = loadMllpTls(mllpTls)
    const days = Math.floor((validTo.getTime() - Date.now()) / 86_400_000)
    const message = `The certificate is valid for ${days} more days.`
    yield days > soonDays
      ? { level: 'OK', subject, message }
      : { level: 'WARN', subject, message, advice: 'Renew it and restart CareLoop.' }
  } catch (error) {
    yield { level: 'FAIL', subject, message: (error as Error).message }
  }
}

function isTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, host, () => server.close(() => resolve(false)))
  })
}

/** Anchors beside the database are in the hands of whoever has the machine. */
function anchoring({ anchors: { file, syslog, mail } }: Config): Finding {
  const subject = 'audit anchors'
  const places = [file, syslog, mail?.to].filter((place) => place !== undefined)
  return places.length > 0
    ? { level: 'OK', subject, message: `Sent to ${places.join(', ')}.` }
    : {
        level: 'WARN',
        subject,
        message: 'Kept in the data directory only.',
        advice: 'Send them elsewhere: AUDIT_ANCHOR_FILE, AUDIT_ANCHOR_SYSLOG or AUDIT_ANCHOR_MAIL.',
      }
}

async function* database(config: Config, wanted: Wanted): AsyncGenerator<Finding> {
  if (!config.databaseUrl && !(await hasEmbedded(config.dataDir))) {
    yield {
      level: 'WARN',
      subject: 'database',
      message: `There is no database in ${config.dataDir} yet.`,
      advice:
        'The first start makes it: careloop serve. Or set CARELOOP_DATA_DIR to the directory of the installation.',
    }
    return
  }
  let embedded: Awaited<ReturnType<typeof startEmbedded>> | undefined
  try {
    embedded = config.databaseUrl ? undefined : await startEmbedded(config.dataDir)
    const { url, ownerUrl } = databaseUrls(config, embedded)
    const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5000 })
    await client.connect()
    try {
      yield* server(client)
      yield* contents(client, { url, ownerUrl }, config, wanted)
    } finally {
      await client.end()
    }
  } catch (error) {
    yield {
      level: 'FAIL',
      subject: 'database',
      message: `PostgreSQL does not answer: ${(error as Error).message || String((error as { code?: string }).code)}`,
      advice: config.databaseUrl
        ? 'Check DATABASE_URL, that the server runs and that it lets this machine in.'
        : `Read the end of postgres.log in ${config.dataDir}.`,
    }
  } finally {
    if (embedded && !embedded.adopted) await embedded.stop()
  }
}

async function* server(client: pg.Client): AsyncGenerator<Finding> {
  const before = Date.now()
  const { rows } = await client.query<{
    version: string
    number: number
    now: Date
    trgm: boolean
    zh: boolean
  }>(`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      clock_timestamp() as now, exists(select from pg_available_extensions where name = 'pg_trgm') as trgm,
      exists(select from pg_collation where collprovider = 'i' and collname like 'zh%') as zh`)
  const row = rows[0]
  if (!row) return
  const version = `PostgreSQL ${row.version}`
  if (row.number < 150000)
    yield {
      level: 'FAIL',
      subject: 'database',
      message: `${version} is too old.`,
      advice: 'Update to PostgreSQL 15 or newer.',
    }
  else yield { level: 'OK', subject: 'database', message: `${version} answers.` }
  const seconds = Math.round(Math.abs(row.now.getTime() - (before + Date.now()) / 2) / 1000)
  const message = `The clocks of this machine and the database differ by ${seconds} s.`
  if (seconds > 5)
    yield {
      level: 'FAIL',
      subject: 'clock',
      message,
      advice: 'Switch on time synchronisation (chrony, ntpd) on both.',
    }
  else yield { level: seconds > 1 ? 'WARN' : 'OK', subject: 'clock', message }
  yield row.trgm
    ? { level: 'OK', subject: 'extensions', message: 'pg_trgm is available.' }
    : {
        level: 'FAIL',
        subject: 'extensions',
        message: 'pg_trgm is not available.',
        advice: 'Install the contrib package of PostgreSQL (postgresql-contrib).',
      }
  yield row.zh
    ? { level: 'OK', subject: 'sorting', message: 'Chinese ICU collations are available.' }
    : {
        level: 'WARN',
        subject: 'sorting',
        message: 'There is no Chinese ICU collation; names sort by code point.',
        advice: 'Use a PostgreSQL that was built with ICU.',
      }
}

async function* contents(
  client: pg.Client,
  { url, ownerUrl }: DatabaseUrls,
  config: Config,
  wanted: Wanted,
): AsyncGenerator<Finding> {
  const handle = openDatabase(ownerUrl, { max: 2 })
  try {
    const pending = await pendingMigrations(handle.db)
    if (pending.length > 0) {
      yield {
        level: 'FAIL',
        subject: 'schema',
        message: `${pending.length} migrations are missing.`,
        advice: 'Run: careloop migrate',
      }
      return
    }
    yield { level: 'OK', subject: 'schema', message: 'Up to date.' }
    yield await intake(client)
    yield await heads(client)
    yield await role(client, url)
    if (wanted.audit) yield* chain(handle, config, wanted.anchors)
  } finally {
    await handle.close()
  }
}

/** Whether the last entry of each audit chain is the one that its head names. */
async function heads(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ seq: number; sound: boolean }>(`
    select max(h.seq) as seq, count(*) = 16 and bool_and(h.link < h.first_link or coalesce(
      (select e.hash = h.hash from audit_event e where e.seq = h.seq), false)) as sound
    from audit_head h`)
  const [row] = rows
  return row?.sound
    ? { level: 'OK', subject: 'audit', message: `The head is entry ${row.seq}.` }
    : {
        level: 'FAIL',
        subject: 'audit',
        message: 'The last entry of an audit chain does not fit the head of that chain.',
        advice: 'Somebody changed the audit. Run careloop doctor --audit and keep a copy of the database.',
      }
}

async function intake(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ waiting: number; dead: number; oldest: number | null }>(`
    select (select count(*) from inbound_message where status = 'received')::int as waiting,
      (select count(*) from inbound_message where status in ('dead', 'rejected'))::int as dead,
      (select extract(epoch from now() - min(received_at))::int from inbound_message where status = 'received') as oldest`)
  const { waiting = 0, dead = 0, oldest = 0 } = rows[0] ?? {}
  const message = `${waiting} messages wait to be applied, ${dead} could not be.`
  if ((oldest ?? 0) > 300)
    return {
      level: 'WARN',
      subject: 'intake',
      message: `${message} The oldest has waited for ${Math.round((oldest ?? 0) / 60)} minutes.`,
      advice: 'Check that a process with the role feed runs, and read its log.',
    }
  if (dead > 0)
    return {
      level: 'WARN',
      subject: 'intake',
      message,
      advice: 'Look at them under Intake; they can be replayed.',
    }
  return { level: 'OK', subject: 'intake', message }
}

/** Whether a hole in the application would let somebody rewrite the audit. */
async function role(client: pg.Client, url: string): Promise<Finding> {
  const subject = 'role'
  const { rows } = await client.query<{ may: boolean }>(
    `select has_table_privilege($1, 'audit_event', 'update') or has_table_privilege($1, 'audit_event', 'delete') as may`,
    [decodeURIComponent(new URL(url).username) || client.user],
  )
  return rows[0]?.may
    ? {
        level: 'WARN',
        subject,
        message: 'The role that the application works as may change the audit.',
        advice:
          'Give it a role of its own and name the owner in DATABASE_OWNER_URL (docs/operations/security.md).',
      }
    : { level: 'OK', subject, message: 'The application may append to the audit and read it, nothing else.' }
}

async function* chain(
  handle: ReturnType<typeof openDatabase>,
  config: Config,
  more: string[],
): AsyncGenerator<Finding> {
  for (const file of more)
    if (!(await stat(file).catch(() => undefined))?.isFile())
      yield { level: 'FAIL', subject: 'audit anchors', message: `There is no file ${file}.` }
  const anchors = await readAnchors([...anchorFiles(config), ...more])
  const report = await verifyChain(handle.db, anchors)
  if (report.intact)
    yield { level: 'OK', subject: chainSubject, message: `${report.checked} entries, intact.` }
  if (anchors.chains.size === 0)
    yield {
      level: 'WARN',
      subject: chainSubject,
      message: 'There are no anchors to compare it with.',
      advice: 'Give those that were sent out: --anchors <file>. A worker writes new ones every minute.',
    }
  for (const problem of report.problems)
    yield {
      level: 'FAIL',
      subject: chainSubject,
      message: problem.seq === null ? problem.message : `Entry ${problem.seq}: ${problem.message}`,
    }
}
