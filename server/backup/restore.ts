import { createHash } from 'node:crypto'
import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import type { Writable } from 'node:stream'
import { z } from 'zod'
import { ConfigError } from '../platform/config.ts'
import { openDatabase } from '../platform/db.ts'
import { migrate, migrateTo, migrationNames } from '../platform/migrate.ts'
import {
  end as endSchema,
  type End,
  type Manifest,
  manifest as manifestSchema,
  quote,
  readMigrations,
  readSequences,
  readTables,
  type TableEntry,
  tableEnd,
} from './catalogue.ts'
import { countLines, type Progress } from './dump.ts'
import {
  BackupFileError,
  type BackupKey,
  type Frame,
  parseFrame,
  readBackup,
  readBackupHeader,
} from './format.ts'

export type RestoreOptions = {
  /** Throws away what is there. */
  replace?: boolean
  progress: Progress
  /** Sees the rows as they were loaded, before later migrations change them. */
  loaded?: (client: pg.ClientBase) => Promise<void>
}

export type Restored = End & {
  /** Tables of a file of format 1 that this program never made: somebody else's, which are not restored. */
  leftOut: string[]
}

type Verified = { manifest: Manifest; end: End; format: string }

/** Reads the whole file once and compares every table with the hashes at its end. @throws {BackupFileError} */
export async function verifyBackup(file: string, key: BackupKey): Promise<Verified> {
  const { format } = await readBackupHeader(file)
  let manifest: Manifest | undefined
  const seen: End['tables'] = []
  let open: { name: string; hash: ReturnType<typeof createHash>; rows: number } | undefined
  for await (const { type, payload } of readBackup(file, key)) {
    if (type === 'm' && !manifest) manifest = parseFrame(manifestSchema, payload)
    else if (type === 't' && manifest && !open)
      open = { name: payload.toString(), hash: createHash('sha256'), rows: 0 }
    else if (type === 'd' && open) {
      open.hash.update(payload)
      open.rows += countLines(payload)
    } else if (type === 'e' && open) {
      const counted = { name: open.name, rows: open.rows, sha256: open.hash.digest('hex') }
      if (JSON.stringify(parseFrame(tableEnd, payload)) !== JSON.stringify(counted))
        throw new BackupFileError('The backup is damaged: a table does not fit its checksum.')
      seen.push(counted)
      open = undefined
    } else if (type === 'z' && manifest && !open) {
      const end = parseFrame(endSchema, payload)
      const sameTables = manifest.tables.map((one) => one.name).join() === seen.map((one) => one.name).join()
      if (!sameTables || JSON.stringify(end.tables) !== JSON.stringify(seen))
        throw new BackupFileError('The backup is damaged: a table does not fit its checksum.')
      return { manifest, end, format }
    } else throw new BackupFileError('The backup is damaged: its parts are out of order.')
  }
  throw new BackupFileError('The backup is incomplete: its end is missing.')
}

/**
 * Puts a backup into an empty installation. The file is verified first; loading is one transaction, so that the installation has all
 * of it or nothing. No text of the file becomes part of a statement: its names are looked up in the catalogue of the target, which our
 * own migrations made, and its rows go through COPY.
 * @param url of the role that owns the tables
 */
export async function restore(
  url: string,
  file: string,
  key: BackupKey,
  options: RestoreOptions,
): Promise<Restored> {
  const verified = await verifyBackup(file, key)
  checkMigrations(verified.manifest)
  await prepareSchema(url, verified.manifest, options.replace ?? false)
  const client = new pg.Client({ connectionString: url, application_name: 'careloop restore' })
  // A connection that breaks fails its query.
  client.on('error', () => undefined)
  await client.connect()
  let leftOut: string[]
  try {
    await client.query('begin')
    leftOut = await load(client, readBackup(file, key), verified, options.progress)
    await options.loaded?.(client)
    await client.query('commit')
    await client.query('analyze')
  } finally {
    await client.end()
  }
  const database = openDatabase(url, { max: 1 })
  try {
    await migrate(database.db)
  } finally {
    await database.close()
  }
  return { ...verified.end, leftOut }
}

/** The schema of a backup is that after some migration of ours: what came before it came before it there, too. */
function checkMigrations({ migrations }: Manifest): void {
  const known = migrationNames()
  const unknown = migrations.filter((name) => !known.includes(name))
  if (unknown.length > 0 && unknown.every((name) => /^[\w-]+$/.test(name)))
    throw new ConfigError(
      `The backup was made by a newer CareLoop (${unknown.join(', ')}). Update this program first.`,
    )
  if (migrations.length === 0 || migrations.join() !== known.slice(0, migrations.length).join())
    throw new BackupFileError('The backup is damaged: its schema is none that CareLoop had.')
}

