import { MenuOutlined } from '@ant-design/icons'
import { Link, useRouterState } from '@tanstack/react-router'
import { Suspense, type ReactNode, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { may, useMe } from '../session.tsx'
import { signOutIdle } from '../sign-in/auth.ts'
import { useIdle } from '../ui/useIdle.ts'
import { useShortcut } from '../ui/useShortcut.ts'
import { GlobalSearch } from './GlobalSearch.tsx'
import { LiveBadge } from './LiveBadge.tsx'
import { pageAt } from './navigation.tsx'
import { PersonMenu } from './PersonMenu.tsx'
import { AllPages, BottomEntries, Rail } from './Rail.tsx'
import { RedFlagNotice } from './RedFlagNotice.tsx'
import { PromiseBadge } from './PromiseBadge.tsx'
import { PrintHead } from './PrintHead.tsx'
import { Refused } from './Refused.tsx'
import { useActions } from './useActions.tsx'

const LineButton = lazy(() => import('../features/call/LineButton.tsx'))
const overlays = {
  palette: lazy(() => import('./Palette.tsx')),
  shortcuts: lazy(() => import('./ShortcutsHelp.tsx')),
  sessions: lazy(() => import('../features/account/SessionsDialog.tsx')),
  calendar: lazy(() => import('../features/account/CalendarDialog.tsx')),
  password: lazy(() => import('../features/account/PasswordDialog.tsx')),
  twoFactor: lazy(() => import('../features/account/TwoFactorDialog.tsx')),
}
export type Overlay = keyof typeof overlays

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const me = useMe()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [overlay, setOverlay] = useState<Overlay | null>(null)
  const [moreOpen, setMoreOpen] = useState(false)
  const actions = useActions(setOverlay)
  const here = pageAt(path)
  const Open = overlay && overlays[overlay]
  const closeMore = () => setMoreOpen(false)

  useIdle(me.idleMinutes, () => void signOutIdle())
  useShortcut('Ctrl+k', () => setOverlay('palette'))
  useShortcut('?', () => setOverlay('shortcuts'))

  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('frame.skip')}
      </a>
      <header className="top-bar">
        <Link to="/" className="brand" aria-label={t('frame.product')}>
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>{t('frame.product')}</span>
        </Link>
        {may(me, 'person.read') && <GlobalSearch />}
        <div className="top-bar-end">
          <Suspense fallback={null}>{may(me, 'call.work') && <LineButton />}</Suspense>
          {may(me, 'promise.write') && <PromiseBadge />}
          {may(me, 'task.read') && <LiveBadge />}
          <PersonMenu actions={actions} />
        </div>
      </header>
      <Rail path={path} />
      <nav className="bottom-bar" aria-label={t('frame.navigation')}>
        <BottomEntries path={path} onGo={closeMore} />
        <button
          type="button"
          className="rail-link"
          aria-expanded={moreOpen}
          onClick={() => setMoreOpen(!moreOpen)}
        >
          <span className="rail-icon" aria-hidden="true">
            <MenuOutlined />
          </span>
          <span className="rail-word">{t('frame.more')}</span>
        </button>
        {moreOpen && (
          <div className="bottom-more">
            <AllPages path={path} onGo={closeMore} />
          </div>
        )}
      </nav>
      <main id="main" tabIndex={-1} className="main">
        <PrintHead />
        {here && !may(me, here.permission) ? <Refused page={t(`frame.nav.${here.word}`)} /> : children}
      </main>
      {may(me, 'task.read') && <RedFlagNotice />}
      <Suspense fallback={null}>
        {Open && <Open onClose={() => setOverlay(null)} actions={actions} />}
      </Suspense>
    </div>
  )
}
