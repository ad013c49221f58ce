import { serve as listen, type ServerType } from '@hono/node-server'
import { sql } from 'kysely'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from './app.ts'
import { startBackground } from './background.ts'
import { startFeed } from './feeds/hl7/feed.ts'
import { loadMllpTls } from './feeds/hl7/tls.ts'
import { prepareFirstAdministrator } from './modules/access/setup.ts'
import { writeAnchor } from './modules/audit/anchor.ts'
import { type Config, ConfigError } from './platform/config.ts'
import { openDatabase } from './platform/db.ts'
import { type EmbeddedServer, startEmbedded } from './platform/embedded.ts'
import { openJobs } from './platform/jobs.ts'
import { lockDataDir } from './platform/lock.ts'
import { log } from './platform/log.ts'
import { migrate } from './platform/migrate.ts'
import { type DatabaseUrls, databaseUrls, grantApplication } from './platform/ownership.ts'
import { seedBase } from './seed/base/seed.ts'
import { dropUnread } from './platform/unread.ts'
import { type OpenServices, openServices } from './services.ts'

export type Running = {
  services: OpenServices
  /** Address of the HTTP side, without a slash at the end; undefined when this process has no web role. */
  url: string | undefined
  /** Port of the MLLP listener; undefined when this process has no feed role. */
  mllpPort: number | undefined
  /** Printed once on the first start of an installation without users. */
  setupLink: string | undefined
  /** Finishes what is under way and stops, within ten seconds. */
  close: () => Promise<void>
}

/**
 * Starts the roles of the configuration and returns once they serve.
 * @throws {ConfigError} with sentences for the operator
 */
export async function serve(config: Config): Promise<Running> {
  log.level = config.logLevel
  const closers: (() => Promise<void>)[] = []
  const close = closeOnce(closers)
  try {
    // Before anything is started: a wrong file is the operator's to mend.
    if (config.mllpTls) loadMllpTls(config.mllpTls)
    closers.push(await lockDataDir(config.dataDir))
    const urls = await openServer(config, closers)
    await prepareDatabase(urls)
    const { url } = urls
    const services = await openServices(config, url)
    closers.push(() => services.close())
    await services.jobs.install()
    const baseUrl = config.publicUrl ?? `http://localhost:${config.port}`
    const first = await prepareFirstAdministrator(services.db, {
      adminPassword: config.adminPassword,
      baseUrl,
    })
    if (config.roles.includes('worker')) closers.push(() => writeAnchor(services.db, config))
    if (config.roles.includes('worker') || config.roles.includes('feed')) {
      const background = await startBackground({ config, url })
      closers.push(() => background.close())
    }
    const mllpPort = config.roles.includes('feed') ? await openFeed(services, closers) : undefined
    const web = config.roles.includes('web') ? await startWeb(services, closers) : undefined
    return { services, url: web, mllpPort, setupLink: first.link, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Runs in reverse order of starting; one that fails does not keep the others from being closed. */
function closeOnce(closers: (() => Promise<void>)[]): () => Promise<void> {
  let closing: Promise<void> | undefined
  const run = async () => {
    for (const closer of closers.reverse()) {
      await closer().catch((error: unknown) => {
        log.error({ err: error }, 'a part did not stop cleanly')
      })
    }
  }
  return () => (closing ??= run())
}

/** The database of the configuration: the one of DATABASE_URL, or the embedded one. */
async function openServer(config: Config, closers: (() => Promise<void>)[]): Promise<DatabaseUrls> {
  if (config.databaseUrl) return databaseUrls(config, undefined)
  const embedded = await startEmbedded(config.dataDir)
  closers.push(() => embedded.stop())
  closers.push(watchEmbedded(embedded))
  return databaseUrls(config, embedded)
}

/** Nobody but us can bring the embedded server back; a moment's absence is somebody restarting it on purpose. */
function watchEmbedded(embedded: EmbeddedServer): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    last = embedded
      .ensure()
      .catch((error: unknown) => {
        log.error({ err: error }, 'the embedded PostgreSQL is gone and could not be started')
      })
      .finally(() => {
        busy = false
      })
  }, 2000)
  return async () => {
    clearInterval(timer)
    await last
  }
}

