import { useTranslation } from 'react-i18next'

/** Names and titles that came with the product, in the reader's language; what a hospital wrote itself stays as it is. */
export function useShipped() {
  const { t, i18n } = useTranslation()
  return (text: string): string => {
    const n = /\d+/.exec(text)?.[0] ?? ''
    for (const one of [text, text.replace(/\d+/, '{{n}}')]) {
      const key = `shipped.${one}`
      if (i18n.exists(key, { nsSeparator: false })) return String(t(key as never, { nsSeparator: false, n }))
    }
    return text
  }
}