/** Brings the schema to exactly the state the backup was taken from; a later step brings it up to date. */
async function prepareSchema(url: string, manifest: Manifest, replace: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const migrations = await readMigrations(client)
    const empty = migrations.length === 0 || (await isEmpty(client))
    if (!empty && !replace)
      throw new ConfigError(
        'This installation is not empty. Restore into a new data directory or database, or add --replace to throw away what is here.',
      )
    const { rows: others } = await client.query(`
      select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and application_name in ('careloop', 'careloop live', 'careloop jobs')`)
    if (others.length > 0)
      throw new ConfigError('CareLoop is running on this database. Stop all its processes first.')
    if (migrations.join() === manifest.migrations.join()) return
    if (!empty)
      throw new ConfigError(
        'The backup was taken with another version of the schema. Restore it into an empty installation.',
      )
    const { foreign } = await readTables(client)
    if (foreign.length > 0)
      throw new ConfigError(
        `The schema public of this database has tables that are not CareLoop's (${foreign.join(', ')}) and would be made anew. Restore into a database of its own.`,
      )
    // Nothing is lost: there is nothing.
    if (migrations.length > 0) await client.query('drop schema public cascade; create schema public')
  } finally {
    await client.end()
  }
  const database = openDatabase(url, { max: 1 })
  try {
    await migrateTo(database.db, manifest.migrations.at(-1) ?? '')
  } finally {
    await database.close()
  }
}

/** Nobody and nothing came in yet. What the program itself writes at its first start does not count. */
async function isEmpty(client: pg.Client): Promise<boolean> {
  const traces = {
    app_user: 'true',
    person: 'true',
    inbound_key: 'true',
    audit_event: "actor_id not like 'system:%'",
  }
  for (const [table, condition] of Object.entries(traces)) {
    const found = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      table,
    ])
    if (!found.rows[0]?.there) continue
    const { rows } = await client.query<{ there: boolean }>(
      `select exists(select from ${table} where ${condition}) as there`,
    )
    if (rows[0]?.there) return false
  }
  return true
}

/** @returns the tables that were left out */
async function load(
  client: pg.Client,
  frames: AsyncGenerator<Frame>,
  { manifest, end, format }: Verified,
  progress: Progress,
): Promise<string[]> {
  const { ours } = await readTables(client)
  const { columns, leftOut } = matchTables(manifest, ours)
  if (leftOut.length > 0 && format !== 'careloop-backup-1')
    throw new BackupFileError('The backup is damaged: it has tables that CareLoop never made.')
  for (const table of manifest.tables) await makePartitions(client, table, ours)
  await client.query(`set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'`)
  // Waiting jobs are not part of a backup: what is due is found again from the tables.
  await client.query('drop schema if exists pgboss cascade')
  const constraints = await dropForeignKeys(client)
  const tables = ours.map((table) => `public.${quote(table.name)}`)
  await client.query(`truncate ${tables.join(', ')}`)
  for (const table of tables) await client.query(`alter table ${table} disable trigger user`)
  await copyTables(client, frames, columns, end, progress)
  for (const table of tables) await client.query(`alter table ${table} enable trigger user`)
  // Adding them again checks every row.
  for (const constraint of constraints) await client.query(constraint)
  await setSequences(client, end)
  return leftOut
}

/**
 * The columns of each table in the order of the file, as the target's catalogue spells them.
 * @throws {BackupFileError} when the tables or columns are not those of the target
 */
function matchTables(manifest: Manifest, ours: TableEntry[]) {
  const columns = new Map<string, string[]>()
  const leftOut: string[] = []
  for (const table of manifest.tables) {
    const own = ours.find((one) => one.name === table.name)
    if (!own) {
      leftOut.push(table.name)
      continue
    }
    const found = table.columns.flatMap((column) => own.columns.find((one) => one === column) ?? [])
    if (
      columns.has(own.name) ||
      found.length !== table.columns.length ||
      new Set(found).size !== own.columns.length
    )
      throw new BackupFileError(
        `The backup cannot be restored: its table ${own.name} has other columns than CareLoop's.`,
      )
    columns.set(own.name, found)
  }
  const missing = ours.filter((table) => !columns.has(table.name)).map((table) => table.name)
  if (missing.length > 0)
    throw new BackupFileError(`The backup is damaged: it has no table ${missing.join(', ')}.`)
  return { columns, leftOut }
}

