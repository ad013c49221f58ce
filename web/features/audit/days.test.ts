import { expect, test } from 'vitest'
import { dayBegins, dayEnds } from './days.ts'

test('a period includes its last day whole', () => {
  const hours =
    (Date.parse(dayEnds('2026-11-21') ?? '') - Date.parse(dayBegins('2026-11-21') ?? '')) / 3_600_000
  expect(hours).toBe(24)
  expect(dayBegins('21.11.2026')).toBeUndefined()
  expect(dayEnds(undefined)).toBeUndefined()
})
