import { readEmail } from '../../../contract/email.ts'
import { maskName } from '../../../contract/export.ts'
import { type Actor, may } from '../../platform/actor.ts'
import { formatPhone } from './phone.ts'

/** `+8613812341234` → `138****1234`, `+8657188886666` → `0571-****6666` */
export function maskPhone(value: string): string {
  const digits = formatPhone(value)
  const [area] = /^0\d+-/.exec(digits) ?? []
  if (area) return `${area}****${digits.slice(-4)}`
  if (digits.length < 7) return '*'.repeat(digits.length)
  return `${digits.slice(0, 3)}****${digits.slice(-4)}`
}

/** Identity numbers: first 3 and last 4; short ones only the last 2. */
export function maskIdentifier(value: string): string {
  if (value.length < 9) return `${'*'.repeat(Math.max(0, value.length - 2))}${value.slice(-2)}`
  return `${value.slice(0, 3)}${'*'.repeat(value.length - 7)}${value.slice(-4)}`
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

/** Readers of persons see full names (one cannot phone a `王*`); everybody else sees the surname. */
export function nameFor(actor: Actor, name: string): string {
  return may(actor, 'person.read') ? name : maskName(name)
}

export function maskTelecom(telecom: { system: string; value: string }): string {
  if (telecom.system === 'phone') return maskPhone(telecom.value)
  return telecom.system === 'email' ? maskEmail(telecom.value) : maskIdentifier(telecom.value)
}
