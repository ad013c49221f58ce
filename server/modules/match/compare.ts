import type { MatchRecord } from './record.ts'
import { dice, jaroWinkler, oneSlip } from '../person/text.ts'

/** Compared fields, and how many levels of agreement each has besides "missing" (0). */
export const fields = {
  family: 4,
  given: 4,
  birth: 4,
  phone: 3,
  identifier: 3,
  street: 4,
  place: 3,
  postalCode: 3,
  sex: 2,
} as const
export type Field = keyof typeof fields
export const fieldNames = Object.keys(fields) as Field[]

/** Levels of all fields in one number: five values each, the first field lowest. */
export type Pattern = number
const base = 5
export const largestPattern = base ** fieldNames.length - 1

export function levelsOf(pattern: Pattern): number[] {
  return fieldNames.map((_, at) => Math.floor(pattern / base ** at) % base)
}

/** 0 missing, 1 different, 2 similar, 3 sounds the same, 4 equal. */
function nameLevel(one: string, other: string, oneSound: string, otherSound: string, han: boolean): number {
  if (one === '' || other === '') return 0
  if (one === other) return 4
  if (han) {
    if (oneSound === otherSound) return 3
    // One shared character is no evidence: siblings often have one in common.
    return jaroWinkler(oneSound, otherSound) >= 0.88 ? 2 : 1
  }
  const likeness = jaroWinkler(one, other)
  return likeness >= 0.9 ? 3 : likeness >= 0.78 ? 2 : 1
}

/** 1 different, 2 two of year, month and day agree, 3 a typing error or day and month swapped, 4 equal. */
function birthLevel(one: string, other: string): number {
  if (one === '' || other === '') return 0
  if (one === other) return 4
  if (oneSlip(one, other)) return 3
  const [year, month, day] = [one.slice(0, 4), one.slice(4, 6), one.slice(6)]
  if (other === `${year}${day}${month}`) return 3
  const same =
    Number(year === other.slice(0, 4)) + Number(month === other.slice(4, 6)) + Number(day === other.slice(6))
  return same === 2 ? 2 : 1
}

function phoneLevel(one: string[], other: string[]): number {
  if (one.length === 0 || other.length === 0) return 0
  let level = 1
  for (const mine of one)
    for (const theirs of other) {
      if (mine === theirs) return 3
      if (level === 1 && mine.length > 5 && oneSlip(mine, theirs)) level = 2
    }
  return level
}

/** Only identity numbers of one kind can contradict each other: a passport or an insurance card is issued anew with another number. */
function identifierLevel(one: string[], other: string[]): number {
  let level = 0
  for (const mine of one)
    for (const theirs of other) {
      if (mine === theirs) return 3
      const system = mine.slice(0, mine.indexOf('|') + 1)
      if (!theirs.startsWith(system)) continue
      if (oneSlip(mine, theirs)) level = 2
      else if (level === 0 && system === 'national-id|' && mine.length === theirs.length) level = 1
    }
  return level
}

function streetLevel(one: string, other: string): number {
  if (one === '' || other === '') return 0
  if (one === other) return 4
  const likeness = dice(one, other)
  return likeness >= 0.95 ? 4 : likeness >= 0.7 ? 3 : likeness >= 0.45 ? 2 : 1
}

/** Agreement of two persons, field by field. */
export function compare(one: MatchRecord, other: MatchRecord): Pattern {
  const han = one.han && other.han
  let family = nameLevel(one.family, other.family, one.familySound, other.familySound, han)
  let given = nameLevel(one.given, other.given, one.givenSound, other.givenSound, han)
  if (!han && family <= 1 && given <= 1) {
    // Family and given name swapped: weaker than in the right order.
    const crossed = [
      nameLevel(one.family, other.given, '', '', false),
      nameLevel(one.given, other.family, '', '', false),
    ]
    if (Math.max(...crossed) >= 3)
      [family, given] = crossed.map((level) => Math.min(level, 3)) as [number, number]
  }
  const place =
    one.place === '' || other.place === ''
      ? 0
      : one.place === other.place
        ? 3
        : jaroWinkler(one.place, other.place) >= 0.85
          ? 2
          : 1
  const postalCode =
    one.postalCode === '' || other.postalCode === ''
      ? 0
      : one.postalCode === other.postalCode
        ? 3
        : oneSlip(one.postalCode, other.postalCode)
          ? 2
          : 1
  const sex = one.sex === '' || other.sex === '' ? 0 : one.sex === other.sex ? 2 : 1
  // The first field lowest; unrolled, because this runs for tens of millions of pairs.
  let pattern = sex
  pattern = pattern * base + postalCode
  pattern = pattern * base + place
  pattern = pattern * base + streetLevel(one.street, other.street)
  pattern = pattern * base + identifierLevel(one.identifiers, other.identifiers)
  pattern = pattern * base + phoneLevel(one.phones, other.phones)
  pattern = pattern * base + birthLevel(one.birth, other.birth)
  pattern = pattern * base + given
  return pattern * base + family
}
