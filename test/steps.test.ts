import { expect, test } from 'vitest'
import { stepsTest } from '../torture/steps.ts'
import { createDataDir } from './support/database.ts'

// The small version; the full one (100,000 due steps, 20 kills) is `npm run torture`.
test('kill -9 of the worker while steps and clocks fall due and people die: no step, task, mail or level of a clock lost or doubled, the dead are left alone', async () => {
  const result = await stepsTest({ dir: await createDataDir(), persons: 500, kills: 2, seed: 11 })
  expect(result.deviations).toEqual([])
  expect(result.clocks).toBe(1500)
  expect(result.tasks).toBeGreaterThan(1000)
  expect(result.mails + result.unknown).toBeGreaterThan(150)
}, 240_000)
