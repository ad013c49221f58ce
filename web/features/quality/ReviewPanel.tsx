import '../task/work.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import {
  acknowledgeCallReview,
  type CallReviewDetail,
  finishCallReview,
  getCallQuality,
  getCallReview,
  listCallReviews,
} from '../../../contract/call-quality.ts'
import { scoreCall } from '../../../contract/call-score.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import { count, duration, nothing } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { SidePanel } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { AreaField } from '../../ui/fields.ts'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { answersThatApply, firstMissing, shownQuestions } from '../task/answering.ts'
import { QuestionField } from '../task/QuestionField.tsx'
import { CriticalTags } from './CriticalTags.tsx'

const stale = [listCallReviews, getCallReview, getCallQuality]

/** One call with its recording and its form: filled in by who scores, read by the agent. */
export function ReviewPanel({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useCall(getCallReview, { params: { id } })
  const { data: review } = query
  return (
    <SidePanel title={t('callQuality.review', { n: id })} onClose={onClose}>
      {query.isError || !review ? (
        <Unloaded query={query} />
      ) : (
        <div className="stack">
          <CallFacts review={review} />
          {review.abilities.score ? (
            <Scoring key={review.reviewedAt ?? 'new'} review={review} onDone={onClose} />
          ) : (
            <Scored review={review} />
          )}
        </div>
      )}
    </SidePanel>
  )
}

function CallFacts({ review }: { review: CallReviewDetail }) {
  const { t } = useTranslation()
  const [playing, setPlaying] = useState(false)
  return (
    <dl className="facts">
      <Fact name={t('calls.agent')}>{review.userName}</Fact>
      <Fact name={t('callQuality.callAt')}>
        <TimeText at={review.callAt} show="moment" />
        {review.talkedSeconds !== null && ` · ${duration(review.talkedSeconds)}`}
      </Fact>
      <Fact name={t('calls.party')}>{review.personName ?? t('calls.unknownParty')}</Fact>
      <Fact name={t('calls.disposition')}>
        {review.disposition ? t(`calls.dispositions.${review.disposition}`) : nothing}
      </Fact>
      {review.note && (
        <Fact name={t('calls.note')}>
          <span className="pre-line">{review.note}</span>
        </Fact>
      )}
      <Fact name={t('calls.recording')}>
        {!review.abilities.listen ? (
          t('callQuality.noRecording')
        ) : playing ? (
          <audio
            controls
            autoPlay
            src={`/api/v1/calls/${review.callId}/recording`}
            aria-label={t('calls.recording')}
          />
        ) : (
          <Button size="small" onClick={() => setPlaying(true)}>
            {t('calls.play')}
          </Button>
        )}
      </Fact>
      <Fact name={t('callQuality.origin')}>
        {review.week ? t('callQuality.drawnFrom', { date: review.week }) : t('callQuality.chosen')}
      </Fact>
    </dl>
  )
}

function Scoring({ review, onDone }: { review: CallReviewDetail; onDone: () => void }) {
  const { t } = useTranslation()
  const form = review.questionnaire
  const [answers, setAnswers] = useState<Answers>(review.answers)
  const [comment, setComment] = useState(review.comment ?? '')
  const [asked, setAsked] = useState(false)
  const finish = useDo(finishCallReview, { done: t('callQuality.saved'), stale, onDone })
  const applying = answersThatApply(form, answers)
  const missing = firstMissing(shownQuestions(form, answers), answers)
  const { score } = scoreCall(form, applying)
  const save = () => {
    setAsked(true)
    if (!missing) finish.mutate({ params: { id: review.id }, body: { answers: applying, comment } })
  }
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      {unfold(shownQuestions(form, answers)).map((question) => (
        <QuestionField
          key={question.linkId}
          question={question}
          value={answers[question.linkId]}
          disabled={finish.isPending}
          danger={null}
          problem={asked && missing?.linkId === question.linkId ? t('callQuality.missing') : null}
          onChange={(value) => setAnswers((before) => ({ ...before, [question.linkId]: value }))}
          onMove={() => undefined}
        />
      ))}
      <AreaField label={t('callQuality.comment')} rows={3} value={comment} onChange={setComment} />
      <p role="status">
        {t('callQuality.points', { n: score === null ? nothing : count(Math.round(score)) })}
      </p>
      <Button type="primary" htmlType="submit" loading={finish.isPending}>
        {t('callQuality.finish')}
      </Button>
    </form>
  )
}

function Scored({ review }: { review: CallReviewDetail }) {
  const { t } = useTranslation()
  if (review.state === 'open') return <p className="secondary">{t('callQuality.ownCall')}</p>
  const questions = unfold(shownQuestions(review.questionnaire, review.answers))
  return (
    <>
      <dl className="facts">
        <Fact name={t('callQuality.score')}>
          {review.score === null ? nothing : count(Math.round(review.score))}
        </Fact>
        <Fact name={t('callQuality.critical')}>
          <CriticalTags review={review} />
        </Fact>
        <Fact name={t('callQuality.scoredBy')}>
          {review.reviewedByName} <TimeText at={review.reviewedAt} show="moment" />
        </Fact>
        {review.comment && (
          <Fact name={t('callQuality.comment')}>
            <span className="pre-line">{review.comment}</span>
          </Fact>
        )}
        {review.agentComment && (
          <Fact name={t('callQuality.agentComment')}>
            <span className="pre-line">{review.agentComment}</span>
          </Fact>
        )}
      </dl>
      {questions.map((question) => (
        <QuestionField
          key={question.linkId}
          question={question}
          value={review.answers[question.linkId]}
          disabled
          danger={null}
          problem={null}
          onChange={() => undefined}
          onMove={() => undefined}
        />
      ))}
      {review.abilities.acknowledge && <Acknowledge review={review} />}
    </>
  )
}

function Acknowledge({ review }: { review: CallReviewDetail }) {
  const { t } = useTranslation()
  const form = useContractForm(acknowledgeCallReview, {
    params: { id: review.id },
    values: { comment: '' },
    done: t('callQuality.acknowledged'),
    stale,
  })
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
    >
      <AreaField label={t('callQuality.agentComment')} rows={2} {...form.text('comment')} />
      <Button type="primary" htmlType="submit" loading={form.saving}>
        {t('callQuality.acknowledge')}
      </Button>
    </form>
  )
}
