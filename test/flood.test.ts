import { expect, test } from 'vitest'
import { floodTest } from '../torture/flood.ts'

test('idle and slow connections, huge bodies, a large workbook and forged ones at once leave the HIS answered within a second', async () => {
  const run = await floodTest({
    idle: 600,
    slow: 10,
    bodies: 3,
    bodyMegabytes: 480,
    workbookRows: 30_000,
    forged: 3,
    seconds: 4,
  })
  expect(run.problems).toEqual([])
  expect(run.messages).toBeGreaterThan(20)
  // On a machine that does other things as well, a few times what it takes without a flood.
  expect(run.slowest).toBeLessThan(Math.max(1000, 8 * run.calm))
  expect(run.memory).toBeLessThan(1024)
}, 600_000)
