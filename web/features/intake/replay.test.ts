import { expect, test } from 'vitest'
import { countByReason } from './replay.ts'

test('dead letters are counted by reason, most frequent first', () => {
  const messages = [{ reason: 'no id' }, { reason: null }, { reason: 'bad date' }, { reason: 'bad date' }]
  expect(countByReason(messages)[0]).toEqual({ reason: 'bad date', n: 2 })
  expect(countByReason(messages)).toHaveLength(3)
  expect(countByReason([])).toEqual([])
})
