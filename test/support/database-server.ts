import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../server/platform/db.ts'
import { startEmbedded } from '../../server/platform/embedded.ts'
import { log } from '../../server/platform/log.ts'
import { migrate } from '../../server/platform/migrate.ts'
import { seedBase } from '../../server/seed/base/seed.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A database on the test server from which others can be created. */
    adminUrl: string
    template: string
  }
}

/** One server for the whole run: the embedded one in a temporary folder, or the one of DATABASE_URL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  log.level = 'warn'
  const external = process.env.DATABASE_URL
  const dir = external ? undefined : await mkdtemp(path.join(tmpdir(), 'careloop-test-'))
  const server = dir
    ? await startEmbedded(dir, {
        // Nothing here has to survive a power cut.
        settings: {
          fsync: 'off',
          synchronous_commit: 'off',
          full_page_writes: 'off',
          shared_buffers: '128MB',
        },
      })
    : undefined
  const adminUrl = external ?? server?.url ?? ''
  const template = `careloop_template_${process.pid}`
  await run(adminUrl, `create database ${template} template template0 encoding 'UTF8'`)
  const database = openDatabase(databaseUrl(adminUrl, template), { max: 1 })
  await migrate(database.db)
  await seedBase(database.db)
  await database.close()
  project.provide('adminUrl', adminUrl)
  project.provide('template', template)
  return async () => {
    await run(adminUrl, `drop database if exists ${template} with (force)`)
    await server?.stop()
    if (dir) await rm(dir, { recursive: true, force: true })
  }
}

export function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Runs one statement on the test server. */
export async function run(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
