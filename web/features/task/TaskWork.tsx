import { Link } from '@tanstack/react-router'
import { App } from 'antd'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { useWholeApp } from '../../session.tsx'
import { GuidanceBar } from '../guidance/GuidanceBar.tsx'
import { LinkBar } from '../link/LinkBar.tsx'
import { AttemptHistory } from './AttemptHistory.tsx'
import {
  type AnswerValue,
  answersThatApply,
  firstMissing,
  isDangerous,
  numberProblem,
  progress,
  shownQuestions,
} from './answering.ts'
import { useLocalized } from './localized.ts'
import { keepNote, keptNote } from './note.ts'
import { OutcomeBar, type Result } from './OutcomeBar.tsx'
import { sendingIn } from './photos.ts'
import { QuestionField } from './QuestionField.tsx'
import { ListReasonLine } from './ListReasonLine.tsx'
import { LadderStepNote } from './LadderStepNote.tsx'
import { SaveState } from './SaveState.tsx'
import { ScoreText } from './ScoreText.tsx'
import { useAutosave } from './useAutosave.ts'
import { useRecord } from './useRecord.tsx'

type TaskWorkProps = {
  task: TaskDetail
  canWork: boolean
  onNext: (afterTaskId: number) => Promise<TaskDetail | null>
  onOpen: (taskId: number | null) => void
}

function usualChannel(task: TaskDetail): Result['channel'] {
  if (task.response?.source === 'person') return 'other'
  if (task.ladderStep === 'letter' && task.attemptsMade === 0) return 'letter'
  return task.kind === 'home-visit' ? 'visit' : 'phone'
}

