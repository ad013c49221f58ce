import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'

/**
 * E.164 form of a phone number (`+8613800001234`), so that one number is stored and found in one way. A number that the numbering
 * plan does not know keeps its digits: a hospital's record must not lose it.
 */
export function normalisePhone(text: string, country: CountryCode = 'CN'): string {
  // Nearly every number here is one of these, and the library takes longer than the rest of reading a message.
  if (country === 'CN' && /^1[3-9]\d{9}$/.test(text)) return `+86${text}`
  const parsed = parsePhoneNumberFromString(text, country)
  if (parsed?.isPossible()) return parsed.number
  const digits = text.replaceAll(/[^\d+]/g, '')
  return digits || text.trim()
}

/** The local way to write a number, for people to read and dial. */
export function formatPhone(value: string): string {
  return value.startsWith('+86') ? value.slice(3) : value
}
