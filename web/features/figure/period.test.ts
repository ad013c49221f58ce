import { expect, test } from 'vitest'
import { periodOf, readScope, startOf } from './period.ts'

const today = new Date(2026, 10, 21)

test('presets mean whole local days, and a running period ends today', () => {
  expect(periodOf('this-month', today)).toEqual({ from: '2026-11-01', to: '2026-11-21' })
  expect(periodOf('last-month', today)).toEqual({ from: '2026-10-01', to: '2026-10-31' })
  expect(periodOf('last-30-days', today)).toEqual({ from: '2026-10-23', to: '2026-11-21' })
  expect(periodOf('this-quarter', today)).toEqual({ from: '2026-10-01', to: '2026-11-21' })
  expect(periodOf('last-quarter', today)).toEqual({ from: '2026-07-01', to: '2026-09-30' })
})

test('periods cross the turn of the year', () => {
  const january = new Date(2027, 0, 5)
  expect(periodOf('last-month', january)).toEqual({ from: '2026-12-01', to: '2026-12-31' })
  expect(periodOf('last-quarter', january)).toEqual({ from: '2026-10-01', to: '2026-12-31' })
})

test('a broken address falls back instead of asking the server for nonsense', () => {
  const { query } = readScope(
    { period: 'custom', from: '2026-13-45', to: '2026-11-01', level: '9', by: 'x', siteId: '-1' },
    today,
  )
  expect(query).toEqual({
    from: '2026-10-23',
    to: '2026-11-21',
    level: 1,
    by: 'department',
    compare: 'before',
  })
})

test('the address carries the whole scope', () => {
  const { preset, query } = readScope(
    {
      period: 'custom',
      from: '2026-11-01',
      to: '2026-11-07',
      level: '2',
      by: 'doctor',
      departmentId: '4',
      compare: 'year',
    },
    today,
  )
  expect(preset).toBe('custom')
  expect(query).toEqual({
    from: '2026-11-01',
    to: '2026-11-07',
    level: 2,
    by: 'doctor',
    departmentId: 4,
    compare: 'year',
  })
})

test('a head starts by doctor, and whoever has only the own patients by disease', () => {
  expect(readScope({}, today, startOf('department')).query.by).toBe('doctor')
  expect(readScope({}, today, startOf('own')).query.by).toBe('disease')
  expect(readScope({}, today, startOf('site')).query.by).toBe('department')
  expect(readScope({ by: 'week' }, today, startOf('department')).query.by).toBe('week')
})
