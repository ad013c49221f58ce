import { expect, test } from 'vitest'
import { daysIn, toDays, toRanges } from './ranges.ts'

const off = (date: string, name = '国庆节') => ({ date, working: false, name })

test('days in a row under one name become one line', () => {
  const days = [
    off('2026-10-02'),
    off('2026-10-01'),
    { date: '2026-10-10', working: true, name: '国庆节' },
    off('2026-10-04'),
  ]
  expect(toRanges(days)).toEqual([
    { from: '2026-10-01', to: '2026-10-02', working: false, name: '国庆节' },
    { from: '2026-10-04', to: '2026-10-04', working: false, name: '国庆节' },
    { from: '2026-10-10', to: '2026-10-10', working: true, name: '国庆节' },
  ])
})

test('lines become days again, across a month', () => {
  const range = { from: '2026-09-30', to: '2026-10-02', working: false, name: ' 中秋 ' }
  expect(daysIn(range)).toBe(3)
  expect(toDays([range], 2026)).toEqual({
    days: [off('2026-09-30', '中秋'), off('2026-10-01', '中秋'), off('2026-10-02', '中秋')],
  })
})

test('what is wrong is said with its line', () => {
  const good = { from: '2026-10-01', to: '2026-10-01', working: false, name: 'x' }
  expect(toDays([good, { ...good, from: '2026-10-03' }], 2026)).toEqual({ problem: 'dates', row: 2 })
  expect(toDays([good], 2027)).toEqual({ problem: 'year', row: 1 })
  expect(toDays([{ ...good, name: ' ' }], 2026)).toEqual({ problem: 'name', row: 1 })
  expect(toDays([good, good], 2026)).toEqual({ problem: 'twice', date: '2026-10-01' })
  expect(toDays([{ ...good, from: '2026-01-01', to: '2026-12-31' }], 2026)).toEqual({ problem: 'many' })
})
