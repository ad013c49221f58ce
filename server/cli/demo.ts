import type { Command } from 'commander'
import { readConfig } from '../platform/config.ts'

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('Start a demonstration with a simulated hospital and a log-in per role')
    .action(async () => {
      // Loaded only here: a real installation never runs a line of it.
      const { runDemo } = await import('../demo.ts')
      await runDemo(readConfig())
    })
}
