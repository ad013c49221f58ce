import '../features/task/work.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../contract/answer.ts'
import { distanceKm } from '../../contract/geo.ts'
import type { PackStop, VisitDay, VisitReport } from '../../contract/visit-record.ts'
import {
  answersThatApply,
  firstMissing,
  isDangerous,
  numberProblem,
  shownQuestions,
} from '../features/task/answering.ts'
import { useLocalized } from '../features/task/localized.ts'
import { newKey, PhotoProvider, sendingIn } from '../features/task/photos.ts'
import { QuestionField } from '../features/task/QuestionField.tsx'
import { clock } from '../format/time.ts'
import { visitPhotos } from './api.ts'
import { keepDraft, queue, type VisitDraft } from './store.ts'

const outcomes = [
  'done',
  'unreached',
  'refused',
  'readmitted',
  'deceased',
  'other',
] as const satisfies VisitReport['outcome'][]

type VisitFormProps = {
  day: VisitDay
  stop: PackStop
  draft: VisitDraft | undefined
  onBack: () => void
  onQueued: () => void
}

/** One visit: arrival with place, questions, result, leaving. Everything is kept on the telephone as it is filled in. */
export function VisitForm({ day, stop, draft, onBack, onQueued }: VisitFormProps) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const page = useRef<HTMLElement>(null)
  const [visit, setVisit] = useState<VisitDraft>(
    () =>
      draft ?? {
        taskId: stop.taskId,
        arrivedAt: new Date().toISOString(),
        position: null,
        place: '',
        answers: stop.answers,
        note: '',
        outcome: null,
      },
  )
  const photos = useMemo(() => visitPhotos(stop.taskId), [stop.taskId])
  const mayLocate = 'geolocation' in navigator
  const [locating, setLocating] = useState(!visit.position && mayLocate)
  const [problem, setProblem] = useState<{ linkId: string; text: string } | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const questionnaire = day.questionnaires.find((one) => one.id === stop.questionnaireId)?.definition ?? null
  const shown = useMemo(() => shownQuestions(questionnaire, visit.answers), [questionnaire, visit.answers])
  const all = unfold(shown)
  const dangers = all.filter((question) => isDangerous(question, visit.answers))
  const missing = firstMissing(shown, visit.answers)
  const answered = Object.keys(visit.answers).length > 0
  const outcome = visit.outcome ?? (answered && !missing ? 'done' : null)

  const change = (patch: Partial<VisitDraft>) => {
    setWrong(null)
    setVisit((before) => ({ ...before, ...patch }))
  }
  useEffect(() => {
    void keepDraft(visit).catch(() => undefined)
  }, [visit])

  const seek = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLocating(false)
        change({
          position: {
            latitude: coords.latitude,
            longitude: coords.longitude,
            accuracyMetres: Math.min(Math.round(coords.accuracy), 100_000),
          },
        })
      },
      () => setLocating(false),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 0 },
    )
  const leaving = useRef(false)
  const began = useRef(false)
  useEffect(() => {
    if (began.current) return
    began.current = true
    page.current?.focus({ preventScroll: true })
    scrollTo({ top: 0 })
    if (locating) seek()
  })

  const show = (linkId: string) => {
    const field = page.current?.querySelector<HTMLElement>(
      `[data-question="${CSS.escape(linkId)}"] [data-focus]`,
    )
    field?.focus()
    field?.scrollIntoView({ block: 'center' })
  }

  async function finish() {
    const sending = sendingIn(page.current)
    if (sending !== null) {
      setProblem({ linkId: sending, text: t('desk.photo.wait') })
      return
    }
    if (!outcome) {
      setWrong(t('visitDay.chooseOutcome'))
      if (missing) show(missing.linkId)
      return
    }
    if (outcome === 'done') {
      const bad = all.find((item) => {
        const value = visit.answers[item.linkId]
        return (
          typeof value === 'number' && item.type !== 'scale' && numberProblem(item, String(value)) !== null
        )
      })
      const first = missing ?? bad
      if (first) {
        setProblem({ linkId: first.linkId, text: t(missing ? 'visitDay.missing' : 'visitDay.numberWrong') })
        show(first.linkId)
        return
      }
    }
    if (leaving.current) return
    leaving.current = true
    const now = new Date().toISOString()
    const { arrivedAt, position, place, note } = visit
    const key = newKey()
    try {
      await queue({
        key,
        userId: day.userId,
        taskId: stop.taskId,
        problem: null,
        report: {
          idempotencyKey: key,
          outcome,
          answers: answersThatApply(questionnaire, visit.answers),
          basedOn: stop.basedOn,
          arrivedAt: arrivedAt ?? now,
          leftAt: now,
          position,
          ...(note.trim() && { note: note.trim() }),
          ...(place.trim() && { place: place.trim() }),
        },
      })
    } catch {
      leaving.current = false
      setWrong(t('visitDay.storageOff'))
      return
    }
    onQueued()
  }

  const metres = visit.position ? Math.round(distanceKm(visit.position, stop.position) * 1000) : null
  return (
    <div className="day-page">
      <header className="day-head">
        <button type="button" className="plain-button" onClick={onBack}>
          {t('visitDay.back')}
        </button>
      </header>
      <main id="main" ref={page} tabIndex={-1} className="day-visit">
        <section className="day-card">
          <h1>{stop.personName}</h1>
          <p className="secondary">
            {[stop.title, stop.departmentName, stop.conditionText].filter(Boolean).join(' · ')}
          </p>
          {stop.address && <p>{stop.address}</p>}
          {stop.phone && (
            <a className="day-button is-plain" href={`tel:${stop.phone}`}>
              {t('visitDay.call', { number: stop.phone })}
            </a>
          )}
          <p role="status">
            {visit.arrivedAt && t('visitDay.arrivedAt', { time: clock(new Date(visit.arrivedAt)) })} ·{' '}
            {locating
              ? t('visitDay.locating')
              : visit.position && metres !== null
                ? t('visitDay.located', { m: metres, a: visit.position.accuracyMetres })
                : t('visitDay.notLocated')}
          </p>
          {!locating && !visit.position && (
            <>
              {mayLocate && (
                <button
                  type="button"
                  className="day-button is-plain"
                  onClick={() => {
                    setLocating(true)
                    seek()
                  }}
                >
                  {t('visitDay.locateAgain')}
                </button>
              )}
              <label className="labelled">
                {t('visitDay.place')}
                <input
                  className="field-input"
                  maxLength={120}
                  value={visit.place}
                  onChange={(event) => change({ place: event.target.value })}
                />
              </label>
            </>
          )}
        </section>
        {questionnaire && (
          <section className="day-card" aria-label={t('visitDay.questions')}>
            <h2>{t('visitDay.questions')}</h2>
            {questionnaire.script && <p className="secondary pre-line">{localized(questionnaire.script)}</p>}
            <PhotoProvider value={photos}>
              {all.map((question) => (
                <QuestionField
                  key={question.linkId}
                  question={question}
                  value={visit.answers[question.linkId]}
                  disabled={false}
                  danger={isDangerous(question, visit.answers) ? 'seen' : null}
                  problem={problem?.linkId === question.linkId ? problem.text : null}
                  onChange={(value) => {
                    setProblem(null)
                    change({ answers: { ...visit.answers, [question.linkId]: value } })
                  }}
                  onMove={() => undefined}
                />
              ))}
            </PhotoProvider>
            {all.some((question) => question.type === 'photo') && (
              <p className="secondary small">{t('visitDay.photosKept')}</p>
            )}
          </section>
        )}
        {dangers.length > 0 && (
          <p className="day-danger" role="alert">
            {t('visitDay.danger')}{' '}
            {dangers.map((question) => question.redFlag && localized(question.redFlag.text)).join('；')}
          </p>
        )}
        <section className="day-card">
          <h2 id="outcome">{t('visitDay.outcome')}</h2>
          <div className="choices" role="radiogroup" aria-labelledby="outcome">
            {outcomes.map((one) => (
              <button
                key={one}
                type="button"
                role="radio"
                aria-checked={one === outcome}
                onClick={() => change({ outcome: one })}
              >
                {t(`visitDay.outcomes.${one}`)}
              </button>
            ))}
          </div>
          <label className="labelled">
            {t('visitDay.note')}
            <textarea
              className="field-input"
              rows={3}
              maxLength={2000}
              value={visit.note}
              onChange={(event) => change({ note: event.target.value })}
            />
          </label>
          {wrong && (
            <p className="field-error" role="alert">
              {wrong}
            </p>
          )}
          <button type="button" className="day-button" onClick={() => void finish()}>
            {t('visitDay.finish')}
          </button>
        </section>
      </main>
    </div>
  )
}
