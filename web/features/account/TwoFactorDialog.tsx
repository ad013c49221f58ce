import { Dialog } from '../../ui/Dialog.tsx'
import { App, Button, QRCode } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, send } from '../../api.ts'
import { useMe } from '../../session.tsx'
import { TextField } from '../../ui/fields.ts'

type Secret = { totpURI: string; backupCodes: string[] }

export default function TwoFactorDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const me = useMe()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [secret, setSecret] = useState<Secret | null>(null)
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)

  async function attempt(work: () => Promise<void>) {
    setBusy(true)
    setError('')
    try {
      await work()
    } catch (failure) {
      const tooMany = failure instanceof ApiError && failure.status === 429
      setError(t(tooMany ? 'account.tooMany' : 'account.wrong'))
    } finally {
      setBusy(false)
    }
  }

  const start = () =>
    attempt(async () =>
      setSecret((await send('post', '/api/auth/two-factor/enable', { password })) as Secret),
    )
  const finish = () =>
    attempt(async () => {
      await send('post', '/api/auth/two-factor/verify-totp', { code: code.trim() })
      void message.success(t('account.enabled'))
      // What /me says has changed; a fresh start is the plainest way to show it everywhere.
      location.reload()
    })
  const disable = () =>
    attempt(async () => {
      await send('post', '/api/auth/two-factor/disable', { password })
      void message.success(t('account.disabled'))
      location.reload()
    })

  const form = (content: ReactNode, run: () => Promise<void>, button: string) => (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      {content}
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      <Button type="primary" htmlType="submit" loading={busy} danger={me.twoFactorEnabled} block>
        {button}
      </Button>
    </form>
  )

  const passwordField = (
    <TextField
      label={t('account.yourPassword')}
      type="password"
      autoComplete="current-password"
      value={password}
      required
      onChange={setPassword}
    />
  )

  return (
    <Dialog title={t('account.twoFactor')} size="small" onClose={onClose}>
      {secret
        ? form(
            <>
              <p>{t('account.scan')}</p>
              <QRCode value={secret.totpURI} color="#000000" bgColor="#FFFFFF" style={{ margin: '0 auto' }} />
              <p className="small secondary">
                {t('account.secretText')} <code>{new URL(secret.totpURI).searchParams.get('secret')}</code>
              </p>
              <TextField
                label={t('account.code')}
                inputMode="numeric"
                autoComplete="one-time-code"
                value={code}
                required
                onChange={setCode}
              />
              <h3>{t('account.backupCodes')}</h3>
              <ul className="backup-codes">
                {secret.backupCodes.map((one) => (
                  <li key={one}>
                    <code>{one}</code>
                  </li>
                ))}
              </ul>
            </>,
            finish,
            t('account.finish'),
          )
        : form(
            <>
              <p className="secondary">
                {t(me.twoFactorEnabled ? 'account.twoFactorOn' : 'account.twoFactorOff')}
              </p>
              {passwordField}
            </>,
            me.twoFactorEnabled ? disable : start,
            t(me.twoFactorEnabled ? 'account.disable' : 'account.enable'),
          )}
    </Dialog>
  )
}
