import fc from 'fast-check'
import { expect, test } from 'vitest'
import { marksOf } from './id-check.ts'

const nobody = { sex: 'unknown', birthDate: null }

test.each([
  // The example of GB 11643-1999 itself.
  ['11010519491231002X', { sex: 'female', birthDate: '1949-12-31' }, []],
  ['11010519491231002x', nobody, []],
  ['110105194912310021', nobody, ['check-digit']],
  ['11010519491231002X', { sex: 'male', birthDate: '1949-12-30' }, ['birth-date', 'sex']],
  ['110105491231002', { sex: 'female', birthDate: '1949-12-31' }, []],
  ['110105491331002', nobody, ['birth-date']],
  // Taiwan: identity card, resident certificate of the new and of the old style.
  ['A123456789', { sex: 'male', birthDate: '1980-01-01' }, []],
  ['A123456780', nobody, ['check-digit']],
  ['A123456789', { sex: 'female', birthDate: null }, ['sex']],
  ['A800000014', { sex: 'male', birthDate: null }, []],
  ['AC01234567', { sex: 'male', birthDate: null }, []],
  ['G12345678', nobody, ['format']],
  ['', nobody, ['format']],
])('%s', (number, said, marks) => {
  expect(marksOf(number, said)).toEqual(marks)
})

test('one wrong digit, and two neighbours exchanged, are always noticed in a citizen number', () => {
  fc.assert(
    fc.property(fc.nat({ max: 16 }), fc.nat({ max: 9 }), (at, digit) => {
      const right = '11010519491231002X'
      const wrong = right.slice(0, at) + String(digit) + right.slice(at + 1)
      const exchanged = right.slice(0, at) + (right[at + 1] ?? '') + (right[at] ?? '') + right.slice(at + 2)
      for (const one of [wrong, exchanged])
        if (one !== right && /^\d{17}[\dX]$/.test(one)) expect(marksOf(one, nobody)).toContain('check-digit')
    }),
  )
})
