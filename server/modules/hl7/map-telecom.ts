import { normalisePhone } from '../person/phone.ts'
import type { Telecom } from '../person/upsert.ts'

export function mapTelecoms(repetitions: string[][], use: Telecom['use'], _country: string): Telecom[] {
  return repetitions.flatMap((components): Telecom[] => {
    const [plain = '', , equipment = '', email = ''] = components
    const number =
      components[11] || [components[4], components[5], components[6]].filter(Boolean).join('') || plain
    if (email.includes('@')) return [{ system: 'email', value: email.toLowerCase(), use: 'home' }]
    if (!/\d{5,}/.test(number.replaceAll(/\D/g, ''))) return []
    const kind = equipment === 'PH' && use === 'mobile' ? 'home' : use
    return [{ system: 'phone', value: normalisePhone(number), use: kind }]
  })
}

export function phoneOf(repetitions: string[][], _country: string): { value: string; extension: string | null } | null {
  const [phone] = repetitions
  const number = phone && (phone[11] || [phone[4], phone[5], phone[6]].filter(Boolean).join('') || phone[0])
  return number ? { value: normalisePhone(number), extension: null } : null
}
