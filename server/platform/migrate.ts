import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { type Migration, Migrator } from 'kysely/migration'
import type { Db } from './db.ts'
import { log } from './log.ts'

const folder = path.resolve(import.meta.dirname, '../migrations')

/** Brings the schema up to date; several processes may call it at once (the migrator holds an advisory lock). */
export async function migrate(db: Db): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: {
      async getMigrations() {
        const files = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
        const loaded = await Promise.all(
          files.map(
            async (file) =>
              [path.basename(file, '.ts'), (await import(path.join(folder, file))) as Migration] as const,
          ),
        )
        return Object.fromEntries(loaded)
      },
    },
  })
  const { error, results } = await migrator.migrateToLatest()
  const failed = results?.find((result) => result.status === 'Error')
  if (error) throw new Error(`Migration ${failed?.migrationName ?? ''} failed`, { cause: error })
  const done = (results ?? []).map((result) => result.migrationName)
  if (done.length > 0) log.info({ migrations: done.length }, 'database schema is up to date')
  return done
}
