import './voice.css'
import { useTranslation } from 'react-i18next'
import { listTaskVoiceCalls } from '../../../contract/voice.ts'
import { useCall } from '../../query.ts'
import { TimeText } from '../../ui/TimeText.tsx'
import { VoiceSteps } from './VoiceSteps.tsx'

/** The calls of the machine about a task. */
export default function VoiceCalls({ taskId }: { taskId: number }) {
  const { t } = useTranslation()
  const calls = useCall(listTaskVoiceCalls, { params: { id: taskId } })
  const items = calls.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="attempts" aria-label={t('voice.inTask')}>
      <h3>{t('voice.inTask')}</h3>
      {items.map((one) => (
        <details key={one.id} open={one.id === items.at(-1)?.id}>
          <summary>
            <TimeText at={one.plannedAt} show="moment" /> ·{' '}
            <b>{one.outcome ? t(`voice.outcome.${one.outcome}`) : t(`voice.stateWord.${one.state}`)}</b>
            {one.seconds !== null && <> · {t('voice.secondsOf', { n: one.seconds })}</>}
          </summary>
          <VoiceSteps steps={one.steps} />
        </details>
      ))}
    </section>
  )
}
