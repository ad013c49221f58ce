import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText, queryOf, vectorOf, wordsOf } from './bigram.ts'

/** As PostgreSQL would match them. */
function matches(text: string, search: string): boolean {
  const words = wordsOf(text)
  const query = queryOf(search)
  if (!query) return false
  return query.query.split(' & ').every((term) => {
    const word = /^'(.*)'/.exec(term)?.[1] ?? ''
    return term.endsWith(':*') ? words.some((one) => one.startsWith(word)) : words.includes(word)
  })
}

test('a word of two characters is found in a sentence, in either writing, and a word by its beginning', () => {
  expect(matches('请问体检报告什么时候能取？', '报告')).toBe(true)
  expect(matches('請問體檢報告什麼時候能取？', '体检')).toBe(true)
  expect(matches('My CT report from 2026-11', 'rep ct')).toBe(true)
  expect(matches('请问体检报告', '发票')).toBe(false)
  expect(matches('预约了CT检查', 'ct')).toBe(true)
  expect(queryOf(' ？！ ')).toBeNull()
  expect(vectorOf(wordsOf("o'clock 单"))).toBe("'o' 'clock' '单'")
})

test('whatever stands in a text is found by any part of it between blanks', () => {
  const sign = fc.constantFrom(...Array.from('报告单预约挂号医保ABc129 ，。'))
  fc.assert(
    fc.property(
      fc.array(sign, { minLength: 4, maxLength: 40 }),
      fc.nat(30),
      fc.integer({ min: 2, max: 6 }),
      (signs, from, length) => {
        const text = signs.join('')
        // From the beginning of a word: the middle of a number is not looked for.
        const part = [...foldText(text)]
          .slice(from, from + length)
          .join('')
          .replace(/^[a-z0-9]+/u, '')
          .trim()
        fc.pre(queryOf(part) !== null)
        expect(matches(text, part)).toBe(true)
      },
    ),
  )
})
