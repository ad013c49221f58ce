import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapTelecoms, phoneOf } from './map-telecom.ts'

/** XTN as a sender writes it, to one telecom per line: system, kind, number, extension. */
const read = (xtn: string, field: 'mobile' | 'work' = 'mobile', country = 'CN') =>
  mapTelecoms(
    xtn.split('~').map((one) => one.split('^')),
    field,
    country,
  ).map((one) => [one.system, one.use, one.value, one.extension].filter(Boolean).join(' '))

test.each<[string, string[]]>([
  ['13957410001', ['phone mobile +8613957410001']],
  ['１３９５７４１０００１', ['phone mobile +8613957410001']],
  ['13957410001/13957410002', ['phone mobile +8613957410001', 'phone mobile +8613957410002']],
  ['13957410001^PRN^CP~0574-87654321^PRN^PH', ['phone mobile +8613957410001', 'phone home +8657487654321']],
  ['0574-87654321转8001^WPN^PH', ['phone work +8657487654321 8001']],
  ['0574-87654321^WPN^PH^^^^^8001', ['phone work +8657487654321 8001']],
  ['^PRN^PH^^86^574^87654321^12', ['phone home +8657487654321 12']],
  ['^PRN^PH^^86^0574^87654321', ['phone home +8657487654321']],
  ['^PRN^PH^^^574^87654321', ['phone home +8657487654321']],
  ['^PRN^PH^^^0574^8765-4321', ['phone home +8657487654321']],
  ['^PRN^CP^^^^13957410001', ['phone mobile +8613957410001']],
  ['^PRN^CP^^86^^13957410001', ['phone mobile +8613957410001']],
  ['^PRN^CP^^^^^^^^^13957410001', ['phone mobile +8613957410001']],
  // Parts of a number beside the whole, and a whole beside a shortened one.
  ['13957410001^PRN^CP^^^139^57410001', ['phone mobile +8613957410001']],
  ['87654321^PRN^PH^^86^574^87654321^^^^^87654321', ['phone home +8657487654321']],
  ['87654321^PRN^PH', ['phone home 87654321']],
  ['0574-87654321', ['phone home +8657487654321']],
  ['13957410001~13957410001^ORN^PH', ['phone mobile +8613957410001']],
  ['^NET^Internet^Hua.Li@Example.test', ['email home hua.li@example.test']],
  ['hua.li@example.test^NET^X.400', ['email home hua.li@example.test']],
  ['0574-87650000^WPN^FX', ['other work +8657487650000']],
  ['00000000000^PRN^CP', []],
  ['无^PRN^CP', []],
  ['^PRN^PH^^1^650^2530000', ['phone home +16502530000']],
  ['0912345678^PRN^CP', ['phone mobile 0912345678']],
])('on the mainland %s is %j', (xtn, numbers) => {
  expect(read(xtn)).toEqual(numbers)
})

test('the country of the sender decides what a number without a country code means', () => {
  expect(read('0912345678^PRN^CP', 'mobile', 'TW')).toEqual(['phone mobile +886912345678'])
  expect(read('(02)2345-6789^WPN^PH', 'mobile', 'TW')).toEqual(['phone work +886223456789'])
  expect(read('(650)253-0000^PRN^PH^^1^650^2530000', 'mobile', 'US')).toEqual(['phone home +16502530000'])
  expect(read('13957410001^PRN^CP', 'mobile', 'TW')).toEqual(['phone mobile 13957410001'])
})

test('the telephone of a contact person is the first number there is', () => {
  expect(phoneOf([['', 'PRN', 'PH'], ['0574-87654321#7']], 'CN')).toEqual({
    value: '+8657487654321',
    extension: '7',
  })
  expect(phoneOf([['0000000']], 'CN')).toBeNull()
})

test('wherever in a field the whole number stands, it is read', () => {
  const parts = fc.record({
    area: fc.constantFrom('010', '021', '0574', '0755'),
    local: fc.integer({ min: 20_000_000, max: 89_999_999 }).map(String),
  })
  fc.assert(
    fc.property(
      parts,
      fc.subarray([0, 4, 11], { minLength: 1 }),
      fc.boolean(),
      ({ area, local }, places, short) => {
        const xtn = Array<string>(12).fill('')
        if (places.includes(0)) xtn[0] = `${area}-${local}`
        else if (short) xtn[0] = local
        if (places.includes(4)) [xtn[4], xtn[5], xtn[6]] = ['86', area.slice(1), local]
        if (places.includes(11)) xtn[11] = `${area}${local}`
        expect(read(xtn.join('^'))).toEqual([`phone home +86${area.slice(1)}${local}`])
      },
    ),
  )
})
