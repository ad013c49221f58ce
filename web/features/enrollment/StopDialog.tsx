import { App, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type EnrollmentSummary,
  listEnrollments,
  listPathways,
  stopEnrollment,
} from '../../../contract/pathway.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

export function StopDialog({ enrollment, onClose }: { enrollment: EnrollmentSummary; onClose: () => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const id = useId()
  const [reason, setReason] = useState('')
  const stop = useAct(stopEnrollment, {
    onSuccess: () => {
      void message.success(t('pathways.enrollments.stoppedDone'))
      void queryClient.invalidateQueries({ queryKey: keyOf(listEnrollments) })
      void queryClient.invalidateQueries({ queryKey: keyOf(listPathways) })
      onClose()
    },
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <Modal
      open
      title={t('pathways.enrollments.stopTitle', {
        name: enrollment.name,
        pathway: enrollment.pathwayName,
      })}
      okText={t('pathways.enrollments.stop')}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger: true, disabled: reason.trim().length < 2, loading: stop.isPending }}
      onOk={() => stop.mutate({ params: { id: enrollment.id }, body: { reason: reason.trim() } })}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t('pathways.enrollments.stopHint')}</p>
        <div className="labelled">
          <label htmlFor={id}>{t('pathways.enrollments.reasonLabel')}</label>
          <textarea
            id={id}
            className="field-input"
            rows={2}
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <div className="tag-line">
          {(['one', 'two', 'three'] as const).map((key) => (
            <button
              key={key}
              type="button"
              className="chip"
              aria-pressed={reason === t(`pathways.enrollments.reasons.${key}`)}
              onClick={() => setReason(t(`pathways.enrollments.reasons.${key}`))}
            >
              {t(`pathways.enrollments.reasons.${key}`)}
            </button>
          ))}
        </div>
      </div>
    </Modal>
  )
}
