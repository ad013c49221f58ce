import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { setClock } from './test/support/clock.ts'
import LongestFirst from './test/support/longest-first.ts'

await setClock()
// Servers, threads and commands that the tests start read compiled code instead of compiling it.
process.env.NODE_COMPILE_CACHE ??= path.resolve(import.meta.dirname, 'node_modules/.cache/compiled')

export default defineConfig({
  test: {
    include: ['{contract,server,sim,test}/**/*.test.ts', 'web/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/database-server.ts'],
    setupFiles: ['test/support/seed.ts'],
    // For browsers and processes that a busy machine delays. A property has one seed per run, so a counterexample fails again.
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // The default of one second is too short for a password hash on a busy machine.
    expect: { poll: { timeout: 40_000 } },
    // Two cores; each test file has its own database in the one server.
    maxWorkers: 2,
    pool: 'forks',
    // Files of one worker share the program, which takes longer to load than most of them to run; what it keeps, it keeps per database.
    isolate: false,
    sequence: { concurrent: false, sequencer: LongestFirst },
  },
})
