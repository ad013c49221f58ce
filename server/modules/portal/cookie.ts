import type { Services } from '../../platform/services.ts'
import { isHttps } from '../access/auth.ts'

const names = ['__Host-careloop.portal', 'careloop.portal'] as const

/** The token of a portal session in a Cookie header. */
export function cookieValue(header: string | undefined): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [name = '', value] = part.trim().split('=')
    if (names.some((one) => one === name) && /^[\w-]{43}$/.test(value ?? '')) return value
  }
  return undefined
}

/** Read by no script, sent with no request of another site but following a link here. @param days null: forget it */
export function cookieFor(services: Services, token: string, days: number | null): string {
  const https = isHttps(services)
  const name = https ? names[0] : names[1]
  const age = days === null ? 0 : days * 86_400
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${https ? '; Secure' : ''}`
}
