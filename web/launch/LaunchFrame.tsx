import { Outlet } from '@tanstack/react-router'
import { App } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { endLaunch } from '../../contract/launch.ts'
import { useAct } from '../query.ts'
import { useMe } from '../session.tsx'
import { useExplain } from '../ui/useExplain.ts'
import { MessageBody } from './LaunchMessage.tsx'

/** Around the desk on a workstation: who one is here, and the way out. No navigation. */
export function LaunchFrame() {
  const { t } = useTranslation()
  const me = useMe()
  const explain = useExplain()
  const { message } = App.useApp()
  const [ended, setEnded] = useState(false)
  const end = useAct(endLaunch, {
    onSuccess: () => setEnded(true),
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <div className="launch">
      <header className="launch-bar">
        <span className="brand">
          <img src="/icon.svg" alt="" width="20" height="20" />
          <span>{t('frame.product')}</span>
        </span>
        <span className="launch-user">{me.name}</span>
        {!ended && (
          <button
            type="button"
            className="soft-button"
            disabled={end.isPending}
            onClick={() => end.mutate({})}
          >
            {t('launch.end')}
          </button>
        )}
      </header>
      <main id="main" tabIndex={-1} className="launch-main">
        {ended ? <MessageBody state="left" /> : <Outlet />}
      </main>
    </div>
  )
}
