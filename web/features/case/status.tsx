import { useTranslation } from 'react-i18next'
import type { CaseSummary } from '../../../contract/case.ts'
import { ClockTags } from '../../ui/ClockTags.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'

const tones: Record<CaseSummary['status'], Tone> = { open: 'primary', answered: 'info', closed: 'success' }

/** State of a case, what is special about its deadline, and how far up its delay has gone. */
export function CaseTags({ one }: { one: CaseSummary }) {
  const { t } = useTranslation()
  const open = one.status !== 'closed'
  return (
    <span className="tag-line">
      <StatusTag tone={tones[one.status]}>{t(`cases.status.${one.status}`)}</StatusTag>
      {open && one.severity === 'serious' && (
        <StatusTag tone="danger">{t('cases.severity.serious')}</StatusTag>
      )}
      {open && one.clock && <ClockTags clock={one.clock} late={one.clock.breachedAt !== null} />}
      {open && one.escalated > 1 && (
        <StatusTag tone="danger">{t(`cases.escalated.${one.escalated as 2 | 3 | 4}`)}</StatusTag>
      )}
      {one.disputeId !== null && <StatusTag tone="danger">{t('cases.isDispute')}</StatusTag>}
    </span>
  )
}
