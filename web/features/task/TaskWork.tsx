import { Link } from '@tanstack/react-router'
import { App } from 'antd'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import { unfold } from '../../../contract/answer.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { useWholeApp } from '../../session.tsx'
import { GuidanceBar } from '../guidance/GuidanceBar.tsx'
import { LinkBar } from '../link/LinkBar.tsx'
import { AttemptHistory } from './AttemptHistory.tsx'
import { VoiceHistory } from './VoiceHistory.tsx'
import {
  type AnswerValue,
  answersThatApply,
  firstMissing,
  isDangerous,
  isOpenChoice,
  numberProblem,
  progress,
  shownQuestions,
  tooLong,
} from './answering.ts'
import { useLocalized } from './localized.ts'
import { changeDraft, draftOf, dropDraft, unsavedAnswers } from './draft.ts'
import { longestNote, OutcomeBar, type Result } from './OutcomeBar.tsx'
import { sendingIn } from './photos.ts'
import { QuestionField } from './QuestionField.tsx'
import { ListReasonLine } from './ListReasonLine.tsx'
import { LadderStepNote } from './LadderStepNote.tsx'
import { RedFlagBrief } from './RedFlagBrief.tsx'
import { ScoreText } from './ScoreText.tsx'
import { useAutosave } from './useAutosave.ts'
import type { Calling } from './useCalling.ts'
import { outcomesSelector, questionSelector, useFocus } from './useFocus.ts'
import { useRecord } from './useRecord.tsx'

const BookBar = lazy(() => import('../appointment/BookBar.tsx'))
const DatePicker = lazy(() => import('../../ui/DatePicker.tsx'))

type TaskWorkProps = {
  task: TaskDetail
  canWork: boolean
  calling: Calling
  onNext: (afterTaskId: number) => Promise<TaskDetail | null>
  onOpen: (taskId: number | null) => void
}

function usualChannel(task: TaskDetail): Result['channel'] {
  if (task.response?.source === 'person') return 'other'
  if (task.ladderStep === 'letter' && task.attemptsMade === 0) return 'letter'
  return task.kind === 'home-visit' ? 'visit' : 'phone'
}

