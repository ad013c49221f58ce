import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import { exportTaskResponse } from '../../../contract/questionnaire.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { addressOf } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useWholeApp } from '../../session.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { shownQuestions } from './answering.ts'
import { AttemptHistory } from './AttemptHistory.tsx'
import { EvidencePanel } from './EvidencePanel.tsx'
import { AnswerText } from './AnswerText.tsx'
import { useLocalized } from './localized.ts'
import { LadderStepNote } from './LadderStepNote.tsx'
import { ScoreText } from './ScoreText.tsx'
import { outcomeGroup } from './subject.ts'

export function ClosedTask({
  task,
  busy,
  onReopen,
}: {
  task: TaskDetail
  busy: boolean
  onReopen: () => void
}) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const wholeApp = useWholeApp()
  const code = useCode()
  const localized = useLocalized()
  const answers = task.response?.answers ?? {}
  const questions = unfold(shownQuestions(task.questionnaire, answers)).filter(
    (question) => answers[question.linkId] !== undefined,
  )
  return (
    <div className="work-scroll">
      <h2>{shipped(task.title)}</h2>
      <div className="notice tone-success">
        <div>
          <strong>{t('desk.closedTitle')}</strong>
          <p>
            <StatusTag tone={task.outcome === 'done' ? 'success' : 'neutral'}>
              {code(outcomeGroup(task), task.outcome) || code('taskStatus', task.status)}
            </StatusTag>{' '}
            <TimeText at={task.completedAt} show="moment" />
            {task.questionnaire && <ScoreText questionnaire={task.questionnaire} answers={answers} />}
          </p>
        </div>
        {task.abilities.reopen && (
          <Button loading={busy} onClick={onReopen}>
            {t('desk.reopen')}
          </Button>
        )}
      </div>
      {task.ladderStep === 'lost' && <LadderStepNote task={task} />}
      {task.resultNote && <p className="pre-line">{task.resultNote}</p>}
      {task.personId !== null && <EvidencePanel task={task} />}
      <AttemptHistory attempts={task.attemptList} />
      {questions.length > 0 && (
        <dl className="answer-list">
          {questions.map((question) => (
            <div key={question.linkId}>
              <dt>{localized(question.text)}</dt>
              <dd>
                <AnswerText question={question} value={answers[question.linkId]} />
              </dd>
            </div>
          ))}
        </dl>
      )}
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
