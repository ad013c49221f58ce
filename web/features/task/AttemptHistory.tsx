import { useTranslation } from 'react-i18next'
import type { TaskDetail } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { TimeText } from '../../ui/TimeText.tsx'

export function AttemptHistory({ attempts }: { attempts: TaskDetail['attemptList'] }) {
  const { t } = useTranslation()
  const code = useCode()
  if (attempts.length === 0) return null
  return (
    <section className="attempts">
      <h3>{t('desk.history')}</h3>
      <ol>
        {attempts.map((attempt) => (
          <li key={attempt.id}>
            <span>
              {t('desk.attempt', { n: attempt.number })} · <b>{code('outcome', attempt.outcome)}</b> ·{' '}
              {attempt.ladderStep !== 'phone' && `${t(`ladder.step.${attempt.ladderStep}`)} · `}
              {code('channel', attempt.channel)}
              {attempt.callee &&
                ` → ${code('relation', attempt.callee.relation)} ${attempt.callee.name}`} ·{' '}
              {attempt.staffName} · <TimeText at={attempt.at} show="moment" />
            </span>
            {attempt.note && <p className="secondary">{attempt.note}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}
