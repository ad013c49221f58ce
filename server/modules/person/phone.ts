import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'

/**
 * E.164 form of a phone number (`+8613800001234`), so that a number is stored and found in one form. A number unknown to the numbering
 * plan keeps its digits, so that nothing is lost.
 */
export function normalisePhone(text: string, country: CountryCode = 'CN'): string {
  // Fast path for nearly all numbers: the library takes longer than the rest of reading a message.
  if (country === 'CN' && /^1[3-9]\d{9}$/.test(text)) return `+86${text}`
  const parsed = parsePhoneNumberFromString(text, country)
  if (parsed?.isPossible()) return parsed.number
  const digits = text.replaceAll(/[^\d+]/g, '')
  return digits || text.trim()
}

/** National format of a number, to read and dial. */
export function formatPhone(value: string): string {
  return value.startsWith('+86') ? value.slice(3) : value
}
