import { useTranslation } from 'react-i18next'
import type { CallReview } from '../../../contract/call-quality.ts'
import { nothing } from '../../format/number.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'

export function CriticalTags({ review }: { review: Pick<CallReview, 'state' | 'critical'> }) {
  const { t } = useTranslation()
  if (review.state === 'open') return <>{nothing}</>
  if (review.critical.length === 0) return <StatusTag tone="success">{t('callQuality.noCritical')}</StatusTag>
  return (
    <>
      {review.critical.map((kind) => (
        <StatusTag key={kind} tone="danger">
          {t(`callQuality.kinds.${kind}`)}
        </StatusTag>
      ))}
    </>
  )
}
