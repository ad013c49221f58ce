import { expect, test } from 'vitest'
import { sendingTest } from '../torture/sending.ts'
import { createDataDir } from './support/database.ts'

// The small version; the full one (100,000 messages, 20 kills) is `npm run torture`.
test('kill -9 of worker and providers while messages go out: none lost or doubled where keys are known, every unclear one named where not', async () => {
  const result = await sendingTest({ dir: await createDataDir(), messages: 2000, kills: 3, seed: 5 })
  expect(result.deviations).toEqual([])
  expect(result.states['gateway']).toEqual({ sent: 1000 })
  expect(result.looks).toBeGreaterThan(10)
}, 600_000)
