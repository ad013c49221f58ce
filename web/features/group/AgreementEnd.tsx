import { useTranslation } from 'react-i18next'
import { StatusTag } from '../../ui/StatusTag.tsx'

type AgreementEndProps = { validUntil: string | null; expired: boolean; expiresSoon: boolean }

/** Until when an agreement holds, with a word where somebody should act. */
export function AgreementEnd({ validUntil, expired, expiresSoon }: AgreementEndProps) {
  const { t } = useTranslation()
  return (
    <span className="tag-line">
      <span>{validUntil === null ? t('groups.unlimited') : t('groups.until', { day: validUntil })}</span>
      {expired && <StatusTag tone="danger">{t('groups.expired')}</StatusTag>}
      {expiresSoon && <StatusTag tone="warning">{t('groups.expiresSoon')}</StatusTag>}
    </span>
  )
}
