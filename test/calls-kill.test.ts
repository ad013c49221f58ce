import { expect, test } from 'vitest'
import { callsTest } from '../torture/calls.ts'
import { createDataDir } from './support/database.ts'

// The small version; the full one (5,000 calls, 20 kills) is `npm run torture`.
test('kill -9 and cut connections while calls ring and are handed over: one record a call, with the times of the telephone system', async () => {
  const result = await callsTest({
    dir: await createDataDir(),
    calls: 120,
    lines: 6,
    kills: 2,
    drops: 2,
    seed: 7,
  })
  expect(result.deviations).toEqual([])
  expect(result.answered).toBeGreaterThan(60)
}, 600_000)
