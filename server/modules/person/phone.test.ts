import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPhone, readPhones } from './phone.ts'

const said = (text: string, country?: string) =>
  readPhones(text, country).map(({ value, extension }) => value + (extension ? `;${extension}` : ''))

test.each<[string, string[]]>([
  ['１３９０５７１０００２', ['+8613905710002']],
  ['\u202D13905710002\u202C', ['+8613905710002']],
  ['138-0571-0001', ['+8613805710001']],
  ['013805710001', ['+8613805710001']],
  ['8613805710001', ['+8613805710001']],
  ['0086 138 0571 0001', ['+8613805710001']],
  ['17951 13805710001', ['+8613805710001']],
  ['13805710001.0', ['+8613805710001']],
  ['13805710001/13905710002', ['+8613805710001', '+8613905710002']],
  ['13805710001、13905710002', ['+8613805710001', '+8613905710002']],
  ['13805710001；13905710002', ['+8613805710001', '+8613905710002']],
  ['13805710001或13905710002', ['+8613805710001', '+8613905710002']],
  ['13805710001,13905710002', ['+8613805710001', '+8613905710002']],
  ['13805710001 13905710002', ['+8613805710001', '+8613905710002']],
  ['1380571000113905710002', ['+8613805710001', '+8613905710002']],
  ['13805710001/13805710001', ['+8613805710001']],
  ['本人：13805710001（妻 0571-87654321）', ['+8613805710001', '+8657187654321']],
  ['(0571)87654321', ['+8657187654321']],
  ['０５７１－８７６５４３２１', ['+8657187654321']],
  ['0571—87654321', ['+8657187654321']],
  ['+86 (0)571 8765 4321', ['+8657187654321']],
  ['0571-87654321/87651234', ['+8657187654321', '+8657187651234']],
  ['021 61234567 61234568', ['+862161234567', '+862161234568']],
  ['0571-87654321转8001', ['+8657187654321;8001']],
  ['0571-87654321轉分機8001', ['+8657187654321;8001']],
  ['0571-87654321 x123', ['+8657187654321;123']],
  ['0571-87654321 ext. 123', ['+8657187654321;123']],
  ['0571-87654321#12', ['+8657187654321;12']],
  ['0571-87654321,8001', ['+8657187654321;8001']],
  ['0571-87654321-8001', ['+8657187654321;8001']],
  ['000000', []],
  ['0000-0000000', []],
  ['１', []],
  ['无', []],
  // Nobody knows which city a local number is in, and a service number has no other form.
  ['87654321', ['87654321']],
  ['400-820-1234', ['4008201234']],
  // Numbers of Taiwan and of the United States that the mainland's numbering plan would take for one of its own.
  ['0912345678', ['0912345678']],
  ['02-2345-6789', ['0223456789']],
  ['2125551234', ['2125551234']],
  ['6502530000', ['6502530000']],
  ['001 650 253 0000', ['+16502530000']],
  ['+886 912 345 678', ['+886912345678']],
])('on the mainland %j is %j', (text, numbers) => {
  expect(said(text)).toEqual(numbers)
})

test.each<[string, string, string[]]>([
  ['TW', '0912-345-678', ['+886912345678']],
  ['TW', '(02)2345-6789#12、0912345678', ['+886223456789;12', '+886912345678']],
  ['TW', '13805710001', ['13805710001']],
  ['TW', '+8613805710001', ['+8613805710001']],
  ['HK', '9123 4567', ['+85291234567']],
  ['US', '(650) 253-0000 ext 7', ['+16502530000;7']],
  ['AQ', '650 253 0000', ['6502530000']],
])('in %s %j is %j', (country, text, numbers) => {
  expect(said(text, country)).toEqual(numbers)
})

test.each([
  ['+8613805710001', 'CN', '13805710001'],
  ['+8657187654321', 'CN', '0571-87654321'],
  ['+862161234567', 'CN', '021-61234567'],
  ['+865717654321', 'CN', '0571-7654321'],
  ['+886912345678', 'CN', '+886912345678'],
  ['+886912345678', 'TW', '0912 345 678'],
  ['+8613805710001', 'TW', '+8613805710001'],
  ['87654321', 'CN', '87654321'],
])('%s is dialled in %s as %s', (value, country, shown) => {
  expect(formatPhone(value, null, country)).toBe(shown)
})

const mainlandNumber = fc.oneof(
  fc
    .tuple(fc.integer({ min: 13, max: 19 }), fc.integer({ min: 0, max: 999_999_999 }))
    .map(([first, rest]) => `${first}${String(rest).padStart(9, '0')}`),
  fc
    .tuple(fc.constantFrom('010', '021', '0571', '0755'), fc.integer({ min: 20_000_000, max: 89_999_999 }))
    .map(([area, rest]) => `${area}-${rest}`),
)

test('what is shown is read as the number it came from, with its extension, alone or among others', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.record({
          number: mainlandNumber,
          extension: fc.option(fc.integer({ min: 1, max: 9999 }).map(String)),
        }),
        {
          selector: (one) => one.number,
          minLength: 1,
          maxLength: 3,
        },
      ),
      fc.constantFrom('/', '、', ';', '；', ' 或 ', '\n', ' | '),
      (all, separator) => {
        const text = all
          .map((one) => one.number + (one.extension === null ? '' : `转${one.extension}`))
          .join(separator)
        const read = readPhones(text)
        expect(read.map((one) => one.extension)).toEqual(all.map((one) => one.extension))
        expect(read.map((one) => formatPhone(one.value))).toEqual(all.map((one) => one.number))
      },
    ),
  )
})

test('no number gains or loses a digit: what is stored ends with what was sent, without the 0 of the trunk', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^\d{5,15}$/),
      fc.constantFrom('CN', 'TW', 'US', 'HK', 'DE'),
      (digits, country) => {
        for (const { value } of readPhones(digits, country))
          expect(
            digits
              .replace(/^0+/, '')
              .endsWith(value.replace(/^\+(?:86|886|1|852|49)?/, '').replace(/^0+/, '')),
          ).toBe(true)
      },
    ),
  )
})
