import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { ConfigError } from '../platform/config.ts'
import { type Db, openDatabase } from '../platform/db.ts'
import { type End, quote, readTables } from './catalogue.ts'
import type { BackupKey } from './format.ts'
import { restore } from './restore.ts'

const prefix = 'careloop_verify_'

/**
 * Restores a backup into a database of its own beside the installation's, has it examined, and drops it again, whatever happens.
 * @param url of a role that may create databases
 * @returns tables whose rows are not as many as the file says, and what `examine` found
 * @throws {ConfigError} when no database can be created there
 */
export async function restoreIntoScratch<T>(
  url: string,
  file: string,
  key: BackupKey,
  examine: (db: Db) => Promise<T>,
): Promise<{ end: End; wrong: string[]; found: T }> {
  const server = new pg.Client({ connectionString: url })
  server.on('error', () => undefined)
  await server.connect()
  const name = `${prefix}${randomBytes(6).toString('hex')}`
  try {
    await dropForgotten(server)
    await server
      .query(`create database ${quote(name)} template template0 encoding 'UTF8'`)
      .catch((cause: unknown) => {
        throw new ConfigError(
          `The backup is written, but not verified: no scratch database can be created (${(cause as Error).message}). Allow it with: alter role … createdb`,
          { cause },
        )
      })
    try {
      const scratch = new URL(url)
      scratch.pathname = `/${name}`
      const counts = new Map<string, number>()
      const end = await restore(scratch.href, file, key, {
        progress: () => undefined,
        loaded: (client) => countRows(client, counts),
      })
      const wrong = end.tables
        .filter((table) => counts.get(table.name) !== table.rows)
        .map(({ name, rows }) => `${name}: ${counts.get(name) ?? 'no'} rows, ${rows} in the file`)
      const database = openDatabase(scratch.href, { max: 2 })
      try {
        return { end, wrong, found: await examine(database.db) }
      } finally {
        await database.close()
      }
    } finally {
      await server.query(`drop database if exists ${quote(name)} with (force)`)
    }
  } finally {
    await server.end()
  }
}

/** Those of a verification that was killed: nobody is connected to them. */
async function dropForgotten(server: pg.Client): Promise<void> {
  const { rows } = await server.query<{ name: string }>(
    `select datname as name from pg_database d where datname like $1 and pg_get_userbyid(datdba) = current_user
      and not exists (select from pg_stat_activity a where a.datname = d.datname)`,
    [`${prefix.replaceAll('_', '\\_')}%`],
  )
  // One that somebody connects to in this moment is in use.
  for (const { name } of rows)
    await server.query(`drop database if exists ${quote(name)}`).catch(() => undefined)
}

async function countRows(client: pg.ClientBase, counts: Map<string, number>): Promise<void> {
  for (const { name } of (await readTables(client)).ours) {
    const { rows } = await client.query<{ there: number }>(
      `select count(*) as there from public.${quote(name)}`,
    )
    counts.set(name, rows[0]?.there ?? 0)
  }
}
