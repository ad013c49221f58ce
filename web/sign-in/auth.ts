import { ApiError, send } from '../api.ts'
import { forgetSignedIn } from './hint.ts'
import type { SignInWords } from './words.ts'

type SignInAnswer = { twoFactorRedirect?: boolean }

export async function signIn(username: string, password: string): Promise<SignInAnswer> {
  return ((await send('post', '/api/auth/sign-in/username', { username, password })) ?? {}) as SignInAnswer
}

export async function verifyCode(code: string, kind: 'totp' | 'backup-code') {
  await send('post', `/api/auth/two-factor/verify-${kind}`, { code })
}

export async function changePassword(currentPassword: string, newPassword: string) {
  await send('post', '/api/auth/change-password', { currentPassword, newPassword, revokeOtherSessions: true })
}

export async function completeSetup(body: {
  token: string
  username: string
  name: string
  password: string
}) {
  await send('post', '/api/v1/setup', body)
}

export async function signOut() {
  await send('post', '/api/auth/sign-out', {})
  forgetSignedIn()
  location.assign('/sign-in')
}

type ErrorKey = keyof SignInWords['errors']

/** better-auth answers with its own ids; whatever is not known gets the server's sentence or a general one. */
export function explain(error: unknown, words: SignInWords, situation: ErrorKey): string {
  if (!(error instanceof ApiError)) return words.errors.unknown
  if (error.status === 0) return words.errors.network
  if (error.status === 429) return words.errors.tooMany
  if (error.status === 401 || error.status === 400 || error.status === 403) {
    if (error.fields[0]) return error.fields.map((field) => field.message).join(' ')
    return error.id.startsWith('http-') ? words.errors[situation] : error.message || words.errors[situation]
  }
  if (error.status >= 500) return words.errors.server
  return error.message || words.errors.unknown
}
