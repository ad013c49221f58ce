import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorIds } from '../server/platform/errors.ts'
import { taiwaneseWords } from '../server/platform/taiwanese.ts'
import { campaigns as enCampaigns } from '../web/i18n/en/campaigns.ts'
import { channels as enChannels } from '../web/i18n/en/channels.ts'
import { codes as enCodes } from '../web/i18n/en/codes.ts'
import { segments as enSegments } from '../web/i18n/en/segments.ts'
import { campaigns } from '../web/i18n/zh-CN/campaigns.ts'
import { channels } from '../web/i18n/zh-CN/channels.ts'
import { codes } from '../web/i18n/zh-CN/codes.ts'
import { segments } from '../web/i18n/zh-CN/segments.ts'
import { taiwanOtherwise } from '../web/i18n/zh-TW.ts'

const root = path.resolve(import.meta.dirname, '..')
const chinese = { codes, campaigns, channels, segments }
const english = { codes: enCodes, campaigns: enCampaigns, channels: enChannels, segments: enSegments }

/** With the problems of nouns whose words only their own pages load. */
const whole = (words: Record<keyof typeof chinese, { error?: Record<string, string>; problem: object }>) => ({
  error: words.codes.error ?? {},
  problem: Object.assign({}, ...Object.values(words).map((one) => one.problem)) as object,
})
const languages = {
  'zh-CN': whole(chinese),
  'zh-TW': whole(taiwaneseWords(chinese, taiwanOtherwise)),
  en: whole(english),
} as const

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
