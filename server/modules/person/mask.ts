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

/** Masks mobile and identity numbers and e-mail addresses inside free text. */
export function maskNumbersIn(text: string): string {
  return text
    .replaceAll(/(?<!\d)(1[3-9]\d{9}|\d{15}|\d{17}[\dXx])(?!\d)/g, maskIdentifier)
    .replaceAll(/[\w.+'-]+@[\w.-]*\w/g, maskEmail)
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
