import { useTranslation } from 'react-i18next'
import type { codes } from './zh-CN/codes.ts'

type Group = keyof typeof codes

/** Words for a code of the server; a code we do not know is shown as it came rather than hidden. */
export function useCode() {
  const { t, i18n } = useTranslation()
  return (group: Group, value: string | null | undefined): string => {
    if (!value) return ''
    const whole = value.replaceAll('.', '_')
    // Feeds name themselves and their numbers with a place behind a colon: `hl7:HIS/GH01`, `mrn:GH01`.
    for (const one of [whole, whole.split(':')[0] ?? '']) {
      const key = `codes.${group}.${one}`
      if (i18n.exists(key, { nsSeparator: false })) return String(t(key as never, { nsSeparator: false }))
    }
    return value
  }
}
