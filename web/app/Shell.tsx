import { MenuFoldOutlined, MenuOutlined, MenuUnfoldOutlined } from '@ant-design/icons'
import { Link, useRouterState } from '@tanstack/react-router'
import { Suspense, type ReactNode, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { may, useMe } from '../session.tsx'
import { setAppearance, useAppearance } from '../theme/appearance.ts'
import { signOutIdle } from '../sign-in/auth.ts'
import { useIdle } from '../ui/useIdle.ts'
import { useShortcut } from '../ui/useShortcut.ts'
import { GlobalSearch } from './GlobalSearch.tsx'
import { LiveBadge } from './LiveBadge.tsx'
import { navigation } from './navigation.tsx'
import { PersonMenu } from './PersonMenu.tsx'
import { Refused } from './Refused.tsx'

const Palette = lazy(() => import('./Palette.tsx'))
const ShortcutsHelp = lazy(() => import('./ShortcutsHelp.tsx'))

const onPhone = 3

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const me = useMe()
  const { railOpen } = useAppearance()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null)
  const [moreOpen, setMoreOpen] = useState(false)
  const entries = navigation.filter((entry) => may(me, entry.permission))
  const refused = navigation.find((entry) => path.startsWith(entry.to) && !may(me, entry.permission))

  useIdle(me.idleMinutes, () => void signOutIdle())
  useShortcut('Ctrl+k', () => setOverlay('palette'))
  useShortcut('?', () => setOverlay('shortcuts'))

  const links = (shown: typeof entries) =>
    shown.map(({ to, word, icon: Icon }) => (
      <Link
        key={to}
        to={to}
        className="rail-link"
        title={railOpen ? undefined : t(`frame.nav.${word}`)}
        {...(path.startsWith(to) ? { 'aria-current': 'page' as const } : {})}
        onClick={() => setMoreOpen(false)}
      >
        <span className="rail-icon" aria-hidden="true">
          <Icon />
        </span>
        <span className="rail-word">{t(`frame.nav.${word}`)}</span>
      </Link>
    ))

  return (
    <div className={`shell ${railOpen ? '' : 'rail-closed'}`}>
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
          {may(me, 'task.read') && <LiveBadge />}
          <PersonMenu onShortcuts={() => setOverlay('shortcuts')} />
        </div>
      </header>
      <nav className="rail" aria-label={t('frame.navigation')}>
        {links(entries)}
        <button
          type="button"
          className="rail-link rail-toggle"
          aria-expanded={railOpen}
          title={t(railOpen ? 'frame.collapse' : 'frame.expand')}
          onClick={() => setAppearance({ railOpen: !railOpen })}
        >
          <span className="rail-icon" aria-hidden="true">
            {railOpen ? <MenuFoldOutlined /> : <MenuUnfoldOutlined />}
          </span>
          <span className="rail-word">{t(railOpen ? 'frame.collapse' : 'frame.expand')}</span>
        </button>
      </nav>
      <nav className="bottom-bar" aria-label={t('frame.navigation')}>
        {links(entries.slice(0, onPhone))}
        {entries.length > onPhone && (
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
        )}
        {moreOpen && <div className="bottom-more">{links(entries.slice(onPhone))}</div>}
      </nav>
      <main id="main" tabIndex={-1} className="main">
        {refused ? <Refused page={t(`frame.nav.${refused.word}`)} /> : children}
      </main>
      <Suspense fallback={null}>
        {overlay === 'palette' && <Palette onClose={() => setOverlay(null)} />}
        {overlay === 'shortcuts' && <ShortcutsHelp onClose={() => setOverlay(null)} />}
      </Suspense>
    </div>
  )
}
