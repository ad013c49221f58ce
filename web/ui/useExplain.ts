import { useTranslation } from 'react-i18next'
import { ApiError } from '../api.ts'
import { useCode } from '../i18n/useCode.ts'

/** An error in the reader's language; ids we have no words for keep the server's sentence. */
export function useExplain() {
  const { t, i18n } = useTranslation()
  const code = useCode()
  return (error: unknown): string => {
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
    const key = `codes.error.${error.id}`
    const sentence = i18n.exists(key) ? String(t(key as never)) : error.message
    const fields =
      error.id === 'contact-refused'
        ? error.fields.map((field) => code('suppressionReason', field.message)).join('; ')
        : error.fields.map((field) => `${field.path}: ${field.message}`).join('; ')
    return fields ? `${sentence} ${fields}` : sentence
  }
}