export function TaskWork({ task, canWork, calling, onNext, onOpen }: TaskWorkProps) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const localized = useLocalized()
  const wholeApp = useWholeApp()
  const { message } = App.useApp()
  const form = useRef<HTMLDivElement>(null)
  const [unsaved] = useState(() => (canWork ? unsavedAnswers(task) : null))
  const [answers, setAnswers] = useState<Answers>(unsaved ?? task.response?.answers ?? {})
  const [raised, setRaised] = useState<{ linkId: string; text: string }[]>([])
  const [problem, setProblem] = useState<{ linkId: string; text: string } | null>(null)
  const [result, setResult] = useState<Result>(() => ({
    outcome: null,
    note: '',
    callBackAt: '',
    optOut: false,
    channel: usualChannel(task),
    ...draftOf(task.id).result,
  }))
  const { save, queue, settle } = useAutosave(task, canWork, (saved) => {
    setRaised(saved.redFlags)
  })
  const record = useRecord({
    task,
    onNext,
    onOpen,
    settle,
    calling,
    onRecorded: () => dropDraft(task.id),
    onRefused: () => send(answers),
  })

  useEffect(() => {
    if (!unsaved) return
    queue(unsaved)
    void message.info(t('desk.restored'))
  }, [unsaved, queue, message, t])

  const questions = useMemo(() => shownQuestions(task.questionnaire, answers), [task.questionnaire, answers])
  const { done, all } = progress(questions, answers)
  const missing = firstMissing(questions, answers)
  // When everything required is answered the call went well, so the nurse need not say so again.
  const outcome = result.outcome ?? (done > 0 && !missing ? 'done' : null)

  const open = unfold(questions).find((question) => isOpenChoice(question, answers))?.linkId
  const focus = useFocus(form, canWork, open, done > 0)

  const change = (linkId: string, value: AnswerValue) => {
    const next = { ...answers, [linkId]: value }
    setAnswers(next)
    setProblem(null)
    send(next)
  }

  /** Text that is too long waits until it is shortened: the server would take none of the answers. */
  const send = (all: Answers) => {
    const given = answersThatApply(task.questionnaire, all)
    if (tooLong(given) === undefined) queue(given)
    else changeDraft(task.id, { answers: given })
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
      if (missing) focus.focusQuestion(missing.linkId)
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
        focus.focusQuestion(first.linkId)
        return
      }
    }
    if (outcome === 'call-back' && !(new Date(result.callBackAt) > new Date())) {
      void message.warning(t('desk.callBackNeeded'))
      document.getElementById('call-back-at')?.focus()
      return
    }
    const given = answersThatApply(task.questionnaire, answers)
    const long = tooLong(given)
    if (long !== undefined) {
      focus.focusQuestion(long)
      return
    }
    if (result.note.length > longestNote) {
      form.current?.querySelector<HTMLElement>('[data-note]')?.focus()
      return
    }
    await record.run({ ...result, outcome }, given, goOn)
  }

  const changeResult = (patch: Partial<Result>) => {
    changeDraft(task.id, { result: { ...draftOf(task.id).result, ...patch } })
    setResult((before) => ({ ...before, ...patch }))
  }

  return (
    <div className="work" ref={form}>
      <div className="work-scroll">
        <div className="work-title">
          <h2>{shipped(task.title)}</h2>
          <span className="secondary small">
            {task.personId !== null &&
              task.ladderStep === 'phone' &&
              t('desk.attemptsLeft', { n: task.attempts + 1, all: task.attemptsAllowed })}
          </span>
        </div>
        <LadderStepNote task={task} />
        <ListReasonLine reasons={task.standing} />
        {task.alarms.length > 0 && <RedFlagBrief task={task} />}
        {task.description && <p>{shipped(task.description)}</p>}
        {wholeApp && task.kind === 'spot-check-review' && (
          <p>
            <Link
              to="/spot-checks"
              search={{ view: task.assigneeRole === 'department-head' ? 'appeals' : 'disagree' } as never}
            >
              {t('desk.openReview')}
            </Link>
          </p>
        )}
        {task.questionnaire?.script && (
          <section className="script" aria-label={t('desk.script')}>
            <h3>{t('desk.script')}</h3>
            <p>{localized(task.questionnaire.script)}</p>
            {task.card?.birthDate && (
              <p className="secondary small">{t('desk.identityCheck', { birthDate: task.card.birthDate })}</p>
            )}
          </section>
        )}
        <AttemptHistory attempts={task.attemptList} />
        <VoiceHistory task={task} />
        {task.personId !== null && (
          <div className="work-tools">
            {canWork && <GuidanceBar task={task} />}
            <LinkBar task={task} canWork={canWork} />
            {canWork && wholeApp && (
              <Suspense>
                <BookBar task={task} />
              </Suspense>
            )}
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
                next={question.linkId === open}
                DatePicker={DatePicker}
                danger={
                  raised.some((flag) => flag.linkId === question.linkId)
                    ? 'raised'
                    : isDangerous(question, answers)
                      ? 'seen'
                      : null
                }
                problem={problem?.linkId === question.linkId ? problem.text : null}
                onChange={(value) => change(question.linkId, value)}
                onMove={(step) => focus.move(questionSelector(question.linkId), step)}
              />
            ))}
          </section>
        ) : (
          task.personId !== null &&
          task.alarms.length === 0 && <p className="secondary">{t('desk.noQuestions')}</p>
        )}
      </div>
      {canWork && (
        <OutcomeBar
          {...{ task, result, outcome, save, calling }}
          busy={record.busy}
          onChange={changeResult}
          onFinish={(goOn) => void finish(goOn)}
          onUp={() => focus.move(outcomesSelector, -1)}
        />
      )}
    </div>
  )
}
