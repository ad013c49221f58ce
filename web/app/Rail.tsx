import {
  HomeOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  StarFilled,
  StarOutlined,
} from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../session.tsx'
import { setAppearance, useAppearance } from '../theme/appearance.ts'
import { type AppPage, type Area, areasOf, pageAt } from './navigation.tsx'
import { useFavourites } from './useFavourites.ts'
import { sumOf, useWaiting } from './useWaiting.ts'

/** Entries in sight at once; more areas than that are behind "more". */
const inSight = 6

type EntryProps = {
  to: string
  icon: ComponentType
  word: string
  waits?: AppPage['waits']
  current?: boolean
  open?: boolean
  onClick?: (() => void) | undefined
}

function Entry({ to, icon: Icon, word, waits = [], current = false, open = false, onClick }: EntryProps) {
  const { t } = useTranslation()
  const { railOpen } = useAppearance()
  const { count, late } = sumOf(useWaiting().data?.items ?? [], waits)
  return (
    <Link
      to={to}
      className={`rail-link ${open ? 'is-open' : ''} ${current ? 'is-here' : ''}`}
      title={railOpen ? undefined : word}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      onClick={onClick}
    >
      <span className="rail-icon" aria-hidden="true">
        <Icon />
      </span>
      <span className="rail-word">{word}</span>
      {count > 0 && (
        <span
          className={`rail-count ${late > 0 ? 'is-late' : ''}`}
          title={late > 0 ? t('frame.waitingLate', { n: count, late }) : t('frame.waiting', { n: count })}
        >
          {count > 999 ? '999+' : count}
        </span>
      )}
    </Link>
  )
}

type Navigation = { path: string; onGo?: () => void }

function PageEntry({ page, path, onGo }: Navigation & { page: AppPage }) {
  const { t } = useTranslation()
  const { favourites, toggle } = useFavourites()
  const word = t(`frame.nav.${page.word}`)
  const kept = favourites.includes(page.to)
  return (
    <div className="rail-page">
      <Entry {...page} word={word} current={pageAt(path)?.to === page.to} onClick={onGo} />
      <button
        type="button"
        className={`rail-star ${kept ? 'is-kept' : ''}`}
        aria-pressed={kept}
        aria-label={t('frame.keep', { page: word })}
        title={t(kept ? 'frame.kept' : 'frame.keep', { page: word })}
        onClick={() => toggle(page.to)}
      >
        {kept ? <StarFilled aria-hidden /> : <StarOutlined aria-hidden />}
      </button>
    </div>
  )
}

/** An area leads to its first page; where one is in, its pages stand below. */
function AreaEntry({ area, path, onGo, unfolded = false }: Navigation & { area: Area; unfolded?: boolean }) {
  const { t } = useTranslation()
  const [first, ...others] = area.pages
  if (!first) return null
  if (others.length === 0) return <PageEntry page={first} path={path} onGo={onGo} />
  const here = pageAt(path)
  const open = unfolded || area.pages.some((one) => one.to === here?.to)
  return (
    <>
      <Entry
        to={first.to}
        icon={area.icon}
        word={t(`frame.area.${area.word}`)}
        waits={open ? [] : area.pages.flatMap((one) => one.waits)}
        open={open}
        onClick={onGo}
      />
      {open && (
        <div className="rail-pages" role="group" aria-label={t(`frame.area.${area.word}`)}>
          {area.pages.map((one) => (
            <PageEntry key={one.to} page={one} path={path} onGo={onGo} />
          ))}
        </div>
      )}
    </>
  )
}

/** The pages that somebody keeps at hand, as far as they may still open them. */
function Favourites({ path, onGo }: Navigation) {
  const { t } = useTranslation()
  const me = useMe()
  const { favourites } = useFavourites()
  const pages = areasOf(me).flatMap((area) => area.pages)
  const kept = favourites.flatMap((to) => pages.find((one) => one.to === to) ?? [])
  if (kept.length === 0) return null
  return (
    <div className="rail-kept" role="group" aria-label={t('frame.favourites')}>
      {kept.map((one) => (
        <Entry
          key={one.to}
          to={one.to}
          icon={one.icon}
          word={t(`frame.nav.${one.word}`)}
          current={pageAt(path)?.to === one.to}
          onClick={onGo}
        />
      ))}
    </div>
  )
}

function Home({ path, onGo }: Navigation) {
  const { t } = useTranslation()
  return <Entry to="/" icon={HomeOutlined} word={t('frame.home')} current={path === '/'} onClick={onGo} />
}

/** Beside the page: areas, the pages of the one that is open, and favourites. */
export function Rail({ path }: { path: string }) {
  const { t } = useTranslation()
  const me = useMe()
  const { railOpen } = useAppearance()
  const areas = areasOf(me)
  const entry = (area: Area) => <AreaEntry key={area.word} area={area} path={path} />
  return (
    <nav className="rail" aria-label={t('frame.navigation')}>
      <Home path={path} />
      <Favourites path={path} />
      {areas.slice(0, inSight).map(entry)}
      {areas.length > inSight && (
        <details className="rail-more">
          <summary className="rail-link">{t('frame.more')}</summary>
          {areas.slice(inSight).map(entry)}
        </details>
      )}
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
  )
}

/** Everything by area, for the telephone. */
export function AllPages({ path, onGo }: Navigation) {
  return (
    <>
      <Favourites path={path} onGo={onGo} />
      {areasOf(useMe()).map((area) => (
        <AreaEntry key={area.word} area={area} path={path} onGo={onGo} unfolded />
      ))}
    </>
  )
}

/** The first areas at the thumb, everything else behind "more". */
export function BottomEntries({ path, onGo }: Navigation) {
  const { t } = useTranslation()
  const here = pageAt(path)
  return (
    <>
      <Home path={path} onGo={onGo} />
      {areasOf(useMe())
        .slice(0, 3)
        .map((area) => (
          <Entry
            key={area.word}
            to={area.pages[0]?.to ?? '/'}
            icon={area.icon}
            word={t(`frame.area.${area.word}`)}
            waits={area.pages.flatMap((one) => one.waits)}
            current={area.pages.some((one) => one.to === here?.to)}
            onClick={onGo}
          />
        ))}
    </>
  )
}
