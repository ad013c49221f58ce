import { expect, test } from 'vitest'
import { corrupted } from '../../../sim/corrupt.ts'
import { int, prng } from '../../../sim/prng.ts'
import { candidatePairs } from './block.ts'
import { type MatchRecord, prepare } from './record.ts'

const syllables =
  'ba co di fel gar hom jin kal lor mun nes pol ric sav tor vel wen yar zan bro cla dre'.split(' ')

/** Made-up residents with Latin names and addresses, from a small stock of words, so that strangers share much. */
function residents(count: number): string[][] {
  const stock = (seed: number, size: number) =>
    Array.from({ length: size }, (_, at) => {
      const random = prng(seed, at)
      return Array.from(
        { length: int(random, 2, 3) },
        () => syllables[int(random, 0, syllables.length - 1)],
      ).join('')
    })
  const [given, family, streets, estates, suburbs] = [
    stock(1, 150),
    stock(2, 400),
    stock(3, 600),
    stock(4, 600),
    stock(5, 300),
  ]
  return Array.from({ length: count }, (_, at) => {
    const random = prng(9, at)
    const from = (words: string[] = []) => words[int(random, 0, words.length - 1)] ?? ''
    const two = (low: number, high: number) => String(int(random, low, high)).padStart(2, '0')
    return [
      from(given), from(family), String(int(random, 1, 300)), `${from(streets)} street`, from(estates), from(suburbs),
      String(int(random, 2000, 6999)), 'nsw', `19${two(20, 99)}${two(1, 12)}${two(1, 28)}`,
    ] // prettier-ignore
  })
}

const recordOf = (
  [
    given = '',
    family = '',
    number = '',
    street = '',
    estate = '',
    place = '',
    postalCode = '',
    ,
    birthDate = '',
  ]: string[],
  id: number,
) =>
  prepare({
    id,
    name: '',
    given,
    family,
    sex: 'unknown',
    birthDate: birthDate || null,
    phones: [],
    identifiers: [],
    address: `${number} ${street} ${estate}`,
    place,
    postalCode,
  })

/** Pairs that are compared, each of which must come once. */
function compared(records: MatchRecord[]): Set<number> {
  const pairs = new Set<number>()
  const steps = candidatePairs(records, (left, right) => {
    const key = Math.min(left, right) * records.length + Math.max(left, right)
    expect(pairs.has(key)).toBe(false)
    pairs.add(key)
  })
  while (!steps.next().done);
  return pairs
}

test.each([
  [6, 0.99],
  [10, 0.96],
])(
  'of records with up to %d slips, at least %f of the pairs of one person are compared, and few others',
  (most, least) => {
    const rows = corrupted(residents(1500), most, 3)
    const pairs = compared(rows.map((row, at) => recordOf(row.cells, at)))
    let [all, found] = [0, 0]
    for (const [left, one] of rows.entries())
      for (let right = left + 1; rows[right]?.owner === one.owner; right++) {
        all += 1
        if (pairs.has(left * rows.length + right)) found += 1
      }
    expect(found / all).toBeGreaterThan(least)
    expect(pairs.size).toBeLessThan(20 * rows.length)
  },
)

test('people of one passport, insurance or national number are compared whatever else they say', () => {
  const base = { sex: 'unknown', phones: [], address: null, place: null, postalCode: null }
  for (const system of ['passport', 'national-id', 'ss:MOHRSS', 'nntwn:MOI']) {
    const records = [
      prepare({ ...base, id: 1, name: '和平', birthDate: '1960-01-02', identifiers: [`${system}|X1234567`] }),
      prepare({
        ...base,
        id: 2,
        name: 'Heping Li',
        birthDate: '1971-03-04',
        identifiers: [`${system}|X1234567`],
      }),
    ]
    expect(compared(records).size).toBe(1)
  }
})
