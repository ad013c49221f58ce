import { useEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../contract/answer.ts'
import type { Answers } from '../../contract/questionnaire.ts'
import type { ApiError } from '../api.ts'
import '../features/task/work.css'
import {
  type AnswerValue,
  answersThatApply,
  firstMissing,
  isDangerous,
  numberProblem,
  shownQuestions,
} from '../features/task/answering.ts'
import { useLocalized } from '../features/task/localized.ts'
import { PhotoProvider, sendingIn } from '../features/task/photos.ts'
import { QuestionField } from '../features/task/QuestionField.tsx'
import { Alarm } from './Alarm.tsx'
import { formPhotos, type Handed, type OpenForm, submit } from './api.ts'
import { FormReview } from './FormReview.tsx'
import { stepsOf } from './steps.ts'
import { useKeep } from './useKeep.ts'

type FormWorkProps = {
  token: string
  opened: OpenForm
  onClosed: () => void
  onHanded: (handed: Handed) => void
}

/** One screen after the other, then all answers once more, then handed in. */
export function FormWork({ token, opened, onClosed, onHanded }: FormWorkProps) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const { form, emergencyNumber } = opened
  const page = useRef<HTMLElement>(null)
  const [answers, setAnswers] = useState<Answers>(form.answers)
  const shown = useMemo(() => shownQuestions(form, answers), [form, answers])
  const steps = stepsOf(shown)
  // Who comes back goes on where something is missing.
  const [at, setAt] = useState(() => {
    const missing = Object.keys(form.answers).length > 0 ? firstMissing(shown, form.answers) : undefined
    return Math.max(
      0,
      steps.findIndex((step) => missing && unfold(step.items).some((item) => item.linkId === missing.linkId)),
    )
  })
  const [problem, setProblem] = useState<{ linkId: string; text: string } | null>(null)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState(false)
  const photos = useMemo(() => formPhotos(token, form.pass), [token, form.pass])
  const { state, queue, settle } = useKeep(token, form.pass, onClosed)

  const review = at >= steps.length
  const step = steps[Math.min(at, steps.length - 1)]
  const dangers = shown.filter((question) => isDangerous(question, answers))

  const saveWords = {
    idle: '',
    unsaved: t('form.saving'),
    saving: t('form.saving'),
    saved: t('form.saved'),
    offline: t('form.offline'),
    failed: t('form.offline'),
    refused: t('form.offline'),
  }

  const walked = useRef(false)
  useEffect(() => {
    if (!walked.current) {
      walked.current = true
      return
    }
    page.current?.focus({ preventScroll: true })
    scrollTo({ top: 0 })
  }, [at])

  function change(linkId: string, value: AnswerValue) {
    const next = { ...answers, [linkId]: value }
    setAnswers(next)
    setProblem(null)
    queue(answersThatApply(form, next))
  }

  /** The first question of this screen that stops the way on. */
  function wrongHere(): { linkId: string; text: string } | null {
    const sending = sendingIn(page.current)
    if (sending !== null) return { linkId: sending, text: t('desk.photo.wait') }
    const items = unfold(step?.items ?? [])
    const missing = firstMissing(items, answers)
    if (missing) return { linkId: missing.linkId, text: t('form.missing') }
    const wrong = items.find((item) => {
      const value = answers[item.linkId]
      return typeof value === 'number' && item.type !== 'scale' && numberProblem(item, String(value)) !== null
    })
    return wrong ? { linkId: wrong.linkId, text: t('form.numberWrong') } : null
  }

  function forward() {
    const wrong = wrongHere()
    setProblem(wrong)
    if (!wrong) {
      setAt(at + 1)
      return
    }
    const field = page.current?.querySelector<HTMLElement>(
      `[data-question="${CSS.escape(wrong.linkId)}"] [data-focus]`,
    )
    field?.focus()
    field?.scrollIntoView({ block: 'center' })
  }

  /** Keys walk through the questions of the screen and then on to the next. */
  function move(linkId: string, by: 1 | -1) {
    flushSync(() => undefined)
    const stops = Array.from(
      page.current?.querySelectorAll<HTMLElement>('[data-question] [data-focus]') ?? [],
    )
    const here = stops.findIndex((stop) => stop.closest(`[data-question="${CSS.escape(linkId)}"]`))
    const target = stops[here + by]
    if (target) target.focus()
    else if (by === 1) page.current?.querySelector<HTMLElement>('[data-forward]')?.focus()
  }

  async function hand() {
    setBusy(true)
    setFailed(false)
    await settle()
    try {
      onHanded(await submit(token, form.pass, answersThatApply(form, answers)))
    } catch (error) {
      if ((error as ApiError).status === 410) onClosed()
      else {
        setFailed(true)
        setBusy(false)
      }
    }
  }

  const place = `${form.siteName}${form.departmentName ? ` ${form.departmentName}` : ''}`
  return (
    <section className="form-card" ref={page} tabIndex={-1}>
      {at === 0 && !review && (
        <header>
          <p className="form-place">{place}</p>
          <h1>{form.name ? t('form.greeting', { name: form.name }) : t('form.greetingPlain')}</h1>
          <p>{form.intro ? localized(form.intro) : t('form.lead', { place })}</p>
        </header>
      )}
      {at > 0 && !review && <h1 className="visually-hidden">{t('form.title')}</h1>}
      <div className="form-progress">
        <progress value={Math.min(at, steps.length)} max={steps.length} aria-hidden="true" />
        <span>{review ? '' : t('form.progress', { n: at + 1, all: steps.length })}</span>
        <span role="status" className={saveWords[state] === saveWords.offline ? 'text-danger' : 'secondary'}>
          {saveWords[state]}
        </span>
      </div>
      <PhotoProvider value={photos}>
        {review ? (
          <FormReview
            questions={unfold(shown)}
            answers={answers}
            onChange={(linkId) =>
              setAt(steps.findIndex((one) => unfold(one.items).some((item) => item.linkId === linkId)))
            }
          />
        ) : (
          unfold(step?.items ?? []).map((question) => (
            <QuestionField
              key={question.linkId}
              question={question}
              value={answers[question.linkId]}
              disabled={false}
              danger={null}
              problem={problem?.linkId === question.linkId ? problem.text : null}
              onChange={(value) => change(question.linkId, value)}
              onMove={(by) => move(question.linkId, by)}
            />
          ))
        )}
      </PhotoProvider>
      {dangers.length > 0 && <Alarm number={emergencyNumber} questions={dangers} />}
      {failed && (
        <p className="field-error" role="alert">
          {t('form.unreachable')}
        </p>
      )}
      <div className="form-buttons">
        {review ? (
          <button type="button" className="form-button" disabled={busy} onClick={() => void hand()}>
            {t(busy ? 'form.submitting' : 'form.submit')}
          </button>
        ) : (
          <button type="button" className="form-button" data-forward onClick={forward}>
            {t(at + 1 < steps.length ? 'form.next' : 'form.toReview')}
          </button>
        )}
        {at > 0 && (
          <button
            type="button"
            className="form-button is-plain"
            disabled={busy}
            onClick={() => setAt(at - 1)}
          >
            {t('form.previous')}
          </button>
        )}
      </div>
    </section>
  )
}
