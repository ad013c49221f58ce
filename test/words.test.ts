import { globSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { taiwanese, taiwaneseWords } from '../server/platform/taiwanese.ts'
import { taiwanOtherwise } from '../web/i18n/zh-TW.ts'

async function wordsOf(language: string): Promise<object> {
  const files = globSync(path.join(import.meta.dirname, '../web/i18n', language, '*.ts')).filter(
    (file) => !file.endsWith('index.ts'),
  )
  return Object.assign(
    {},
    ...(await Promise.all(files.map((file) => import(file) as Promise<object>))),
  ) as object
}

function flatten(value: object, prefix = ''): Map<string, string> {
  const result = new Map<string, string>()
  for (const [key, one] of Object.entries(value)) {
    if (typeof one === 'string') result.set(prefix + key, one)
    else for (const [path, text] of flatten(one as object, `${prefix}${key}.`)) result.set(path, text)
  }
  return result
}

const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort()
const zhCN = await wordsOf('zh-CN')
const reference = flatten(zhCN)
const others = { 'zh-TW': flatten(taiwaneseWords(zhCN, taiwanOtherwise)), en: flatten(await wordsOf('en')) }

describe.each(Object.entries(others))('%s', (name, words) => {
  it('has every key and no other', () => {
    expect([...words.keys()].sort()).toEqual([...reference.keys()].sort())
  })

  it('has no empty text', () => {
    expect([...words].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  it('fills in the same values', () => {
    for (const [key, text] of reference) {
      expect(placeholders(words.get(key) ?? ''), key).toEqual(placeholders(text))
    }
  })

  it.runIf(name === 'zh-TW')('carries no simplified characters', () => {
    const simplified = /[们这个说时对发关点务员设页录读写见问题选择区听医护访随码账户过还没换边岁]/
    const traditional = /[說時對發關點務員設頁錄讀寫見問題選擇區聽醫護訪隨碼帳戶過還沒換邊歲]/
    expect(traditional.test([...words.values()].join(''))).toBe(true)
    expect([...words].filter(([, text]) => simplified.test(text.replaceAll(/[碼個]/g, '')))).toEqual([])
  })
})

it('zh-CN has no empty text', () => {
  expect([...reference].filter(([, text]) => text.trim() === '')).toEqual([])
})

it('Taiwan says nothing otherwise that is gone, or that is written the same anyway', () => {
  const written = flatten(taiwaneseWords(zhCN, {}))
  expect(Object.keys(taiwanOtherwise).filter((key) => !reference.has(key))).toEqual([])
  expect(Object.entries(taiwanOtherwise).filter(([key, text]) => written.get(key) === text)).toEqual([])
})

it.each([
  ['病案号、预约和短信都在数据库里', '病歷號、預約和簡訊都在資料庫裡'],
  ['按 Shift 加方向键移动', '按 Shift 加方向鍵移動'],
  ['患者上周日出院，护士长随访', '病患上週日出院，護理長追蹤'],
  ['共 {{n}} 条，第 {{line}} 行', '共 {{n}} 筆，第 {{line}} 列'],
])('%s is written %s in Taiwan', (mainland, taiwan) => {
  expect(taiwanese(mainland)).toBe(taiwan)
})
