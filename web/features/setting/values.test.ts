import { expect, test } from 'vitest'
import { parseValue, toText } from './values.ts'

const days = { kind: 'integer', unit: 'days', min: 1, max: 90 } as const
const share = { kind: 'number', unit: 'share', min: 0, max: 1 } as const

test('numbers are checked against their limits', () => {
  expect(parseValue(days, '7')).toEqual({ ok: true, value: 7 })
  expect(parseValue(days, '０')).toEqual({ ok: false, problem: 'range', min: 1, max: 90 })
  expect(parseValue(days, '１４')).toEqual({ ok: true, value: 14 })
  expect(parseValue(days, '7.5')).toEqual({ ok: false, problem: 'integer' })
  expect(parseValue(days, 'seven')).toEqual({ ok: false, problem: 'number' })
  expect(parseValue(days, ' ')).toEqual({ ok: false, problem: 'required' })
})

test('shares are typed and shown in percent', () => {
  expect(toText({ ...share, value: 0.07 })).toBe('7')
  expect(parseValue(share, '7')).toEqual({ ok: true, value: 0.07 })
  expect(parseValue(share, '95%')).toEqual({ ok: true, value: 0.95 })
  expect(parseValue(share, '101')).toEqual({ ok: false, problem: 'range', min: 0, max: 100 })
})

test('text may be empty, a secret may not', () => {
  expect(parseValue({ kind: 'text', unit: null, min: null, max: null }, '')).toEqual({ ok: true, value: '' })
  expect(parseValue({ kind: 'secret', unit: null, min: null, max: null }, '')).toMatchObject({ ok: false })
  expect(toText({ kind: 'text', unit: null, value: null })).toBe('')
})
