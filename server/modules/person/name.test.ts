import fc from 'fast-check'
import { expect, test } from 'vitest'
import { familyLength, nameParts, normalise, sameName, searchName } from './name.ts'

test.each([
  [
    '古丽娜尔·艾合买提',
    ['•', '．', '.', '・', '‧', '∙', '⋅', '･', ' ', '', '—', '–', '-', '。', '｡', '  ·  '],
  ],
  ['Seán O’Neill', ["Sean O'Neill", 'SEAN ONEILL', 'Seán O＇Neill', 'Sean Oʼneill', 'Sean O`Neill']],
  ['Jörg Groß', ['Jorg Gross', 'JÖRG GROSS', 'Ｊörg Groß', 'Jo\u0308rg Gro\u00ADß']],
  ['周\u200B星\uFEFF驰', ['周星驰', '周\u200E星驰', '周　星 驰', '周星馳']],
])('%s is one name in every spelling', (name, spellings) => {
  for (const part of spellings) {
    const other = name.includes('·') && part.length < 6 ? name.replace('·', part) : part
    expect(searchName(other).search_name, JSON.stringify(other)).toBe(searchName(name).search_name)
    expect(sameName(other, name), JSON.stringify(other)).toBe(true)
  }
})

test('folding is done once: what is folded folds to itself, and invisible signs and case change nothing', () => {
  const letters = fc.string({
    unit: fc.constantFrom(
      '王',
      '伟',
      '欧',
      '阳',
      'Ä',
      'é',
      'ø',
      'ß',
      'A',
      'b',
      'Z',
      ' ',
      '·',
      '-',
      '’',
      'ガ',
    ),
    maxLength: 12,
  })
  const signs = fc.constantFrom('\u200B', '\u00AD', '\uFEFF', '\u202E', '\u2060', '\uFE0F')
  fc.assert(
    fc.property(letters, signs, fc.nat(12), (name, sign, at) => {
      const { pinyin } = searchName(name)
      expect(searchName(pinyin).pinyin).toBe(pinyin)
      expect(searchName(name.slice(0, at) + sign + name.slice(at))).toEqual(searchName(name))
      expect(searchName(name.toUpperCase()).search_name).toBe(searchName(name.toLowerCase()).search_name)
      expect(normalise(normalise(name))).toBe(normalise(name))
    }),
  )
})

test('the order of Latin words does not matter, that of characters does', () => {
  expect(sameName('CHEN Mei Ling', 'Mei Ling Chen')).toBe(true)
  expect(sameName('Chen Mei', 'Chen Mia')).toBe(false)
  expect(sameName('文王', '王文')).toBe(false)
})

const compounds =
  '万俟 司马 上官 欧阳 夏侯 诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 轩辕 令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司徒 司空 亓官 司寇 子车 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 东郭 南门 呼延 羊舌 微生 梁丘 左丘 东门 西门 南宫 第五 独孤 纳兰'
test.each(compounds.split(' '))('%s is a surname of two characters', (family) => {
  expect(familyLength(`${family}明`)).toBe(2)
  expect(nameParts(`${family}明华`)).toEqual({ family, given: '明华' })
})
test.each([
  ['鮮于志', '鮮于'],
  ['萬俟雲', '萬俟'],
  ['愛新覺羅启明', '愛新覺羅'],
  ['王孙文', '王'],
  ['金城武', '金'],
])('the surname of %s is %s', (name, family) => {
  expect(nameParts(name).family).toBe(family)
})
