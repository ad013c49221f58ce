import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { phoneKeys, type PhoneSession } from './phone.ts'

/** The call in this browser: its buttons act on the telephone here. @param children what the telephone system does with it */
export function PhoneControls({ session, children }: { session: PhoneSession; children: ReactNode }) {
  const { t } = useTranslation()
  const [keypad, setKeypad] = useState(false)
  if (session.state === 'ringing')
    return (
      <span className="button-line">
        <Button type="primary" onClick={session.answer}>
          {t('line.phone.answer')}
        </Button>
        <Button danger onClick={session.hangUp}>
          {t('line.phone.reject')}
        </Button>
      </span>
    )
  return (
    <div className="stack">
      <span className="button-line">
        <Button onClick={session.hold}>{t(session.held ? 'calls.pop.resume' : 'calls.pop.hold')}</Button>
        <Button onClick={session.mute}>{t(session.muted ? 'line.phone.unmute' : 'line.phone.mute')}</Button>
        <Button aria-expanded={keypad} onClick={() => setKeypad(!keypad)}>
          {t('line.phone.keys')}
        </Button>
        {children}
        <Button danger onClick={session.hangUp}>
          {t('calls.pop.hangUp')}
        </Button>
      </span>
      {keypad && (
        <div className="keypad" role="group" aria-label={t('line.phone.keys')}>
          {phoneKeys.map((key) => (
            <Button key={key} aria-label={t('line.phone.press', { key })} onClick={() => session.press(key)}>
              {key}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}
