import { useTranslation } from 'react-i18next'
import type { Segment } from '../../../contract/segment.ts'

/** How a segment came about, in words. */
export function useMadeBy() {
  const { t } = useTranslation()
  return ({ madeBy, madeFrom }: Segment): string =>
    madeBy === null ? t('segments.kind.rule') : t(`segments.madeBy.${madeBy}`, { from: madeFrom ?? '—' })
}
