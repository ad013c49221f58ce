import { expect, test } from 'vitest'
import { floodTest } from '../torture/flood.ts'

test('idle and slow connections, huge bodies, a large workbook and forged ones at once leave the HIS answered within a second', async () => {
  const run = await floodTest({
    idle: 600,
    slow: 20,
    bodies: 3,
    bodyMegabytes: 480,
    workbookRows: 30_000,
    forged: 3,
    seconds: 4,
  })
  console.log(run)
  expect(run.problems).toEqual([])
  expect(run.messages).toBeGreaterThan(20)
  expect(run.slowest).toBeLessThan(1000)
  expect(run.memory).toBeLessThan(1024)
}, 120_000)
