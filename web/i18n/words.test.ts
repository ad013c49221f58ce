import { describe, expect, it } from 'vitest'
import { signIn as signInEn } from './en/signIn.ts'
import { words as en } from './en/words.ts'
import { signIn as signInCn } from './zh-CN/signIn.ts'
import { words as zhCN } from './zh-CN/words.ts'
import { signIn as signInTw } from './zh-TW/signIn.ts'
import { words as zhTW } from './zh-TW/words.ts'

function flatten(value: object, prefix = ''): Map<string, string> {
  const result = new Map<string, string>()
  for (const [key, one] of Object.entries(value)) {
    if (typeof one === 'string') result.set(prefix + key, one)
    else for (const [path, text] of flatten(one as object, `${prefix}${key}.`)) result.set(path, text)
  }
  return result
}

const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort()
const reference = flatten({ ...zhCN, signIn: signInCn })
const others = { 'zh-TW': flatten({ ...zhTW, signIn: signInTw }), en: flatten({ ...en, signIn: signInEn }) }

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
