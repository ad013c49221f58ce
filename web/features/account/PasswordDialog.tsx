import { Dialog } from '../../ui/Dialog.tsx'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api.ts'
import { changePassword } from '../../sign-in/auth.ts'
import { TextField } from '../../ui/fields.ts'

export default function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)

  async function change() {
    if (next !== again) {
      setError(t('account.differs'))
      return
    }
    setBusy(true)
    try {
      await changePassword(current, next)
      void message.success(t('account.changed'))
      onClose()
    } catch (failure) {
      const tooMany = failure instanceof ApiError && failure.status === 429
      const tooWeak = failure instanceof ApiError && failure.status === 422
      setError(t(tooMany ? 'account.tooMany' : tooWeak ? 'account.tooCommon' : 'account.notChanged'))
      setBusy(false)
    }
  }

  const fields = [
    {
      key: 'current',
      label: t('account.currentPassword'),
      value: current,
      set: setCurrent,
      auto: 'current-password',
    },
    { key: 'next', label: t('account.newPassword'), value: next, set: setNext, auto: 'new-password' },
    { key: 'again', label: t('account.passwordAgain'), value: again, set: setAgain, auto: 'new-password' },
  ]

  return (
    <Dialog title={t('account.password')} size="small" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void change()
        }}
      >
        <p className="secondary">{t('account.passwordRule')}</p>
        {fields.map((field) => (
          <TextField
            key={field.key}
            label={field.label}
            type="password"
            value={field.value}
            autoComplete={field.auto}
            {...(field.key !== 'current' && { minLength: 8 })}
            maxLength={128}
            required
            onChange={field.set}
          />
        ))}
        {error && (
          <p className="field-error" role="alert">
            {error}
          </p>
        )}
        <Button type="primary" htmlType="submit" loading={busy} block>
          {t('account.change')}
        </Button>
      </form>
    </Dialog>
  )
}
