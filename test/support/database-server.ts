import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../server/platform/db.ts'
import { startEmbedded } from '../../server/platform/embedded.ts'
import { openJobs } from '../../server/platform/jobs.ts'
import { log } from '../../server/platform/log.ts'
import { migrate } from '../../server/platform/migrate.ts'
import { grantApplication } from '../../server/platform/ownership.ts'
import { seedBase } from '../../server/seed/base/seed.ts'
// Declares all jobs, so that their queues are in the template.
import '../../server/worker.ts'
import { clockFunctions, clockOfJobs, clockSearchPath } from './clock.ts'
import { scratchDir } from './scratch.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A database on the test server from which others can be created. */
    adminUrl: string
    template: string
    /** The role that the application works as, with its password; undefined on an own server. */
    application: { username: string; password: string } | undefined
    /** A data directory with an embedded PostgreSQL that nobody has started CareLoop on; tests copy it. */
    dataDir: string
    /** Where the test server writes its own log; null for one of DATABASE_URL. */
    serverLog: string | null
  }
}

/** Nothing here has to survive a power cut. */
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** One server for the whole run: the embedded one in a temporary folder, or the one of DATABASE_URL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  log.level = 'warn'
  const external = process.env.DATABASE_URL
  const dir = await scratchDir('test')
  const dataDir = path.join(dir, 'untouched')
  await prepareDataDir(dataDir)
  const own = path.join(dir, 'server')
  if (!external) await cp(dataDir, own, { recursive: true })
  const server = external
    ? undefined
    : await startEmbedded(own, { settings: { ...careless, shared_buffers: '128MB' } })
  const adminUrl = external ?? server?.url ?? ''
  const template = `careloop_template_${process.pid}`
  await createDatabase(adminUrl, template)
  const url = databaseUrl(adminUrl, template)
  const database = openDatabase(url, { max: 1 })
  await migrate(database.db)
  await seedBase(database.db)
  await installJobs(url)
  const application = server && new URL(server.applicationUrl)
  if (server) await grantApplication(database.db, { url: server.applicationUrl, ownerUrl: server.url })
  await database.close()
  project.provide('adminUrl', adminUrl)
  project.provide('template', template)
  project.provide(
    'application',
    application && { username: application.username, password: application.password },
  )
  project.provide('dataDir', dataDir)
  project.provide('serverLog', external ? null : path.join(own, 'postgres.log'))
  return async () => {
    await run(adminUrl, `drop database if exists ${template} with (force)`)
    await server?.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** An embedded server as its first start makes it, but with the clock of the tests, so that a CareLoop that starts on a copy has it as well. */
async function prepareDataDir(dataDir: string): Promise<void> {
  const server = await startEmbedded(dataDir, { settings: careless })
  await run(server.url, clockSearchPath('careloop'))
  await run(server.url, clockFunctions())
  await installJobs(server.url)
  await server.stop()
}

async function installJobs(url: string): Promise<void> {
  const database = openDatabase(url, { max: 1 })
  const jobs = openJobs(url, database.db)
  await jobs.install()
  await jobs.stop()
  await database.close()
  await run(url, clockOfJobs)
}

export function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

/** A database with the clock of the tests: a copy of that one, or an empty one. */
export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  // Copying files is faster than writing every page to the log first, which nothing here needs.
  const from = template ?? "template0 encoding 'UTF8'"
  await run(adminUrl, `create database ${name} template ${from} strategy file_copy`)
  await run(adminUrl, clockSearchPath(name))
  await run(databaseUrl(adminUrl, name), clockFunctions())
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
