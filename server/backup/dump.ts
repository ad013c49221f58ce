import { createHash } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
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
import { type BackupKey, type BackupWriter, writeBackup } from './format.ts'

export type Progress = (table: string, rows: number) => void

/**
 * Writes all tables, as one snapshot sees them, into one file. Writers are not blocked. The file gets its name only when it is
 * complete and on the disk.
 */
export async function backup(url: string, file: string, key: BackupKey, progress: Progress): Promise<End> {
  const client = new pg.Client({ connectionString: url, application_name: 'careloop backup' })
  await client.connect()
  const partial = `${file}.partial`
  const writer = writeBackup(partial, key)
  try {
    await client.query('begin isolation level repeatable read read only')
    // Text forms must not depend on the settings of the server.
    await client.query(
      `set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local extra_float_digits = 1`,
    )
    const tables = await readTables(client)
    const { rows } = await client.query<{ server: string; now: Date }>(
      `select current_setting('server_version') as server, now() as now`,
    )
    const manifest: Manifest = {
      application: 'careloop 0.1.0',
      takenAt: rows[0]?.now.toISOString() ?? '',
      server: rows[0]?.server ?? '',
      migrations: await readMigrations(client),
      tables,
    }
    await writer.write('m', JSON.stringify(manifest))
    const end: End = { tables: [], sequences: [] }
    for (const table of tables) {
      const done = await writeTable(client, writer, table)
      end.tables.push(done)
      progress(table.name, done.rows)
    }
    end.sequences = await readSequences(client)
    await writer.write('z', JSON.stringify(end))
    await client.query('commit')
    await writer.end()
    await rename(partial, file)
    return end
  } catch (error) {
    writer.abort()
    await rm(partial, { force: true })
    throw error
  } finally {
    await client.end()
  }
}

async function writeTable(client: pg.Client, writer: BackupWriter, table: TableEntry) {
  await writer.write('t', table.name)
  const hash = createHash('sha256')
  const columns = table.columns.map(quote).join(', ')
  const stream = client.query(copyStreams.to(`copy (select ${columns} from ${quote(table.name)}) to stdout`))
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
