import type { IdentifierMark } from '../../../contract/person.ts'
import { citizenCheck } from './identity-number.ts'

type StatedPerson = { sex: string; birthDate: string | null }

/**
 * Irregularities of an identity number: marks for review, never a reason to refuse (newborns carry their mother's number, and the HIS has
 * typing errors). Knows the citizen number of the mainland (GB 11643-1999, 18 digits, and its forerunner of 15), residence permits
 * numbered the same way (Hong Kong, Macau and Taiwan residents 81–83…; foreigners 9…), and Taiwan's identity and resident certificates of
 * both styles.
 */
export function marksOf(value: string, stated: StatedPerson): IdentifierMark[] {
  const number = value.toUpperCase().replaceAll(/[\s-]/g, '')
  if (/^\d{17}[\dX]$/.test(number)) return citizen(number, stated)
  if (/^\d{15}$/.test(number))
    return against(stated, `19${number.slice(6, 12)}`, Number(number[14]) % 2 === 1)
  if (/^[A-Z][1289A-D]\d{8}$/.test(number)) return taiwan(number, stated)
  return ['format']
}

function citizen(number: string, stated: StatedPerson): IdentifierMark[] {
  const right = citizenCheck(number) === number[17]
  return [
    ...(right ? [] : ['check-digit' as const]),
    ...against(stated, number.slice(6, 14), Number(number[16]) % 2 === 1),
  ]
}

/** Compares birth date and sex in the number with those on record. */
function against({ sex, birthDate }: StatedPerson, written: string, male: boolean): IdentifierMark[] {
  const born = `${written.slice(0, 4)}-${written.slice(4, 6)}-${written.slice(6)}`
  const impossible = Number.isNaN(Date.parse(born)) || new Date(born).toISOString().slice(0, 10) !== born
  return [
    ...(impossible || (birthDate !== null && birthDate !== born) ? ['birth-date' as const] : []),
    ...sexMark(sex, male),
  ]
}

function sexMark(sex: string, male: boolean): IdentifierMark[] {
  return (sex === 'male' && !male) || (sex === 'female' && male) ? ['sex'] : []
}

/** Value of a letter in Taiwan's numbers, by place of registration. */
const letters = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'

function taiwan(number: string, { sex }: StatedPerson): IdentifierMark[] {
  const code = (letter: string) => letters.indexOf(letter) + 10
  const first = code(number[0] ?? '')
  const second = number[1] ?? ''
  // Old resident certificates have a letter in second place; the last digit of its value counts.
  const digits = [
    /\d/.test(second) ? Number(second) : code(second) % 10,
    ...number.slice(2).split('').map(Number),
  ]
  const sum =
    Math.floor(first / 10) +
    (first % 10) * 9 +
    digits.reduce((total, digit, at) => total + digit * Math.max(1, 8 - at), 0)
  return [...(sum % 10 === 0 ? [] : ['check-digit' as const]), ...sexMark(sex, /[18AC]/.test(second))]
}
