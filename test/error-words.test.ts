import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorIds } from '../server/platform/errors.ts'
import { taiwaneseWords } from '../server/platform/taiwanese.ts'
import { codes as en } from '../web/i18n/en/codes.ts'
import { codes as cn } from '../web/i18n/zh-CN/codes.ts'
import { taiwanOtherwise } from '../web/i18n/zh-TW.ts'

const root = path.resolve(import.meta.dirname, '..')
const { codes: tw } = taiwaneseWords({ codes: cn }, taiwanOtherwise)
const languages = { 'zh-CN': cn, 'zh-TW': tw, en } as const

/** Problems of a pathway and of an interface for programs have words of their own, or none that a person reads. */
const apart = /test\.ts$|pathway\/(validate|expand|asked-problems)\.ts$|contract\/(launch|fhir)\.ts$/
const complaints = globSync('{server/modules,server/feeds/table,contract}/**/*.ts', { cwd: root })
  .filter((file) => !apart.test(file))
  .flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/message: (['`])((?:(?!\1).)+)\1/g)].map(
      ([, , text = '']) => text,
    ),
  )
  .filter((text) => / /.test(text) || /^(is|are|must)/.test(text))
const slug = (text: string) =>
  text
    .replaceAll(/\$\{[^}]*\}/g, '0')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-|-$/g, '')

describe.each(Object.entries(languages))('in %s', (language, words) => {
  test('every error of the server is a sentence that names what to do, and none without an error', () => {
    expect(errorIds.length).toBeGreaterThan(40)
    expect(errorIds.filter((id) => !(id in words.error))).toEqual([])
    expect(
      Object.keys(words.error).filter((id) => id !== 'network' && !errorIds.some((one) => one === id)),
    ).toEqual([])
    expect(Object.values(words.error).filter((text) => !/[。.？?]$/.test(text))).toEqual([])
    if (language !== 'en')
      expect(Object.values(words.error).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([])
  })

  test('every complaint of the server about one value has words', () => {
    expect(complaints.length).toBeGreaterThan(50)
    expect(
      [...new Set(complaints.map(slug))].filter((name) => name !== '' && !(name in words.problem)),
    ).toEqual([])
  })
})
