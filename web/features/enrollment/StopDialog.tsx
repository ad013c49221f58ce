import { useTranslation } from 'react-i18next'
import {
  type EnrollmentSummary,
  listEnrollments,
  listPathways,
  stopEnrollment,
} from '../../../contract/pathway.ts'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'

export function StopDialog({ enrollment, onClose }: { enrollment: EnrollmentSummary; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <ReasonDialog
      contract={stopEnrollment}
      params={{ id: enrollment.id }}
      title={t('pathways.enrollments.stopTitle', {
        name: enrollment.name,
        pathway: enrollment.pathwayName,
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
