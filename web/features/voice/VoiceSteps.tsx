import { useTranslation } from 'react-i18next'
import type { VoiceStep } from '../../../contract/voice.ts'
import { TimeText } from '../../ui/TimeText.tsx'

/** A call line by line: what was asked, what was heard. */
export function VoiceSteps({ steps }: { steps: readonly VoiceStep[] }) {
  const { t } = useTranslation()
  return (
    <ol className="voice-steps">
      {steps.map((one, index) => (
        <li key={index}>
          <span className="secondary small">
            <TimeText at={one.at} show="moment" />
          </span>{' '}
          {t(`voice.step.${one.kind}`)}
          {one.text && <b> {one.text}</b>}
          {one.confidence !== undefined && (
            <span className="secondary small">
              {' '}
              {t('voice.spoken', { percent: Math.round(one.confidence * 100) })}
            </span>
          )}
        </li>
      ))}
    </ol>
  )
}
