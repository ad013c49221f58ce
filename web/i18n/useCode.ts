import { useTranslation } from 'react-i18next'
import type { codes } from './zh-CN/codes.ts'

type Group = keyof typeof codes

/** Words for a code of the server; a code we do not know is shown as it came rather than hidden. */
export function useCode() {
  const { t, i18n } = useTranslation()
  return (group: Group, value: string | null | undefined): string => {
    if (!value) return ''
    const key = `codes.${group}.${value.replaceAll('.', '_')}`
    return i18n.exists(key) ? String(t(key as never)) : value
  }
}
