import { type RawBuilder, sql } from 'kysely'
import { readEmail } from '../../../contract/email.ts'
import { formatPhone } from './phone.ts'

/** `+8613812341234` → `138****1234`, `+8657188886666` → `0571-****6666` */
export function maskPhone(value: string): string {
  const digits = formatPhone(value)
  const [area] = /^0\d+-/.exec(digits) ?? []
  if (area) return `${area}****${digits.slice(-4)}`
  if (digits.length < 11) return hidden(digits, 0)
  return `${digits.slice(0, 3)}****${digits.slice(-4)}`
}

/** Identity numbers: first 3 and last 4; of short ones, such as a passport's, only the end. */
export function maskIdentifier(value: string): string {
  return hidden(value, value.length < 15 ? 0 : 3)
}

/** At least half is hidden: the first signs shown and at most the last four, fewer of short values. */
function hidden(value: string, first: number): string {
  const last = Math.min(4, Math.floor(value.length / 3))
  const stars = '*'.repeat(value.length - first - last)
  return `${value.slice(0, first)}${stars}${value.slice(value.length - last)}`
}

// Spelled so that JavaScript and PostgreSQL read them alike: `\w` of PostgreSQL has the letters of all languages.
const numberPattern = '(?<![0-9])((86)?1[3-9][0-9]{9}|[0-9]{15}|[0-9]{17}[0-9Xx])(?![0-9])'
const emailPattern = "[A-Za-z0-9_.+'-]+@[A-Za-z0-9_.-]*[A-Za-z0-9_]"
const [numbers, emails] = [new RegExp(numberPattern, 'g'), new RegExp(emailPattern, 'g')]

/** Masks mobile and identity numbers and e-mail addresses inside free text. */
export function maskNumbersIn(text: string): string {
  const mask = (found: string) => (found.length < 15 ? maskPhone(found) : maskIdentifier(found))
  return text.replaceAll(numbers, mask).replaceAll(emails, maskEmail)
}

/** {@link maskNumbersIn} in all texts of a JSON value. */
export function maskNumbersDeep<T>(value: T): T {
  if (typeof value === 'string') return maskNumbersIn(value) as T
  if (Array.isArray(value)) return value.map((one: unknown) => maskNumbersDeep(one)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, maskNumbersDeep<unknown>(inner)]),
  ) as T
}

/** Text, or JSON as text, without what {@link maskNumbersIn} hides: searched for those who are not shown it. */
export function withoutNumbers(text: RawBuilder<unknown>): RawBuilder<string> {
  // A control character is digits in JSON: `\u0010` before a number would hide it from the pattern.
  const plain = sql`regexp_replace(${text}, '\\\\u[0-9a-f]{4}', ' ', 'g')`
  return sql<string>`regexp_replace(regexp_replace(${plain}, ${numberPattern}, '*', 'g'), ${emailPattern}, '*', 'g')`
}

/** `wang@example.com` → `w***@example.com`; nothing of a name of one letter, nor of what is no single address. */
export function maskEmail(value: string): string {
  const [name = '', domain = ''] = readEmail(value)?.split('@') ?? []
  if (domain === '') return '***'
  return `${name.length > 1 ? name.slice(0, 1) : ''}***@${domain}`
}

/** To the district: `宁波市海曙区***` */
export function maskAddress(address: { city: string | null; district: string | null }): string {
  return `${[address.city, address.district].filter(Boolean).join('')}***`
}

export function maskTelecom(telecom: { system: string; value: string }): string {
  if (telecom.system === 'phone') return maskPhone(telecom.value)
  return telecom.system === 'email' ? maskEmail(telecom.value) : maskIdentifier(telecom.value)
}
