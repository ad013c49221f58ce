import { useTranslation } from 'react-i18next'
import { ApiError } from '../api.ts'
import { useCode } from '../i18n/useCode.ts'

/** What a proxy or a browser answers in the server's place. */
const byStatus: Record<number, string> = {
  0: 'network',
  401: 'not-signed-in',
  403: 'forbidden',
  404: 'not-found',
  409: 'changed-meanwhile',
  413: 'too-large',
  429: 'too-many-requests',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** What is wrong with one value, in the reader's language; nothing where there are no words for it. */
export function useProblem() {
  const { t, i18n } = useTranslation()
  return (message: string): string => {
    const quoted = /"(.*)"/.exec(message)?.[1] ?? ''
    const name = message
      .replace(/".*"/, '')
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, '-')
      .replaceAll(/^-|-$/g, '')
    // What only the pages of one noun can be told stands with its words.
    const key = ['codes', 'campaigns', 'segments', 'channels']
      .map((of) => `${of}.problem.${name}`)
      .find((one) => i18n.exists(one))
    return key ? String(t(key as never, { n: /\d+/.exec(message)?.[0] ?? '', name: quoted })) : ''
  }
}

/** An error as a sentence in the reader's language that says what to do. */
export function useExplain() {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const problem = useProblem()
  return (error: unknown): string => {
    if (!(error instanceof ApiError)) {
      // A part of the app that is gone since a new version was installed.
      const old = error instanceof Error && /dynamically imported module|module script/i.test(error.message)
      return t(old ? 'common.newVersion' : 'common.unexpected')
    }
    const known = i18n.exists(`codes.error.${error.id}`) ? error.id : (byStatus[error.status] ?? 'internal')
    const sentence = code('error', known)
    const details = error.fields.map(({ message }) =>
      error.id === 'contact-refused' ? code('suppressionReason', message) : problem(message),
    )
    const mark = i18n.language === 'en' ? '; ' : '；'
    return [sentence, [...new Set(details)].filter(Boolean).join(mark)].filter(Boolean).join(' ')
  }
}
