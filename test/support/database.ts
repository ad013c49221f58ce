import { randomBytes } from 'node:crypto'
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { inject } from 'vitest'
import { createDatabase, databaseUrl, run } from './database-server.ts'
import { scratchDir } from './scratch.ts'

export type TestDatabase = { url: string; drop: () => Promise<void> }

/** A database of one's own: a copy of the migrated template, or an empty one. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl')
  const name = `careloop_test_${randomBytes(6).toString('hex')}`
  await createDatabase(adminUrl, name, options.empty ? undefined : inject('template'))
  return {
    url: databaseUrl(adminUrl, name),
    drop: () => run(adminUrl, `drop database if exists ${name} with (force)`),
  }
}

/** The same database as the role that the application works as: it owns nothing, as in an installation. */
export function asApplication(url: string): string {
  return Object.assign(new URL(url), inject('application')).href
}

/**
 * A folder with a data directory on which CareLoop was never started: it saves the time of `initdb` and has the clock of the tests.
 * Whoever asks removes it.
 */
export async function createDataDir(name = 'data'): Promise<string> {
  const dir = await scratchDir('data')
  await cp(inject('dataDir'), path.join(dir, name), { recursive: true })
  return dir
}