export function TaskWork({ task, canWork, onNext, onOpen }: TaskWorkProps) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const wholeApp = useWholeApp()
  const { message } = App.useApp()
  const form = useRef<HTMLDivElement>(null)
  const [answers, setAnswers] = useState<Answers>(task.response?.answers ?? {})
  const [raised, setRaised] = useState<{ linkId: string; text: string }[]>([])
  const [problem, setProblem] = useState<{ linkId: string; text: string } | null>(null)
  const [result, setResult] = useState<Result>(() => ({
    outcome: null,
    note: keptNote(task.id),
    callBackAt: '',
    optOut: false,
    channel: usualChannel(task),
  }))
  const { save, queue, settle } = useAutosave(task, canWork, (saved) => {
    setRaised(saved.redFlags)
  })
  const record = useRecord({
    task,
    onNext,
    onOpen,
    settle,
    onRecorded: () => keepNote(task.id, ''),
  })

  const questions = useMemo(() => shownQuestions(task.questionnaire, answers), [task.questionnaire, answers])
  const { done, all } = progress(questions, answers)
  const missing = firstMissing(questions, answers)
  // When everything required is answered the call went well, so the nurse need not say so again.
  const outcome = result.outcome ?? (done > 0 && !missing ? 'done' : null)

  useLayoutEffect(() => {
    // The task may come late; who has opened a menu or a dialog meanwhile is not pulled out of it.
    const elsewhere = document.activeElement?.closest('[role="menu"], [role="dialog"]')
    if (canWork && !elsewhere)
      form.current?.querySelector<HTMLElement>('[data-focus]')?.focus({ preventScroll: true })
  }, [canWork])

  const change = (linkId: string, value: AnswerValue) => {
    const next = { ...answers, [linkId]: value }
    setAnswers(next)
    setProblem(null)
    queue(answersThatApply(task.questionnaire, next))
  }

  const focusQuestion = (linkId: string) => {
    const target = form.current?.querySelector<HTMLElement>(
      `[data-question="${CSS.escape(linkId)}"] [data-focus]`,
    )
    target?.focus()
    target?.scrollIntoView({ block: 'center' })
  }

  /** From the last question on, the way leads to the outcome bar. */
  const moveFrom = (linkId: string, step: 1 | -1) => {
    // After the answer a follow-on question may have appeared, so it is drawn before the order is read; at once, so that the next key of a
    // quick hand already meets the next question.
    flushSync(() => undefined)
    const stops = Array.from(form.current?.querySelectorAll<HTMLElement>('[data-focus]') ?? [])
    const here = stops.findIndex((stop) => stop.closest(`[data-question="${CSS.escape(linkId)}"]`))
    const target = stops[here + step]
    target?.focus({ preventScroll: true })
    const whole = target?.closest('[data-question]') ?? target
    whole?.scrollIntoView({ block: 'nearest' })
  }

  async function finish(goOn: boolean) {
    if (!canWork || record.busy) return
    const sending = sendingIn(form.current)
    if (sending !== null) {
      setProblem({ linkId: sending, text: t('desk.photo.wait') })
      return
    }
    if (!outcome) {
      void message.warning(t('desk.chooseOutcome'))
      if (missing) focusQuestion(missing.linkId)
      return
    }
    if (outcome === 'done') {
      const wrong = questions.find((question) => {
        const value = answers[question.linkId]
        const isNumber = question.type === 'integer' || question.type === 'decimal'
        return isNumber && value != null && numberProblem(question, String(value)) !== null
      })
      const first = missing ?? wrong
      if (first) {
        if (missing)
          setProblem({ linkId: first.linkId, text: t('desk.answerMissing', { text: localized(first.text) }) })
        focusQuestion(first.linkId)
        return
      }
    }
    if (outcome === 'call-back' && !(new Date(result.callBackAt) > new Date())) {
      void message.warning(t('desk.callBackNeeded'))
      form.current?.querySelector<HTMLElement>('[data-call-back]')?.focus()
      return
    }
    await record.run({ ...result, outcome }, answersThatApply(task.questionnaire, answers), goOn)
  }

  const changeResult = (patch: Partial<Result>) => {
    if (patch.note !== undefined) keepNote(task.id, patch.note)
    setResult((before) => ({ ...before, ...patch }))
  }

  return (
    <div className="work" ref={form}>
      <div className="work-scroll">
        <div className="work-title">
          <h2>{task.title}</h2>
          <span className="secondary small">
            {task.personId !== null &&
              task.ladderStep === 'phone' &&
              t('desk.attemptsLeft', { n: task.attempts + 1, all: task.attemptsAllowed })}
          </span>
          <SaveState save={save} />
        </div>
        <LadderStepNote task={task} />
        <ListReasonLine reasons={task.standing} />
        {task.description && <p>{task.description}</p>}
        {wholeApp && task.kind === 'spot-check-review' && (
          <p>
            <Link
              to="/spot-checks"
              search={{ view: task.assigneeRole === 'department-head' ? 'appeals' : 'disagree' } as never}
            >
              {t('spotChecks.openReview')}
            </Link>
          </p>
        )}
        {task.questionnaire?.script && (
          <section className="script" aria-label={t('desk.script')}>
            <h3>{t('desk.script')}</h3>
            <p>{localized(task.questionnaire.script)}</p>
          </section>
        )}
        <AttemptHistory attempts={task.attemptList} />
        {task.personId !== null && (
          <div className="work-tools">
            {canWork && <GuidanceBar task={task} />}
            <LinkBar task={task} canWork={canWork} />
          </div>
        )}
        {task.questionnaire ? (
          <section aria-label={t('desk.questions')}>
            <div className="work-count">
              <h3>{t('desk.questions')}</h3>
              <span className="secondary small">
                {t('desk.questionCount', { done, all })}
                <ScoreText questionnaire={task.questionnaire} answers={answers} />
              </span>
            </div>
            {unfold(questions).map((question) => (
              <QuestionField
                key={question.linkId}
                question={question}
                value={answers[question.linkId]}
                disabled={!canWork}
                danger={
                  raised.some((flag) => flag.linkId === question.linkId)
                    ? 'raised'
                    : isDangerous(question, answers)
                      ? 'seen'
                      : null
                }
                problem={problem?.linkId === question.linkId ? problem.text : null}
                onChange={(value) => change(question.linkId, value)}
                onMove={(step) => moveFrom(question.linkId, step)}
              />
            ))}
          </section>
        ) : (
          task.personId !== null && <p className="secondary">{t('desk.noQuestions')}</p>
        )}
      </div>
      {canWork && (
        <OutcomeBar
          result={result}
          outcome={outcome}
          contact={task.personId !== null}
          busy={record.busy}
          onChange={changeResult}
          onFinish={(goOn) => void finish(goOn)}
        />
      )}
    </div>
  )
}
