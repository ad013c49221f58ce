import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dayAt, momentAt } from '../book/format.ts'
import { problemOf } from '../book/api.ts'
import { get, type PortalHome, post } from './api.ts'
import { AppointmentCard, OfferCard } from './Appointments.tsx'
import { Part, Row, Unready } from './parts.tsx'
import { PromiseRow } from './PromiseRow.tsx'
import { useLoad } from './useLoad.ts'

type HomeProps = {
  about: number
  onAnswer: (taskId: number) => void
  onTab: (tab: 'talk' | 'appointments') => void
  onReport: (id: string) => void
  onGone: (error: unknown) => void
}

/** What is asked of the person now stands first, alone; then what comes, what is new, and what was promised. */
export function Home({ about, onAnswer, onTab, onReport, onGone }: HomeProps) {
  const { t, i18n } = useTranslation()
  const { data, failed, again } = useLoad(() => get<PortalHome>('/home', about), String(about))
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    if (failed === 'not-signed-in') onGone({ status: 401 })
    // Once for each failure.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [failed])
  if (!data) return <Unready failed={failed} onAgain={again} />
  const language = i18n.language
  const act = (work: Promise<unknown>) => {
    setProblem(null)
    void work.then(again, (error: unknown) => {
      setProblem(problemOf(error))
      again()
    })
  }
  const nothing =
    data.offers.length +
      data.questions.length +
      data.appointments.length +
      data.reports.length +
      data.promises.length ===
    0
  return (
    <>
      <section className="form-card portal-first">
        <h1>{t('portal.hello', { name: data.name })}</h1>
        {problem !== null && (
          <p role="alert" className="book-problem">
            {t('portal.notDone')}
          </p>
        )}
        {data.offers.map((one) => (
          <OfferCard
            key={one.id}
            offer={one}
            onDecide={(accept) => act(post(`/offers/${one.id}/decide`, { for: about, accept }))}
          />
        ))}
        {data.questions.length > 0 && (
          <ul className="book-choices" aria-label={t('portal.questions')}>
            {data.questions.map((one) => (
              <Row
                key={one.taskId}
                text={one.title ?? t('portal.followUp')}
                more={[
                  one.departmentName,
                  one.begun
                    ? t('portal.goOn')
                    : new Date(one.dueAt) < new Date()
                      ? t('portal.overdue')
                      : t('portal.answerBy', { day: dayAt(one.dueAt, data.timeZone, language) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
                onOpen={() => onAnswer(one.taskId)}
              />
            ))}
          </ul>
        )}
        {data.unread > 0 && (
          <button type="button" className="form-button" onClick={() => onTab('talk')}>
            {t('portal.unread', { n: data.unread })}
          </button>
        )}
        {nothing && <p>{t('portal.nothing')}</p>}
      </section>
      {data.appointments.length > 0 && (
        <Part title={t('portal.next')}>
          {data.appointments.slice(0, 1).map((one) => (
            <AppointmentCard
              key={one.id}
              appointment={one}
              onAct={(what) => act(post(`/appointments/${one.id}/act`, { for: about, act: what }))}
            />
          ))}
          {data.appointments.length > 1 && (
            <button type="button" className="form-button is-plain" onClick={() => onTab('appointments')}>
              {t('portal.allAppointments')}
            </button>
          )}
        </Part>
      )}
      {data.reports.length > 0 && (
        <Part title={t('portal.newReports')}>
          <ul className="book-choices">
            {data.reports.map((one) => (
              <Row
                key={one.id}
                text={one.state === 'held' ? t('portal.held') : one.title}
                more={
                  one.state === 'held'
                    ? `${dayAt(one.at, data.timeZone, language)} · ${t('portal.heldHint')}`
                    : `${dayAt(one.at, data.timeZone, language)}${one.abnormal ? ` · ${t('portal.abnormal', { n: one.abnormal })}` : ''}`
                }
                {...(one.state === 'open' && { onOpen: () => onReport(one.id) })}
              />
            ))}
          </ul>
        </Part>
      )}
      {data.promises.length > 0 && (
        <Part title={t('portal.promises')}>
          <ul className="portal-list">
            {data.promises.map((one) => (
              <PromiseRow key={one.id} promise={one} timeZone={data.timeZone} />
            ))}
          </ul>
        </Part>
      )}
      {data.messages.length > 0 && (
        <Part title={t('portal.messages')}>
          <ul className="portal-list">
            {data.messages.map((one) => (
              <li key={one.id} className="portal-row">
                {one.subject && <strong>{one.subject}</strong>}
                <span className="portal-text">{one.body}</span>
                <span className="secondary book-hint">{momentAt(one.at, data.timeZone, language)}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <p className="secondary portal-note">{t('portal.emergency', { number: data.emergencyNumber })}</p>
    </>
  )
}
