import { expect, test } from 'vitest'
import { killTest } from '../torture/kill.ts'
import { createDataDir } from './support/database.ts'

// The small version; the full one (20,000 messages, 20 and 5 kills) is `npm run torture`.
test('kill -9 of the process and of PostgreSQL under load: nothing lost, nothing twice, order kept, audit whole', async () => {
  const result = await killTest({
    dir: await createDataDir(),
    messages: 600,
    processKills: 4,
    postgresKills: 1,
    connections: 6,
    seed: 7,
  })
  expect(result.deviations).toEqual([])
  expect(result.messages).toBeGreaterThan(500)
  expect(result.healed).toHaveLength(1)
  for (const ms of result.healed) expect(ms).toBeLessThan(10_000)
}, 600_000)
