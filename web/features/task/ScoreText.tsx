import { useTranslation } from 'react-i18next'
import type { Answers, Band, QuestionnaireBody } from '../../../contract/questionnaire.ts'
import { bandOf, scoreOf } from '../../../contract/score.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { useLocalized } from './localized.ts'

export const bandTone: Record<Band['tone'], Tone> = { good: 'success', watch: 'warning', bad: 'danger' }

/** Total so far, and what it means once everything that counts is answered. */
export function ScoreText({
  questionnaire,
  answers,
}: {
  questionnaire: Pick<QuestionnaireBody, 'items' | 'scoring' | 'bands'>
  answers: Answers
}) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const score = scoreOf(questionnaire, answers)
  if (score === null || Object.keys(answers).length === 0) return null
  const band = bandOf(questionnaire, answers)
  return (
    <>
      {' · '}
      {t('desk.score', { n: score })}
      {band && (
        <>
          {' '}
          <StatusTag tone={bandTone[band.tone]}>{localized(band.text)}</StatusTag>
          {band.advice && <span className="secondary small"> {localized(band.advice)}</span>}
        </>
      )}
    </>
  )
}
