import { Modal } from 'antd'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'

type FormDialogProps = {
  title: string
  saving: boolean
  disabled?: boolean
  onSave: () => void
  onClose: () => void
  children: ReactNode
}

/** A dialog that is one form: Enter saves, missing values are marked at their field. */
export function FormDialog({ title, saving, disabled = false, onSave, onClose, children }: FormDialogProps) {
  const { t } = useTranslation()
  const form = useId()
  return (
    <Modal
      open
      title={title}
      width={640}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ htmlType: 'submit', form, loading: saving, disabled }}
      onCancel={onClose}
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onSave()
        }}
      >
        {children}
      </form>
    </Modal>
  )
}
