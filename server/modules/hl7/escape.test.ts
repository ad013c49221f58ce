import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cut, unescape } from './escape.ts'

const context = {
  fieldSeparator: '|',
  componentSeparator: '^',
  repetitionSeparator: '~',
  escapeCharacter: '\\',
  subcomponentSeparator: '&',
}
const read = (text: string, charset = 'utf-8') => unescape(text, context as never, charset)

test.each([
  ['\\XE4B8AD\\', 'utf-8', '中'],
  ['\\XD6D0CEC4\\', 'gb18030', '中文'],
  ['\\XD6\\\\XD0\\', 'gb18030', '中'],
  ['\\XD6D0\\', 'utf-8', '\\XD6D0\\'],
  ['\\F\\\\S\\\\T\\\\R\\\\E\\', 'utf-8', '|^&~\\'],
  ['\\E\\X41\\E\\', 'utf-8', '\\X41\\'],
])('%s in %s is %s', (text, charset, expected) => {
  expect(read(text, charset)).toBe(expected)
})

test('what is cut never ends within a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (text, length) => {
        const start = cut(text, length)
        expect(text.startsWith(start)).toBe(true)
        expect(start.length).toBeLessThanOrEqual(length)
        expect(start.isWellFormed()).toBe(true)
      },
    ),
  )
})
