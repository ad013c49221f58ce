import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{contract,server,sim,test}/**/*.test.ts', 'web/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/database-server.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The default of one second is too short for a password hash on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    // Two cores; each test file has its own database in the one server.
    maxWorkers: 2,
    pool: 'forks',
    sequence: { concurrent: false },
  },
})
