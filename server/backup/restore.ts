import { createHash } from 'node:crypto'
import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import type { Writable } from 'node:stream'
import { ConfigError } from '../platform/config.ts'
import { openDatabase } from '../platform/db.ts'
import { migrate, migrateTo, migrationNames } from '../platform/migrate.ts'
import { type End, type Manifest, quote, readMigrations, readTables } from './catalogue.ts'
import { countLines, type Progress } from './dump.ts'
import { BackupFileError, type BackupKey, parseFrame, readBackup } from './format.ts'

export type RestoreOptions = {
  /** Throws away what is there. */
  replace?: boolean
  progress: Progress
}

/** Reads the whole file once and compares every table with the hashes at its end. @throws {BackupFileError} */
export async function verifyBackup(file: string, key: BackupKey): Promise<{ manifest: Manifest; end: End }> {
  let manifest: Manifest | undefined
  const seen: End['tables'] = []
  let hash = createHash('sha256')
  let rows = 0
  for await (const { type, payload } of readBackup(file, key)) {
    if (type === 'm') manifest = parseFrame<Manifest>(payload)
    else if (type === 't') {
      hash = createHash('sha256')
      rows = 0
    } else if (type === 'd') {
      hash.update(payload)
      rows += countLines(payload)
    } else if (type === 'e') {
      const { name } = parseFrame<{ name: string }>(payload)
      seen.push({ name, rows, sha256: hash.digest('hex') })
    } else {
      const end = parseFrame<End>(payload)
      if (!manifest || JSON.stringify(end.tables) !== JSON.stringify(seen))
        throw new BackupFileError('The backup is damaged: a table does not fit its checksum.')
      return { manifest, end }
    }
  }
  throw new BackupFileError('The backup is incomplete: its end is missing.')
}

/**
 * Puts a backup into an empty installation. The file is verified first; loading is one transaction, so that the installation has all
 * of it or nothing.
 */
export async function restore(
  url: string,
  file: string,
  key: BackupKey,
  options: RestoreOptions,
): Promise<End> {
  const { manifest, end } = await verifyBackup(file, key)
  const unknown = manifest.migrations.filter((name) => !migrationNames().includes(name))
  if (unknown.length > 0)
    throw new ConfigError(
      `The backup was made by a newer CareLoop (${unknown.join(', ')}). Update this program first.`,
    )
  await prepareSchema(url, manifest, options.replace ?? false)
  const client = new pg.Client({ connectionString: url, application_name: 'careloop restore' })
  await client.connect()
  try {
    await client.query('begin')
    await load(client, file, key, manifest, options.progress)
    for (const sequence of end.sequences)
      await client.query('select setval($1, $2, $3)', [quote(sequence.name), sequence.value, sequence.called])
    await client.query('commit')
    await client.query('analyze')
  } finally {
    await client.end()
  }
  const database = openDatabase(url, { max: 1 })
  await migrate(database.db).finally(() => database.close())
  return end
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
    // Nothing is lost: there is nothing.
    if (migrations.length > 0) await client.query('drop schema public cascade; create schema public')
  } finally {
    await client.end()
  }
  const database = openDatabase(url, { max: 1 })
  await migrateTo(database.db, manifest.migrations.at(-1) ?? '').finally(() => database.close())
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

async function load(
  client: pg.Client,
  file: string,
  key: BackupKey,
  manifest: Manifest,
  progress: Progress,
): Promise<void> {
  await client.query(`set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'`)
  const present = new Map((await readTables(client)).map((table) => [table.name, table]))
  for (const table of manifest.tables) {
    const known = new Set(present.get(table.name)?.partitions.map((partition) => partition.name))
    for (const { name, bound } of table.partitions)
      if (!known.has(name))
        await client.query(`create table ${quote(name)} partition of ${quote(table.name)} ${bound}`)
  }
  // Waiting jobs are not part of a backup: what is due is found again from the tables.
  await client.query('drop schema if exists pgboss cascade')
  const constraints = await dropForeignKeys(client)
  const names = manifest.tables.map((table) => quote(table.name)).join(', ')
  await client.query(`truncate ${names}`)
  for (const table of manifest.tables)
    await client.query(`alter table ${quote(table.name)} disable trigger user`)
  await copyTables(client, file, key, manifest, progress)
  for (const table of manifest.tables)
    await client.query(`alter table ${quote(table.name)} enable trigger user`)
  // Adding them again checks every row.
  for (const constraint of constraints) await client.query(constraint)
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

async function copyTables(
  client: pg.Client,
  file: string,
  key: BackupKey,
  manifest: Manifest,
  progress: Progress,
): Promise<void> {
  let stream: ReturnType<typeof copyStreams.from> | undefined
  let rows = 0
  let refused: Error | undefined
  for await (const { type, payload } of readBackup(file, key)) {
    if (refused) throw refused
    if (type === 't') {
      const table = manifest.tables.find((one) => one.name === payload.toString())
      if (!table)
        throw new BackupFileError('The backup is damaged: it has a table that its manifest does not name.')
      const columns = table.columns.map(quote).join(', ')
      stream = client.query(copyStreams.from(`copy ${quote(table.name)} (${columns}) from stdin`))
      stream.on('error', (error: Error) => (refused = error))
      rows = 0
    } else if (type === 'd' && stream) {
      rows += countLines(payload)
      if (!stream.write(payload)) await reached(stream, 'drain')
    } else if (type === 'e' && stream) {
      stream.end()
      await reached(stream, 'finish')
      progress(parseFrame<{ name: string }>(payload).name, rows)
    }
  }
}
