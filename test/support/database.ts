import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { databaseUrl, run } from './database-server.ts'

export type TestDatabase = { url: string; drop: () => Promise<void> }

/** A database of one's own: a copy of the migrated template, or an empty one. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl')
  const name = `careloop_test_${randomBytes(6).toString('hex')}`
  await run(adminUrl, `create database ${name} template ${options.empty ? 'template0' : inject('template')}`)
  return {
    url: databaseUrl(adminUrl, name),
    drop: () => run(adminUrl, `drop database if exists ${name} with (force)`),
  }
}
