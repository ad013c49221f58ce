import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Known, looksInvented, Placeholders } from './placeholder.ts'

const known: Known[] = [
  { kind: '姓名', value: '王小明' },
  { kind: '姓名', value: '王小' },
  { kind: '电话', value: '+8613900000001' },
  { kind: '电话', value: '13900000001' },
  { kind: '地址', value: '浙江省宁波市海曙区中山西路100号' },
  { kind: '编号', value: 'A1' },
]

test('names, numbers and addresses leave by placeholders, the same by the same, and come back', () => {
  const hidden = new Placeholders(known)
  const text =
    '我叫王小明，电话139 0000 0001，家在浙江省宁波市海曙区中山西路100号。病历号A1，身份证33010219500101001X。王小明的妈妈李阿姨也是13900000001'
  const out = hidden.hide(text)
  expect(out).toBe(
    '我叫[姓名1]，电话[电话1]，家在[地址1]。病历号[编号1]，身份证[电话2]。[姓名1]的妈妈[姓名2]阿姨也是[电话3]',
  )
  expect(hidden.restore(out)).toBe(text)
})

test.each([
  ['我叫欧阳修，今年六十岁', '欧阳修'],
  ['电话一三九零零零零零零零一', '一三九零零零零零零零一'],
  ['住在桃花路7号3幢502室', '桃花路7号3幢502室'],
  ['邮箱是 wang.xm@example.test 谢谢', 'wang.xm@example.test'],
  ['１３９０００００００１', '１３９０００００００１'],
  ['0571-88886666转8001', '0571-88886666'],
  ['生日1950年1月1日', '1950年1月1日'],
  ['My name is Jane Doe, thanks', 'Jane Doe'],
])('%s: what the house does not know is hidden by its looks', (text, part) => {
  const hidden = new Placeholders([])
  const out = hidden.hide(text)
  expect(out).not.toContain(part)
  expect(hidden.restore(out)).toBe(text)
})

test('what a doctor has to read stays', () => {
  const text = '体温36.5，血压120/80，疼痛3分，吃了2片药，我走路还有点疼，第5天了，住3号楼'
  expect(new Placeholders(known).hide(text)).toBe(text)
})

test('whatever is said comes back as it was, and nothing that the house knows leaves', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...known.map((one) => one.value),
      '[姓名1]',
      '[电话12]',
      '[',
      ']',
      '，',
      ' ',
      '我叫',
      '号',
      '138',
    ),
    fc.string({ maxLength: 6 }),
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.string({ minLength: 2, maxLength: 5 }), { maxLength: 4 }),
      (pieces, names) => {
        const text = pieces.join('')
        const all = [...known, ...names.map((value): Known => ({ kind: '姓名', value }))]
        const hidden = new Placeholders(all)
        const out = hidden.hide(text)
        expect(hidden.restore(out)).toBe(text)
        const rest = out.replaceAll(/\[(?:姓名|电话|邮箱|地址|编号|日期|文字)\d+\]/g, '\u0000')
        for (const { value } of all) if (value.trim().length >= 2) expect(rest).not.toContain(value.trim())
        expect(hidden.hide(text)).toBe(out)
      },
    ),
    { numRuns: 500 },
  )
})

test('a placeholder that was never given is told apart, a number or link of the model’s own too', () => {
  expect(new Placeholders(known).restore('您好[姓名9]')).toBeUndefined()
  expect(looksInvented('请拨打[电话1]，带好3样东西，10点来')).toBe(false)
  for (const text of ['请拨打13512340000', '打开 www.x.cn', '写信到 a@b', 'https://x.test'])
    expect(looksInvented(text)).toBe(true)
})
