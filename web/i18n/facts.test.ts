import { expect, test } from 'vitest'
import { personFactNames } from '../../contract/fact.ts'
import { questionnaires as en } from './en/questionnaires.ts'
import { questionnaires as cn } from './zh-CN/questionnaires.ts'

test.each([
  ['en', en],
  ['zh-CN', cn],
] as const)('every fact of persons has words in %s', (_language, words) => {
  expect(personFactNames.filter((name) => !Object.hasOwn(words.fact, name.replaceAll('.', '_')))).toEqual([])
})
