import { createHash } from 'node:crypto'
import { rename, rm, stat } from 'node:fs/promises'
import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import {
  type End,
  type Manifest,
  quote,
  readMigrations,
  readSequences,
  readTables,
  type TableEntry,
} from './catalogue.ts'
import { BackupFileError, type BackupKey, type BackupWriter, cannotWrite, writeBackup } from './format.ts'

export type Progress = (table: string, rows: number) => void

export type Backup = End & {
  /** Tables in the schema that are not ours. */
  leftOut: string[]
}

/**
 * Writes all our tables, as one snapshot sees them, into one file. Writers are not blocked. The file gets its name only when it is
 * complete and on the disk; until then nothing has this name, or what had it before.
 * @param options.overwrite replace the file that is there
 * @throws {BackupFileError} a sentence: why the file cannot be written
 */
export async function backup(
  url: string,
  file: string,
  key: BackupKey,
  options: { overwrite?: boolean; progress: Progress },
): Promise<Backup> {
  const there = await stat(file).catch(() => undefined)
  if (there && !there.isFile())
    throw new BackupFileError(`The backup cannot be written to ${file}: it is no file.`)
  if (there && !options.overwrite)
    throw new BackupFileError(`${file} exists already. Add --force to overwrite it.`)
  const partial = `${file}.${process.pid}.partial`
  // Before the snapshot: one that waits for a file keeps PostgreSQL from cleaning up.
  const writer = await writeBackup(partial, key)
  const client = new pg.Client({ connectionString: url, application_name: 'careloop backup' })
  // A connection that breaks fails its query.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const written = await writeAll(client, writer, options.progress)
    await writer.end()
    await rename(partial, file).catch(cannotWrite(file))
    return written
  } catch (error) {
    await writer.abort()
    await rm(partial, { force: true })
    throw error
  } finally {
    await client.end()
  }
}

async function writeAll(client: pg.Client, writer: BackupWriter, progress: Progress): Promise<Backup> {
  await client.query('begin isolation level repeatable read read only')
  // Text forms must not depend on the settings of the server.
  await client.query(
    `set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local extra_float_digits = 1`,
  )
  const { ours, foreign } = await readTables(client)
  const { rows } = await client.query<{ server: string; now: Date }>(
    `select current_setting('server_version') as server, now() as now`,
  )
  const manifest: Manifest = {
    application: 'careloop 0.1.0',
    takenAt: rows[0]?.now.toISOString() ?? '',
    server: rows[0]?.server ?? '',
    migrations: await readMigrations(client),
    tables: ours,
  }
  await writer.write('m', JSON.stringify(manifest))
  const end: End = { tables: [], sequences: [] }
  for (const table of ours) {
    const done = await writeTable(client, writer, table)
    end.tables.push(done)
    progress(table.name, done.rows)
  }
  end.sequences = await readSequences(client)
  await writer.write('z', JSON.stringify(end))
  await client.query('commit')
  return { ...end, leftOut: foreign }
}

async function writeTable(client: pg.Client, writer: BackupWriter, table: TableEntry) {
  await writer.write('t', table.name)
  const hash = createHash('sha256')
  const columns = table.columns.map(quote).join(', ')
  const stream = client.query(
    copyStreams.to(`copy (select ${columns} from public.${quote(table.name)}) to stdout`),
  )
  let rows = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    rows += countLines(chunk)
    await writer.write('d', chunk)
  }
  const end = { name: table.name, rows, sha256: hash.digest('hex') }
  await writer.write('e', JSON.stringify(end))
  return end
}

/** In COPY's text form every row ends with a line feed, and those in values are escaped. */
export function countLines(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++
  return count
}