/** Waits for the database and brings its schema up to date, as the role that owns it; what every site starts with is written as the other. */
export async function prepareDatabase(urls: DatabaseUrls): Promise<void> {
  const { url, ownerUrl } = urls
  const owner = openDatabase(ownerUrl, { max: 2 })
  try {
    const version = await waitFor(owner, ownerUrl)
    if (version < 150000)
      throw new ConfigError(
        `PostgreSQL ${Math.floor(version / 10000)} is too old: CareLoop needs version 15 or newer.`,
      )
    await migrate(owner.db).catch((error: unknown) => {
      const { code } = ((error as Error).cause ?? {}) as { code?: string }
      if (code !== '42501') throw error
      throw new ConfigError(
        'The schema is not up to date, and the role of the database may not change it. Set DATABASE_OWNER_URL, or start a process first that has it.',
        { cause: error },
      )
    })
    if (url === ownerUrl) {
      await seedBase(owner.db)
      return
    }
    const jobs = openJobs(ownerUrl, owner.db)
    try {
      await jobs.install()
    } finally {
      await jobs.stop()
    }
    await grantApplication(owner.db, urls)
  } finally {
    await owner.close()
  }
  const database = openDatabase(url, { max: 2 })
  try {
    await seedBase(database.db)
  } finally {
    await database.close()
  }
}

async function waitFor(database: ReturnType<typeof openDatabase>, url: string): Promise<number> {
  const { host } = new URL(url)
  for (let attempt = 1; ; attempt++) {
    try {
      const { rows } = await sql<{ version: number }>`
        select current_setting('server_version_num')::int as version`.execute(database.db)
      return rows[0]?.version ?? 0
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string }
      // Wrong password, no such database, no such role: waiting does not mend them.
      if (code && /^(28|3D)/.test(code))
        throw new ConfigError(`PostgreSQL at ${host} refuses DATABASE_URL: ${message}.`, { cause })
      if (attempt >= 8)
        throw new ConfigError(
          `PostgreSQL at ${host} does not answer (${message || (code ?? 'no reason given')}). Check DATABASE_URL and that the server runs.`,
          { cause },
        )
      log.warn({ host, attempt }, 'waiting for the database')
      await delay(Math.min(4000, 250 * 2 ** attempt))
    }
  }
}

async function openFeed(services: OpenServices, closers: (() => Promise<void>)[]): Promise<number> {
  const { config, db } = services
  const { mllpTls } = config
  const tls = mllpTls && { port: mllpTls.port, ...loadMllpTls(mllpTls) }
  try {
    const host = config.host ?? '0.0.0.0'
    const feed = await startFeed({ db, host, port: config.mllpPort, tls, allowed: config.mllpAllow })
    closers.push(() => feed.close())
    return feed.port
  } catch (cause) {
    const { port } = cause as { port?: number }
    if (tls && port === tls.port) throw portError(cause as Error, 'MLLP_TLS_PORT', tls.port)
    throw portError(cause as Error, 'MLLP_PORT', config.mllpPort)
  }
}

/** Milliseconds. A body has a deadline of its own, by its size (platform/body.ts); this ends what nobody reads. */
const headersTimeout = 15_000
const requestTimeout = 30 * 60_000

async function startWeb(services: OpenServices, closers: (() => Promise<void>)[]): Promise<string> {
  const { config } = services
  const { app, settled } = createApp(services)
  if (!existsSync(path.resolve(import.meta.dirname, '../web/dist/index.html')))
    log.warn('the web app is not built, only the API is served; build it with: npm run build')
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = listen(
      {
        fetch: app.fetch,
        autoCleanupIncoming: false,
        port: config.port,
        hostname: config.host ?? '0.0.0.0',
        serverOptions: { headersTimeout, requestTimeout, connectionsCheckingInterval: 5000 },
      },
      () => resolve(started),
    )
    started.on('request', dropUnread)
    started.once('error', (cause: Error & { code?: string }) => {
      reject(portError(cause, 'PORT', config.port))
    })
  })
  closers.push(async () => {
    await closeServer(server, services)
    await settled()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  return `http://localhost:${port}`
}

/** A sentence for the two reasons why a port cannot be opened. */
export function portError(cause: Error & { code?: string }, variable: string, port: number): Error {
  if (cause.code === 'EADDRINUSE')
    return new ConfigError(
      `Port ${port} is in use. Stop the other program or set ${variable} to another port.`,
      { cause },
    )
  if (cause.code === 'EACCES')
    return new ConfigError(
      `Port ${port} may not be opened by this user. Set ${variable} to a port above 1023.`,
      { cause },
    )
  return cause
}

/** No new connections, running requests finish, live streams end; what hangs after six seconds is cut. */
async function closeServer(server: ServerType, services: OpenServices): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  await services.live.close()
  const http = server as Partial<Pick<Server, 'closeIdleConnections' | 'closeAllConnections'>>
  http.closeIdleConnections?.()
  const cut = setTimeout(() => http.closeAllConnections?.(), 6000)
  await closed
  clearTimeout(cut)
}
