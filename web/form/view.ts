import i18next from 'i18next'
import type { ApiError } from '../api.ts'
import { type Confirmation, type Handed, open, type OpenForm } from './api.ts'
import { speak } from '../i18n/start.ts'

/** What the page shows. */
export type View =
  | Confirmation
  | OpenForm
  | { state: 'used' | 'expired' | 'closed' | 'unreachable' | 'tooMany' }
  | { state: 'thanks'; opened: OpenForm; handed: Handed }

const passKey = 'careloop.form'

/** The proof of the year of birth lives as long as the tab, so that a reload does not ask again. */
function rememberedPass(token: string): string | undefined {
  const stored = JSON.parse(sessionStorage.getItem(passKey) ?? 'null') as {
    token: string
    pass: string
  } | null
  return stored?.token === token ? stored.pass : undefined
}

/** Somebody who is signed in need not say their year of birth again. */
export const rememberPass = (token: string, pass: string) =>
  sessionStorage.setItem(passKey, JSON.stringify({ token, pass }))

/** What the link leads to now. */
export async function lookUp(token: string, proof: { birthYear?: number }): Promise<View> {
  const pass = rememberedPass(token)
  try {
    const opened = await open(token, { ...proof, ...(pass && { pass }) })
    if (opened.state === 'open') rememberPass(token, opened.form.pass)
    return opened
  } catch (error) {
    const { status } = error as ApiError
    return { state: status === 429 ? 'tooMany' : status === 422 ? 'closed' : 'unreachable' }
  }
}

/** In the person's language, where the hospital knows it. */
export async function greetIn(view: View): Promise<void> {
  if ('language' in view && view.language && view.language !== i18next.language) await speak(view.language)
}

export function forgetPass() {
  sessionStorage.removeItem(passKey)
}
