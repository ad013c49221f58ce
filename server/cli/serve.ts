import type { Command } from 'commander'
import { serve } from '../main.ts'
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
      // Before anything is printed: whoever waits for that line may stop us at once.
      const stopped = stopSignal()
      if (running.url) console.log(`CareLoop is ready at ${config.publicUrl ?? running.url}`)
      else console.log(`CareLoop is running (${config.roles.join(', ')})`)
      if (running.setupLink)
        console.log(`Create the first administrator here (works once, for 24 hours):\n  ${running.setupLink}`)
      await stopped
      await running.close()
      // Anything that still holds the process open would only delay the service manager.
      process.exit(0)
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

/** Resolves at the first signal to stop; a second one does not wait. */
function stopSignal(): Promise<void> {
  return new Promise<void>((resolve) => {
    const stop = (signal: string) => {
      log.info({ signal }, 'stopping')
      process.once('SIGINT', () => process.exit(1))
      resolve()
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
}
