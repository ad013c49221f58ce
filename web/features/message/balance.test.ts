import { expect, test } from 'vitest'
import { balance } from './balance.ts'

const counts = { targeted: 100, queued: 3, sending: 1, sent: 90, failed: 2, suppressed: 3, unknown: 1 }

test('the account balances when every message is somewhere', () => {
  expect(balance(counts)).toEqual({ underWay: 4, gap: 0 })
  expect(balance({ ...counts, sent: 88 }).gap).toBe(2)
})
