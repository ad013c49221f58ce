import { expect, test } from 'vitest'
import { appointmentsTest } from '../torture/appointments.ts'
import { createDataDir } from './support/database.ts'

// The small version; the full one (40 clients, 20 kills) is `npm run torture`.
test('kill -9 while people book, move, cancel, wait and clinics are suspended: nothing answered is lost, no slot taken twice, nobody passed over', async () => {
  const result = await appointmentsTest({
    dir: await createDataDir(),
    clients: 6,
    requests: 60,
    kills: 2,
    seed: 13,
  })
  expect(result.deviations).toEqual([])
  expect(result.booked).toBeGreaterThan(20)
}, 600_000)
