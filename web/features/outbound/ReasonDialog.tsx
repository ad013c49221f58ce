import { Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../ui/fields.tsx'

type ReasonDialogProps = {
  title: string
  hint?: string
  okText: string
  danger?: boolean
  busy: boolean
  onReason: (reason: string) => void
  onClose: () => void
}

/** Asks why before something that is logged with its reason. */
export function ReasonDialog({
  title,
  hint,
  okText,
  danger = false,
  busy,
  onReason,
  onClose,
}: ReasonDialogProps) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  return (
    <Modal
      open
      title={title}
      okText={okText}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger, disabled: reason.trim().length < 2, loading: busy }}
      onOk={() => onReason(reason.trim())}
      onCancel={onClose}
    >
      <div className="stack">
        {hint && <p>{hint}</p>}
        <TextField
          label={t('outbound.reason')}
          hint={t('outbound.reasonHint')}
          value={reason}
          maxLength={200}
          autoFocus
          onChange={setReason}
        />
      </div>
    </Modal>
  )
}
