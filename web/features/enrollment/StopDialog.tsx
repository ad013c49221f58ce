import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import {
  type EnrollmentSummary,
  listEnrollments,
  listPathways,
  stopEnrollment,
} from '../../../contract/pathway.ts'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'

export function StopDialog({ enrollment, onClose }: { enrollment: EnrollmentSummary; onClose: () => void }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  return (
    <ReasonDialog
      contract={stopEnrollment}
      params={{ id: enrollment.id }}
      title={t('pathways.enrollments.stopTitle', {
        name: enrollment.name,
        pathway: shipped(enrollment.pathwayName),
      })}
      okText={t('pathways.enrollments.stop')}
      danger
      hint={t('pathways.enrollments.stopHint')}
      label={t('pathways.enrollments.reasonLabel')}
      usual={(['one', 'two', 'three'] as const).map((one) => t(`pathways.enrollments.reasons.${one}`))}
      done={t('pathways.enrollments.stoppedDone')}
      stale={[listEnrollments, listPathways]}
      onClose={onClose}
    />
  )
}
