import { useTranslation } from 'react-i18next'

/** Usual reasons why two records are joined or separated. */
export function useUsualReasons(kind: 'merge' | 'separate') {
  const { t } = useTranslation()
  return (['one', 'two', 'three'] as const).map((one) => t(`match.reasons.${kind}.${one}`))
}
