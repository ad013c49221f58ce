import { expect, test } from 'vitest'
import { textProblems } from './lint.ts'

const proper = '【{{hospital}}】{{name}}，体检套餐本周开放预约，可来电咨询。拒收请回复R'
const rulesOf = (body: string, more: object = {}) =>
  textProblems({ purpose: 'marketing', channel: 'sms', body, ...more }).map(({ rule }) => rule)

test('a marketing text that names its sender and how to end it, and promises nothing, is fit', () => {
  expect(rulesOf(proper)).toEqual([])
  expect(
    rulesOf('{{hospital}}: screening week, call us. {{unsubscribe}}', {
      channel: 'email',
      subject: 'Screening',
    }),
  ).toEqual([])
})

test.each([
  ['cure-rate', '治愈率高达98%'],
  ['cure-rate', '治癒率第一'],
  ['cure-rate', '95％ 的患者有效'],
  ['cure-rate', 'our cure rate is high'],
  ['guarantee', '彻底根治糖尿病'],
  ['guarantee', '保证三个月康复'],
  ['guarantee', '絕對安全，無副作用'],
  ['guarantee', 'Guaranteed results, risk-free'],
  ['superlative', '全国领先的最先进设备'],
  ['superlative', '業界第一'],
  ['superlative', '第一品牌'],
  ['guarantee', '保证不复发'],
  ['guarantee', '检查安全无痛'],
  ['superlative', 'the best hospital in town'],
  ['endorsement', '众多患者一致推荐'],
  ['endorsement', '名人代言'],
  ['endorsement', 'recommended by top doctors'],
  ['comparison', '优于其他医院'],
  ['comparison', 'better than other clinics'],
  ['secret-remedy', '祖傳秘方'],
])('%s is found in "%s"', (rule, words) => {
  expect(rulesOf(`${proper} ${words}`)).toContain(rule)
})

test('width, hidden signs and blanks do not hide words; the problem stands at the words as written', () => {
  const [problem] = textProblems({ purpose: 'marketing', channel: 'sms', body: `${proper}治 愈\u200b率` })
  expect(problem).toMatchObject({
    rule: 'cure-rate',
    words: '治 愈\u200b率',
    at: proper.length,
    length: 5,
    blocks: true,
  })
  expect(problem?.source).toContain('广告法第16条')
})

test('ordinary words of a hospital are no advertising', () => {
  for (const words of [
    '第一人民医院',
    '第一次复诊',
    '请第一时间来院',
    '最近三个月',
    '患者须知',
    '专家门诊',
    '首诊负责',
    '最好在上午来',
    '治疗室',
    '有效期至12月',
  ])
    expect(rulesOf(`${proper}${words}`), words).toEqual(words === '最好在上午来' ? ['superlative'] : [])
})

test('who sends and how to end it must be in marketing, by electronic means both', () => {
  expect(rulesOf('体检优惠')).toEqual(['no-sender', 'no-opt-out'])
  expect(rulesOf('{{hospital}}体检优惠', { channel: 'letter', subject: '体检' })).toEqual([])
  expect(rulesOf('{{hospital}}体检优惠', { channel: 'email', subject: '体检' })).toEqual(['no-opt-out'])
})

test('of a service text advertising words are pointed out and do not hold it back; care is no advertising', () => {
  const body = '手术成功率请询问医生'
  expect(textProblems({ purpose: 'service', channel: 'sms', body })).toMatchObject([
    { rule: 'cure-rate', blocks: false },
  ])
  expect(textProblems({ purpose: 'clinical', channel: 'sms', body })).toEqual([])
})

test('a text must be a template with names that are known, whatever it is for', () => {
  expect(rulesOf('{{nmae}}', { purpose: 'clinical' })).toEqual(['unknown-name'])
  expect(rulesOf('{% for a in b %}', { purpose: 'clinical' })).toEqual(['syntax'])
  expect(rulesOf(' ', { purpose: 'clinical', channel: 'email', subject: '' })).toEqual(['empty', 'empty'])
  expect(rulesOf('好', { purpose: 'clinical', channel: 'email', subject: '{{link}}' })).toEqual([
    'unknown-name',
  ])
})
