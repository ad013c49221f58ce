import { Dialog } from '../../ui/Dialog.tsx'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCopy } from '../../ui/useCopy.ts'

type SecretDialogProps = { title: string; hint: string; secret: string; onClose: () => void }

/** A secret that is shown once: only the button closes it, never a slip of the mouse. */
export function SecretDialog({ title, hint, secret, onClose }: SecretDialogProps) {
  const { t } = useTranslation()
  const copy = useCopy()
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('users.secret.kept')}
        </Button>
      }
      closable={false}
      maskClosable={false}
    >
      <p>{hint}</p>
      <div className="secret-line">
        <code>{secret}</code>
        {/* Plain HTTP inside a hospital has no clipboard; the words can still be selected. */}
        {isSecureContext && <Button onClick={() => void copy(secret)}>{t('common.copy')}</Button>}
      </div>
    </Dialog>
  )
}
