import { useTranslation } from 'react-i18next'
import type { Question } from '../../contract/questionnaire.ts'
import { useLocalized } from '../features/task/localized.ts'

/** A dangerous answer: what to do now, in plain words, with the number to call. */
export function Alarm({ number, questions }: { number: string; questions: Pick<Question, 'redFlag'>[] }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const advice = questions.flatMap((question) => (question.redFlag?.advice ? [question.redFlag.advice] : []))
  return (
    <div className="form-alarm" role="alert">
      <strong>{t('form.alarmTitle')}</strong>
      {[...new Set(advice.map(localized))].map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p>{t('form.alarm', { number })}</p>
      <a className="form-call" href={`tel:${number}`}>
        {t('form.call', { number })}
      </a>
    </div>
  )
}
