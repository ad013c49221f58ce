import { Outlet } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { endLaunch } from '../../contract/launch.ts'
import { call, written } from '../api.ts'
import { useMe } from '../session.tsx'
import { forgetDrafts } from '../ui/drafts.ts'
import { useIdle } from '../ui/useIdle.ts'
import { MessageBody } from './LaunchMessage.tsx'

/** Around the desk on a workstation: who one is here, and the way out. No navigation. */
export function LaunchFrame() {
  const { t } = useTranslation()
  const me = useMe()
  const [left, setLeft] = useState<'left' | 'ended' | null>(null)
  useIdle(me.idleMinutes, () => setLeft((before) => before ?? 'ended'))
  return (
    <div className="launch">
      <header className="launch-bar">
        <span className="brand">
          <img src="/icon.svg" alt="" width="20" height="20" />
          <span>{t('frame.product')}</span>
        </span>
        <span className="launch-user">{me.name}</span>
        {!left && (
          <button type="button" className="soft-button" onClick={() => setLeft('left')}>
            {t('launch.end')}
          </button>
        )}
      </header>
      <main id="main" tabIndex={-1} className="launch-main">
        {left ? <Left state={left} /> : <Outlet />}
      </main>
    </div>
  )
}

/** The session ends once the desk has saved its answers and given its task back, as it does when it goes. */
function Left({ state }: { state: 'left' | 'ended' }) {
  useEffect(() => {
    // Without a line it ends by itself, idle.
    void written().then(() => {
      if (state === 'left') forgetDrafts()
      return call(endLaunch).catch(() => undefined)
    })
  }, [state])
  return <MessageBody state={state} />
}
