import { withoutSigns } from './text.ts'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** The last sign of a citizen number of the mainland, from its 17 digits (GB 11643-1999, ISO 7064 MOD 11-2). */
export function citizenCheck(digits: string): string {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  return '10X98765432'[sum % 11] ?? ''
}

const ofPersons = new Set(['national-id', 'passport'])

/**
 * The one form in which an identity number is stored, compared and looked for: ordinary digits and capitals without blanks and dashes. A citizen
 * number of 15 digits (issued until 1999) becomes the one of 18 that replaced it. Record numbers are left to the hospital that issues
 * them, but for blanks around them.
 */
export function comparedNumber(system: string, value: string): string {
  if (!ofPersons.has(system)) return value.trim()
  const plain = withoutSigns(value)
    .replaceAll(/[\s\-‐-―.]/g, '')
    .toUpperCase()
  return /^\d{6}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}$/.test(plain) ? ofEighteen(plain) : plain
}

/** Sequence numbers from 996 on were for people born before 1900. */
function ofEighteen(number: string): string {
  const century = Number(number.slice(12)) >= 996 ? '18' : '19'
  const digits = `${number.slice(0, 6)}${century}${number.slice(6)}`
  return digits + citizenCheck(digits)
}

/**
 * A number that systems fill in where there is none: zeros, one digit again and again, 123456…, or a long tail of one digit. It tells nothing
 * about who somebody is. @param value an identity number or a telephone number, with or without country code
 */
export function isPlaceholderNumber(value: string): boolean {
  const signs = value.replace(/^\+86/, '').replaceAll(/[^\dA-Za-z]/g, '')
  return (
    signs === '' ||
    /^(.)\1*X?$/i.test(signs) ||
    /(\d)\1{7,}$/.test(signs) ||
    '0123456789012345678901234567890'.includes(signs.replace(/X$/i, '')) ||
    '98765432109876543210'.includes(signs)
  )
}
