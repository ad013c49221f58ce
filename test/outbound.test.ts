import { expect, test } from 'vitest'
import { outboundTest } from '../torture/outbound.ts'
import { createDataDir } from './support/database.ts'

// The small version; the full one (1,000 faults, 10 kills) is `npm run torture`.
test('late, wrong and missing answers, and kill -9 of the sender: none credited wrongly, none sent twice without being marked', async () => {
  const result = await outboundTest({
    dir: await createDataDir(),
    faults: 80,
    kills: 2,
    channels: 8,
    persons: 4,
    seed: 11,
  })
  expect(result.deviations).toEqual([])
  expect(result.faults).toBe(80)
  expect(result.again).toBeGreaterThan(20)
}, 600_000)
