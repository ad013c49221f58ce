import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PackStop, VisitDay } from '../../contract/visit-record.ts'
import { clockOf } from '../features/visit/amounts.ts'
import { useVisits, type Visits } from './useVisits.ts'
import { VisitForm } from './VisitForm.tsx'

type State = 'open' | 'draft' | 'queued' | 'waiting' | 'refused' | 'sent' | 'kept'

function stateOf(stop: PackStop, visits: Visits): State {
  const waiting = visits.waiting.find((one) => one.taskId === stop.taskId)
  if (waiting) {
    if (waiting.problem === 'held-by-other') return 'waiting'
    return waiting.problem === null ? 'queued' : 'refused'
  }
  const sent = visits.sent.find((one) => one.taskId === stop.taskId)
  if (sent) return sent.status === 'kept' ? 'kept' : 'sent'
  return visits.drafts.some((one) => one.taskId === stop.taskId) ? 'draft' : 'open'
}

/** Today's route on a telephone. */
export function VisitApp() {
  const { t } = useTranslation()
  const { visits, line, problem, offlineReady, busy, read, renew } = useVisits()
  const [openId, setOpenId] = useState<number | null>(null)
  useEffect(() => {
    document.title = t('visitDay.title')
  }, [t])
  const day = visits?.day ?? null
  const stop = day?.stops.find((one) => one.taskId === openId)

  if (visits && day && stop)
    return (
      <VisitForm
        key={stop.taskId}
        day={day}
        stop={stop}
        draft={visits.drafts.find((one) => one.taskId === stop.taskId)}
        onBack={() => {
          setOpenId(null)
          void read()
        }}
        onQueued={() => {
          setOpenId(null)
          void read().then(() => renew('itself'))
        }}
      />
    )

  const own = visits?.waiting.filter((one) => !day || one.userId === day.userId) ?? []
  const others = (visits?.waiting.length ?? 0) - own.length
  return (
    <div className="day-page">
      <header className="day-head">
        <h1>{t('visitDay.title')}</h1>
        <a href="/desk">{t('visitDay.toApp')}</a>
      </header>
      <main id="main">
        <p role="status" className={line === 'online' ? 'day-line' : 'day-line is-off'}>
          {line === 'signed-out'
            ? t('visitDay.signIn')
            : t(line === 'online' ? 'visitDay.online' : 'visitDay.offline')}
          {line === 'signed-out' && (
            <>
              {' '}
              <a href="/visits/today?sign-in=1">{t('visitDay.signInLink')}</a>
            </>
          )}
          {line === 'online' &&
            offlineReady !== null &&
            ` · ${t(offlineReady ? 'visitDay.ready' : 'visitDay.notReady')}`}
        </p>
        {own.length > 0 && (
          <p className="day-waiting">
            {t('visitDay.waiting', { n: own.length })}
            <button type="button" className="soft-button" disabled={busy} onClick={() => void renew('hand')}>
              {t('visitDay.sendNow')}
            </button>
          </p>
        )}
        {others > 0 && <p className="day-waiting">{t('visitDay.otherUser', { n: others })}</p>}
        {problem && (
          <p className="field-error" role="alert">
            {t(`visitDay.${problem}`)}
          </p>
        )}
        {!visits || (busy && !day) ? (
          <span className="skeleton" role="status" aria-label={t('common.loading')} style={{ height: 160 }} />
        ) : (
          day && <Route day={day} visits={visits} onOpen={setOpenId} />
        )}
        <button
          type="button"
          className="day-button is-plain"
          disabled={busy}
          onClick={() => void renew('hand')}
        >
          {t('visitDay.refresh')}
        </button>
      </main>
    </div>
  )
}

function Route({ day, visits, onOpen }: { day: VisitDay; visits: Visits; onOpen: (taskId: number) => void }) {
  const { t } = useTranslation()
  if (day.stops.length === 0)
    return (
      <section className="day-card">
        <h2>{t('visitDay.empty')}</h2>
        <p>
          {day.teamName === null
            ? t('visitDay.noTeam')
            : day.next
              ? t('visitDay.next', { date: day.next })
              : t('visitDay.nextNone')}
        </p>
      </section>
    )
  return (
    <>
      <p>
        <strong>{day.date}</strong>{' '}
        {t('visitDay.teamLine', { team: day.teamName ?? '', n: day.stops.length, km: Math.round(day.km) })}
      </p>
      <ol className="day-stops">
        {day.stops.map((stop) => {
          const state = stateOf(stop, visits)
          const sent = visits.sent.find((one) => one.taskId === stop.taskId)
          const toDo = ['open', 'draft'].includes(state)
          return (
            <li key={stop.taskId} className={`day-card is-${state}`}>
              <div className="day-stop-head">
                <strong>{stop.personName}</strong>
                <span className={`day-state is-${state}`}>{t(`visitDay.state.${state}`)}</span>
              </div>
              {stop.address && <p>{stop.address}</p>}
              {toDo && (
                <p className="secondary small">
                  {t('visitDay.arrives', { time: clockOf(stop.arrives) })}
                  {stop.conditionText && ` · ${stop.conditionText}`}
                </p>
              )}
              {state === 'sent' && sent?.distanceMetres != null && (
                <p className="secondary small">{t('visitDay.proof')}</p>
              )}
              {state === 'kept' && (
                <p className="small">
                  {t(
                    sent?.taskStatus === 'cancelled'
                      ? 'visitDay.kept.cancelled'
                      : sent?.taskStatus === 'completed'
                        ? 'visitDay.kept.completed'
                        : 'visitDay.kept.other',
                  )}
                </p>
              )}
              {toDo && (
                <button
                  type="button"
                  className="day-button"
                  aria-label={`${t('visitDay.arrive')} ${stop.personName}`}
                  onClick={() => onOpen(stop.taskId)}
                >
                  {t(state === 'draft' ? 'visitDay.state.draft' : 'visitDay.arrive')}
                </button>
              )}
            </li>
          )
        })}
      </ol>
    </>
  )
}
