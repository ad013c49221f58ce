import { Suspense, lazy } from 'react'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import { exportTaskResponse } from '../../../contract/questionnaire.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { reopenTask } from '../../../contract/task-result.ts'
import { addressOf } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useWholeApp } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { shownQuestions } from './answering.ts'
import { AttemptHistory } from './AttemptHistory.tsx'
import { VoiceHistory } from './VoiceHistory.tsx'
import { AnswerList } from './AnswerText.tsx'
import { LadderStepNote } from './LadderStepNote.tsx'
import { ScoreText } from './ScoreText.tsx'
import { outcomeGroup } from './subject.ts'
import { refreshTask } from './useWork.ts'

const EvidencePanel = lazy(() => import('./EvidencePanel.tsx'))

export default function ClosedTask({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const wholeApp = useWholeApp()
  const code = useCode()
  const reopen = useDo(reopenTask, { done: t('desk.reopened'), onDone: () => refreshTask(task.id) })
  const answers = task.response?.answers ?? {}
  const lines = unfold(shownQuestions(task.questionnaire, answers))
    .map((question) => ({ question, value: answers[question.linkId] }))
    .filter(({ value }) => value !== undefined)
  return (
    <div className="work-scroll">
      <h2>{shipped(task.title)}</h2>
      <Notice
        tone="success"
        title={t('desk.closedTitle')}
        action={
          task.abilities.reopen && (
            <Button loading={reopen.isPending} onClick={() => reopen.mutate({ params: { id: task.id } })}>
              {t('desk.reopen')}
            </Button>
          )
        }
      >
        <StatusTag tone={task.outcome === 'done' ? 'success' : 'neutral'}>
          {code(outcomeGroup(task), task.outcome) || code('taskStatus', task.status)}
        </StatusTag>{' '}
        <TimeText at={task.completedAt} show="moment" />
        {task.questionnaire && <ScoreText questionnaire={task.questionnaire} answers={answers} />}
      </Notice>
      {task.ladderStep === 'lost' && <LadderStepNote task={task} />}
      {task.resultNote && <p className="pre-line">{task.resultNote}</p>}
      <Suspense fallback={null}>{task.personId !== null && <EvidencePanel task={task} />}</Suspense>
      <AttemptHistory attempts={task.attemptList} />
      <VoiceHistory task={task} />
      {lines.length > 0 && <AnswerList className="answer-list" lines={lines} />}
      {wholeApp && task.response && (
        <p>
          <Button href={addressOf(exportTaskResponse, { params: { id: task.id } })} download>
            {t('desk.exportFhir')}
          </Button>
        </p>
      )}
    </div>
  )
}