/** Those of months that the target has not. Their bounds follow from their names (migration 0950-partitions). */
async function makePartitions(client: pg.Client, table: TableEntry, ours: TableEntry[]): Promise<void> {
  const own = ours.find((one) => one.name === table.name)
  if (!own || own.partitions.length === 0) return
  for (const { name } of table.partitions) {
    if (own.partitions.some((one) => one.name === name)) continue
    const [, year = 0, month = 0] =
      (name.startsWith(`${own.name}_`) && /^_(\d{4})(\d\d)$/.exec(name.slice(own.name.length))) || []
    const first = z.iso.date().safeParse(`${year}-${month}-01`)
    if (!first.success)
      throw new BackupFileError(`The backup is damaged: ${own.name} has a part that is no month.`)
    const next = new Date(Date.UTC(Number(year), Number(month), 1)).toISOString().slice(0, 10)
    await client.query('savepoint partition')
    await client
      .query(
        `create table public.${quote(`${own.name}_${first.data.slice(0, 7).replace('-', '')}`)}
          partition of public.${quote(own.name)} for values from ('${first.data}') to ('${next}')`,
      )
      // Months that begin in another time zone overlap with ours: such rows have room in the default partition.
      .catch((error: unknown) => {
        if ((error as { code?: string }).code !== '42P17') throw error
        return client.query('rollback to savepoint partition')
      })
  }
}

async function setSequences(client: pg.Client, end: End): Promise<void> {
  const own = await readSequences(client)
  for (const { name } of own) {
    const given = end.sequences.filter((one) => one.name === name)
    if (given.length !== 1 || !given[0])
      throw new BackupFileError(`The backup is damaged: it does not say where ${name} goes on.`)
    await client.query('select setval($1::regclass, $2::bigint, $3)', [
      `public.${quote(name)}`,
      given[0].value,
      given[0].called,
    ])
  }
}

/** Tables refer to each other in circles; the keys are put back, and checked, when all rows are there. */
async function dropForeignKeys(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(`
    select r.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class r on r.oid = k.conrelid join pg_namespace n on n.oid = r.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and n.nspname = 'public'`)
  for (const { table, name } of rows)
    await client.query(`alter table ${quote(table)} drop constraint ${quote(name)}`)
  return rows.map(
    ({ table, name, definition }) =>
      `alter table ${quote(table)} add constraint ${quote(name)} ${definition}`,
  )
}

/** The next event of a stream, or its error. */
function reached(stream: Writable, event: 'drain' | 'finish'): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      stream.off('error', failed)
      resolve()
    }
    const failed = (error: Error) => {
      stream.off(event, done)
      reject(error)
    }
    stream.once(event, done).once('error', failed)
  })
}

type Copy = { stream: ReturnType<typeof copyStreams.from>; name: string; hash: ReturnType<typeof createHash> }

/** What is loaded is what was verified: the hashes are compared again, for the file is read a second time. */
async function copyTables(
  client: pg.Client,
  frames: AsyncGenerator<Frame>,
  columns: Map<string, string[]>,
  end: End,
  progress: Progress,
): Promise<void> {
  let copy: Copy | undefined
  let refused: Error | undefined
  let done = 0
  for await (const { type, payload } of frames) {
    if (refused) throw refused
    if (type === 't') {
      const name = payload.toString()
      const [own, ofTable] = [...columns].find(([one]) => one === name) ?? []
      copy = undefined
      if (own === undefined || !ofTable) continue
      const stream = client.query(
        copyStreams.from(`copy public.${quote(own)} (${ofTable.map(quote).join(', ')}) from stdin`),
      )
      stream.on('error', (error: Error) => (refused = error))
      copy = { stream, name: own, hash: createHash('sha256') }
    } else if (type === 'd' && copy) {
      copy.hash.update(payload)
      if (!copy.stream.write(payload)) await reached(copy.stream, 'drain')
    } else if (type === 'e' && copy) {
      copy.stream.end()
      await reached(copy.stream, 'finish')
      const expected = end.tables.find((table) => table.name === copy?.name)
      // A line that ends COPY early is none that PostgreSQL writes.
      if (expected?.sha256 !== copy.hash.digest('hex') || expected.rows !== copy.stream.rowCount)
        throw new BackupFileError(`The backup is damaged: not every row of ${copy.name} could be loaded.`)
      progress(copy.name, expected.rows)
      done++
    }
  }
  if (done !== columns.size) throw new BackupFileError('The backup was changed while it was read.')
}
