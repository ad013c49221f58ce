import { useTranslation } from 'react-i18next'

/**
 * Texts that came with the product, in the reader's language, line by line; what a hospital wrote itself stays as it is, and so does a text of
 * which it changed a line.
 */
export function useShipped(further?: (line: string) => string) {
  const { i18n } = useTranslation()
  // As they stand in the file: placeholders of a message are no words of ours to fill in.
  const said = (key: string | undefined) =>
    key === undefined ? key : (i18n.getResource(i18n.language, 'translation', key) as string | undefined)
  const line = (text: string) => {
    const n = /\d+/.exec(text)?.[0] ?? ''
    return (
      said(`shipped.${text}`) ??
      said(`shippedTexts.${text}`) ??
      said(further?.(text)) ??
      said(`shipped.${text.replace(/\d+/, '{{n}}')}`)?.replace('{{n}}', n)
    )
  }
  return (text: string): string => {
    const lines = text.split('\n').map((one) => (one === '' ? one : line(one)))
    return lines.includes(undefined) ? text : lines.join('\n')
  }
}
