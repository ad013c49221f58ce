import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dayAt, momentAt } from '../book/format.ts'
import { get, type PortalReport, type PortalResult, type Reports } from './api.ts'
import { Row, Unready } from './parts.tsx'
import { Trend } from './Trend.tsx'
import { useLoad } from './useLoad.ts'

import { useZone } from './zone.ts'

type ResultsProps = { about: number; open: string | null; onOpen: (id: string | null) => void }

export function Results({ about, open, onOpen }: ResultsProps) {
  return open === null ? (
    <List about={about} onOpen={onOpen} />
  ) : (
    <One about={about} id={open} onBack={() => onOpen(null)} />
  )
}

function List({ about, onOpen }: { about: number; onOpen: (id: string) => void }) {
  const { t, i18n } = useTranslation()
  const zone = useZone()
  const { data, failed, again } = useLoad(() => get<Reports>('/results', about), String(about))
  const [more, setMore] = useState<PortalReport[]>([])
  const [next, setNext] = useState<string | null | undefined>()
  if (!data) return <Unready failed={failed} onAgain={again} />
  const items = [...data.items, ...more]
  const cursor = next === undefined ? data.nextCursor : next
  const hintOf = (one: PortalReport) =>
    one.state === 'held'
      ? t('portal.heldHint')
      : one.abnormal
        ? t('portal.abnormal', { n: one.abnormal })
        : t('portal.normalRange')
  return (
    <section className="form-card">
      <h1>{t('portal.tab.results')}</h1>
      {items.length === 0 && <p>{t('portal.noReport')}</p>}
      <ul className="book-choices">
        {items.map((one) => (
          <Row
            key={one.id}
            text={
              <>
                {one.state === 'held' ? t('portal.held') : one.title}
                {one.unseen && <span className="portal-new">{t('portal.new')}</span>}
              </>
            }
            more={`${dayAt(one.at, zone, i18n.language)} · ${hintOf(one)}`}
            {...(one.state === 'open' && { onOpen: () => onOpen(one.id) })}
          />
        ))}
      </ul>
      {cursor !== null && (
        <button
          type="button"
          className="form-button is-plain"
          onClick={() =>
            void get<Reports>('/results', about, { cursor }).then((page) => {
              setMore([...more, ...page.items])
              setNext(page.nextCursor)
            })
          }
        >
          {t('portal.more')}
        </button>
      )}
    </section>
  )
}

const directions: Record<string, 'high' | 'low' | 'odd'> = {
  H: 'high',
  HH: 'high',
  HU: 'high',
  '>': 'high',
  L: 'low',
  LL: 'low',
  LU: 'low',
  A: 'odd',
  AA: 'odd',
  POS: 'odd',
  R: 'odd',
}

function One({ about, id, onBack }: { about: number; id: string; onBack: () => void }) {
  const { t, i18n } = useTranslation()
  const zone = useZone()
  const { data, failed, again } = useLoad(() => get<PortalResult>(`/results/${id}`, about), `${about} ${id}`)
  if (!data) return <Unready failed={failed} onAgain={again} />
  return (
    <section className="form-card">
      <button type="button" className="plain-button book-link portal-back" onClick={onBack}>
        ‹ {t('portal.tab.results')}
      </button>
      <h1>{data.title}</h1>
      <p className="secondary">
        {[momentAt(data.at, zone, i18n.language), data.siteName].filter(Boolean).join(' · ')}
      </p>
      <ul className="portal-list">
        {data.values.map((one) => {
          const way = directions[one.interpretation ?? '']
          return (
            <li key={`${one.code} ${one.text}`} className="portal-row portal-value">
              <span>{one.text}</span>
              <strong className={way ? 'is-odd' : ''}>
                {one.value ?? '—'} {one.unit}
                {way && <span className="portal-state is-broken">{t(`portal.way.${way}`)}</span>}
              </strong>
              {one.range && (
                <span className="secondary book-hint">{t('portal.range', { range: one.range })}</span>
              )}
              {one.trend.length > 1 && (
                <Trend points={one.trend} label={t('portal.trend', { name: one.text })} />
              )}
            </li>
          )
        })}
      </ul>
      {data.note && <p>{data.note}</p>}
      <p className="secondary">{t('portal.resultHint')}</p>
    </section>
  )
}
