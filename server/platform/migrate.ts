import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Migration, Migrator } from 'kysely/migration'
import type { Db } from './db.ts'
import { log } from './log.ts'

const folder = path.resolve(import.meta.dirname, '../migrations')

/** All migrations of this program, oldest first. */
export function migrationNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.basename(file, '.ts'))
    .sort()
}

/**
 * Names of the tables and sequences that any migration of this program made, also those that a later one removed: what else lies in the
 * schema is not ours. Partitions and the sequences of columns belong to their tables and are not named.
 */
export function madeByMigrations(): Set<string> {
  const made = /\bcreate (?:table|sequence) (?:if not exists )?(\w+)|\brename to (\w+)/g
  return new Set(
    migrationNames().flatMap((name) =>
      [...readFileSync(path.join(folder, `${name}.ts`), 'utf8').matchAll(made)].flatMap(
        ([, created, renamed]) => created ?? renamed ?? [],
      ),
    ),
  )
}

function migratorOf(db: Db): Migrator {
  return new Migrator({
    db,
    provider: {
      async getMigrations() {
        const loaded = await Promise.all(
          migrationNames().map(
            async (name) => [name, (await import(path.join(folder, `${name}.ts`))) as Migration] as const,
          ),
        )
        return Object.fromEntries(loaded)
      },
    },
  })
}

/** Names of migrations that this program has and the database has not. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const known = await migratorOf(db).getMigrations()
  return known.filter((migration) => !migration.executedAt).map((migration) => migration.name)
}

/** Brings an empty database to the state of an older program, to load that program's backup. */
export async function migrateTo(db: Db, name: string): Promise<void> {
  const { error } = await migratorOf(db).migrateTo(name)
  if (error) throw new Error(`Migration to ${name} failed`, { cause: error })
}

/** Brings the schema up to date; several processes may call it at once (the migrator holds an advisory lock). */
export async function migrate(db: Db): Promise<string[]> {
  // A role that may not make tables can start on a schema that is up to date.
  if ((await pendingMigrations(db)).length === 0) return []
  const { error, results } = await migratorOf(db).migrateToLatest()
  const failed = results?.find((result) => result.status === 'Error')
  if (error) throw new Error(`Migration ${failed?.migrationName ?? ''} failed`, { cause: error })
  const done = (results ?? []).map((result) => result.migrationName)
  if (done.length > 0) log.info({ migrations: done.length }, 'database schema is up to date')
  return done
}
