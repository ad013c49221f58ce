import { expect, test } from 'vitest'
import { bytes, count, percent, signed } from './number.ts'

test('percent never rounds a missed target up to a met one', () => {
  expect(percent(0.9997)).toBe('99.9%')
  expect(percent(1)).toBe('100%')
  expect(percent(0.935)).toBe('93.5%')
  expect(percent(0.9)).toBe('90%')
})

test('percent does not hide a few among many', () => {
  expect(percent(0.0001)).toBe('0.1%')
  expect(percent(0)).toBe('0%')
  expect(percent(null)).toBe('—')
})

test('counts, changes and sizes', () => {
  expect(count(1234567)).toBe('1,234,567')
  expect(count(null)).toBe('—')
  expect(signed(3.24)).toBe('+3.2')
  expect(signed(-0.44)).toBe('−0.4')
  expect(signed(0.04)).toBe('0')
  expect(bytes(999)).toBe('999 B')
  expect(bytes(3_400)).toBe('3.4 kB')
})
