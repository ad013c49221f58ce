import { ApiError, send, written } from '../api.ts'
import { forgetDrafts } from '../ui/drafts.ts'
import { clearVisits } from '../visit/clear.ts'
import { forgetSignedIn, startLeaving } from './hint.ts'
import type { SignInWords } from './words.ts'

type SignInAnswer = { twoFactorRedirect?: boolean }

export async function signIn(username: string, password: string): Promise<SignInAnswer> {
  return (await send('post', '/api/auth/sign-in/username', { username, password })) ?? {}
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
  startLeaving()
  await send('post', '/api/auth/sign-out', {})
  await clearVisits()
  forgetDrafts()
  forgetSignedIn()
  location.assign('/sign-in')
}

/** Nobody sits here any more: the session ends, and the sign-in leads back here. What a visitor took along for the day stays theirs. */
export async function signOutIdle() {
  try {
    await written()
    await send('post', '/api/auth/sign-out', {})
  } catch {
    // Without a line it is tried again, and ends by itself on the server.
    return
  }
  startLeaving()
  forgetSignedIn()
  location.reload()
}

type ErrorKey = keyof SignInWords['errors']

/** Refusals that have words of their own; the server's sentences are English. */
const byId: Record<string, ErrorKey> = {
  'wrong-credentials': 'wrongPassword',
  'wrong-code': 'wrongCode',
  suspended: 'suspended',
  'setup-closed': 'setupRefused',
  'too-many-requests': 'tooMany',
}
const bySentence: [RegExp, ErrorKey][] = [
  [/at least 8 characters/, 'tooShort'],
  [/too common/, 'tooCommon'],
  [/contain the user name/, 'likeName'],
  [/name of the site/, 'likeSite'],
  [/differs from the present/, 'samePassword'],
]

/** What happened, in the reader's language. */
export function explain(error: unknown, words: SignInWords, situation: ErrorKey): string {
  if (!(error instanceof ApiError)) return words.errors.unknown
  if (error.status === 0) return words.errors.network
  if (error.status === 429) return words.errors.tooMany
  if (error.status >= 500) return words.errors.server
  // A wrong password while changing it is about the present one, not about the user name.
  const known = situation === 'passwordRefused' ? undefined : byId[error.id]
  const sentence = bySentence.find(([pattern]) =>
    [error.message, ...error.fields.map((field) => field.message)].some((one) => pattern.test(one)),
  )
  return words.errors[known ?? sentence?.[1] ?? situation]
}
