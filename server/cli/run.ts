import path from 'node:path'
import { type Config, ConfigError, readConfig } from '../platform/config.ts'
import { hasEmbedded, startEmbedded } from '../platform/embedded.ts'
import { AppError } from '../platform/errors.ts'
import { log } from '../platform/log.ts'
import { type DatabaseUrls, databaseUrls } from '../platform/ownership.ts'
import { prepareDatabase } from '../main.ts'
import { type OpenServices, openServices } from '../services.ts'

export const exitCodes = { done: 0, failed: 1, wrongUse: 2, refused: 3 } as const

/** A wrong argument that only the command itself can notice. */
export class UsageError extends Error {}

/** Prints what an operator can act on, without a stack, and returns the exit code. */
export function explain(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(error.message)
    return exitCodes.wrongUse
  }
  if (error instanceof ConfigError) console.error(error.message)
  else if (error instanceof AppError) {
    console.error(error.message)
    for (const field of error.fields ?? []) console.error(`  ${field.path}: ${field.message}`)
  } else {
    console.error(`Unexpected: ${error instanceof Error ? error.message : String(error)}`)
    log.error({ err: error }, 'the command failed')
  }
  return exitCodes.failed
}

/**
 * Opens the database for one command. The embedded server is adopted when it runs already and then left running.
 * @param options.migrate bring the schema up to date first (default true)
 * @param options.create make the database when the data directory has none (default false)
 * @throws {ConfigError} when it has none
 */
export async function withDatabase<T>(
  work: (context: DatabaseUrls & { config: Config }) => Promise<T>,
  options: { migrate?: boolean; create?: boolean } = {},
): Promise<T> {
  const config = readConfig()
  log.level = config.logLevel === 'info' ? 'warn' : config.logLevel
  if (!config.databaseUrl && !options.create) await findDatabase(config)
  const embedded = config.databaseUrl ? undefined : await startEmbedded(config.dataDir)
  try {
    const urls = databaseUrls(config, embedded)
    if (options.migrate ?? true) await prepareDatabase(urls)
    return await work({ ...urls, config })
  } finally {
    if (embedded && !embedded.adopted) await embedded.stop()
  }
}

/** Only what starts an installation may make one: a command on a wrong directory would work on an empty one and seem to succeed. */
async function findDatabase({ dataDir }: Config): Promise<void> {
  if (await hasEmbedded(dataDir)) return
  const demo = path.join(dataDir, 'demo')
  throw new ConfigError(
    (await hasEmbedded(demo))
      ? `There is no database in ${dataDir}, but one of the demo. For the demo, set CARELOOP_DATA_DIR=${demo}`
      : `There is no database in ${dataDir}. Set CARELOOP_DATA_DIR to the directory of the installation, or start it once: careloop serve`,
  )
}

/** The same with everything a process opens. */
export async function withServices<T>(work: (services: OpenServices) => Promise<T>): Promise<T> {
  return withDatabase(async ({ url, config }) => {
    const services = await openServices({ ...config, databasePool: 4 }, url)
    try {
      return await work(services)
    } finally {
      await services.close()
    }
  })
}
