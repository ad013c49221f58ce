import { ExclamationCircleFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { remindOwner, type TaskDetail } from '../../../contract/task.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { Notice } from '../../ui/Notice.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { AnswerText } from './AnswerText.tsx'
import { useSeconds } from './CallBar.tsx'
import { useLocalized } from './localized.ts'
import { rememberWork } from './useWork.ts'

const KeptSlots = lazy(() => import('../appointment/KeptSlots.tsx'))

/** What the patient said, to whom and when, and how much time is left: all that a doctor needs before dialling. */
export function RedFlagBrief({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const left = -(useSeconds(Date.parse(task.dueAt)) ?? 0)
  const minutes = Math.floor(Math.abs(left) / 60)
  const conditions = task.card?.stay?.conditions.map((one) => one.text) ?? []
  const drugs = task.card?.medications.map((one) => [one.text, one.dose].filter(Boolean).join(' ')) ?? []
  return (
    <section className="red-flag-brief" aria-label={t('desk.redFlag')}>
      <h3>
        <ExclamationCircleFilled aria-hidden /> {t('desk.redFlagTold')}
        {task.status !== 'completed' && (
          <b className="red-flag-left">
            {t(left > 0 ? 'desk.redFlagLeft' : 'desk.redFlagLate', {
              time:
                minutes < 120
                  ? t('desk.minutes', { n: minutes })
                  : t('desk.hours', { n: Math.floor(minutes / 60) }),
            })}
          </b>
        )}
      </h3>
      <dl>
        {task.alarms.map(({ text, line, source, byName, at }) => (
          <div key={`${at}${text['zh-CN']}`}>
            <dt className="secondary">{line ? localized(line.question.text) : t('desk.redFlagScore')}</dt>
            <dd>
              <b>{line && <AnswerText question={line.question} value={line.value} />}</b>{' '}
              <span className="text-danger">{localized(text)}</span>{' '}
              <span className="secondary small">
                {source === 'person'
                  ? t('desk.redFlagByPerson')
                  : t('desk.redFlagBy', { name: byName ?? '' })}{' '}
                · <TimeText at={at} show="moment" />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {task.personId !== null && (
        <Suspense>
          <KeptSlots personId={task.personId} />
        </Suspense>
      )}
      {conditions.length > 0 && (
        <p>
          <span className="secondary">{t('desk.conditions')}</span> {conditions.join('、')}
        </p>
      )}
      {drugs.length > 0 && (
        <p>
          <span className="secondary">{t('desk.medications')}</span> {drugs.join('、')}
        </p>
      )}
    </section>
  )
}

/** Somebody else acts on this one; who fears that it is overlooked says so. */
export function OthersRedFlag({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const owner = task.assigneeName ?? code('role', task.assigneeRole)
  const remind = useDo(remindOwner, {
    done: t('desk.reminded', { name: owner }),
    onDone: (after) => rememberWork(after, false),
  })
  return (
    <Notice
      tone="warning"
      title={t('desk.redFlagOf', { name: owner })}
      action={
        task.abilities.remind && (
          <Button loading={remind.isPending} onClick={() => remind.mutate({ params: { id: task.id } })}>
            {t('desk.remind')}
          </Button>
        )
      }
    >
      {task.remindedAt
        ? t('desk.remindedAt', { time: time.relative(task.remindedAt) })
        : t('desk.redFlagOfHint')}
    </Notice>
  )
}
