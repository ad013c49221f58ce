import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparedNumber, isPlaceholderNumber } from './identity-number.ts'
import { isPlaceholderDate, isPlaceholderName } from './placeholder.ts'

test.each(
  [
    '李梅之子', '李梅之女', '李梅之女2', '李梅之长子', '李梅之双大', '李梅之子A', '李梅之男婴', '李梅之婴', '李梅之寶寶', '李梅 之 子', '李梅女婴', '李梅宝宝', '新生儿',
    '无名氏', '無名氏', '无名', '無名女', '不详', '未知', '姓名不详', '佚名', '未登记姓名', '某女', '急诊患者3',
    'BABY BOY', 'Baby Girl Smith', 'Smith, BABYBOY', 'Baby of Smith', 'B/O SMITH', 'NEWBORN', 'Twin A Lee', 'UNKNOWN', 'Unknown Male', 'John Doe', 'DOE JANE', 'No Name', '？？？', 'XXX', '...',
  ],
)('%j is no name', (name) => {
  expect(isPlaceholderName(name)).toBe(true)
}) // prettier-ignore

test.each([
  '王之涣', '钱某', '张某某', '王之宝', '李子', '王宝宝', '林女', '吴明', '卜详', '周未', 'Johnny Doering', 'Doe Kim', 'Bobby Smith', 'Babyak Ivan', 'Boyd Carter', '吳無忌', '买买提江·艾力', '子車明',
])('%j is a name', (name) => {
  expect(isPlaceholderName(name)).toBe(false)
}) // prettier-ignore

test.each([
  ['1900-01-01', true],
  ['1901-01-01', true],
  ['0001-01-01', true],
  ['1899-12-30', true],
  ['9999-12-31', true],
  ['1900-01-02', false],
  ['1970-01-01', false],
  ['2000-01-01', false],
])('birth date %s is filled in for none: %s', (date, none) => {
  expect(isPlaceholderDate(date)).toBe(none)
})

test.each([
  '0',
  '000000000000000000',
  '11111111111111111X',
  '999999999999999',
  '123456789012345678',
  '12345678',
  '987654321',
  '+8613800000000',
  '+8611111111111',
  '',
])('number %j stands for none', (number) => {
  expect(isPlaceholderNumber(number)).toBe(true)
})
test.each(['11010119720307080X', '+8613800138123', '+8657187654321', 'A123456780', 'E12345678X', '12344321'])(
  'number %j is one',
  (number) => {
    expect(isPlaceholderNumber(number)).toBe(false)
  },
)

const citizen = fc
  .tuple(
    fc.integer({ min: 110_000, max: 659_999 }),
    fc.integer({ min: 0, max: 99 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 995 }),
  )
  .map(
    ([place, year, month, day, order]) =>
      [place, year, month, day].map((part) => String(part).padStart(2, '0')).join('') +
      String(order).padStart(3, '0'),
  )

test('an identity number has one form, however it was written', () => {
  fc.assert(
    fc.property(
      citizen,
      fc.constantFrom(' ', '-', '\u200B', '　', '\u2013'),
      fc.nat(18),
      (short, sign, at) => {
        const whole = comparedNumber('national-id', short)
        expect(whole).toMatch(new RegExp(`^${short.slice(0, 6)}19${short.slice(6)}[\\dX]$`))
        const wide = whole.replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
        for (const written of [
          whole.toLowerCase(),
          wide,
          ` ${whole} `,
          whole.slice(0, at) + sign + whole.slice(at),
        ])
          expect(comparedNumber('national-id', written)).toBe(whole)
        expect(comparedNumber('mrn:NH', short)).toBe(short)
      },
    ),
  )
})

test('a number of 15 digits is the one of 18 with the check digit of GB 11643', () => {
  expect(comparedNumber('national-id', '110105491231002')).toBe('11010519491231002X')
})
