import type { Command } from 'commander'
import { type Running, serve } from '../main.ts'
import { readConfig } from '../platform/config.ts'
import { log } from '../platform/log.ts'
import { withDatabase } from './run.ts'

export function addServeCommands(program: Command): void {
  program
    .command('serve')
    .description('Start CareLoop; SIGTERM or Ctrl+C stops it')
    .action(async () => {
      const config = readConfig()
      const running = await serve(config)
      if (running.url) console.log(`CareLoop is ready at ${config.publicUrl ?? running.url}`)
      else console.log(`CareLoop is running (${config.roles.join(', ')})`)
      if (running.setupLink)
        console.log(`Create the first administrator here (works once, for 24 hours):\n  ${running.setupLink}`)
      await untilStopped(running)
    })

  program
    .command('migrate')
    .description('Bring the database schema up to date and stop')
    .action(() =>
      withDatabase(() => {
        console.log('The database schema is up to date.')
        return Promise.resolve()
      }),
    )
}

/** Waits for a signal, then stops; a second signal does not wait. */
export async function untilStopped(running: Running): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (signal: string) => {
      log.info({ signal }, 'stopping')
      process.once('SIGINT', () => process.exit(1))
      resolve()
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
  await running.close()
  // Anything that still holds the process open would only delay the service manager.
  process.exit(0)
}
