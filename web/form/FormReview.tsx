import { useTranslation } from 'react-i18next'
import type { Answers, Question } from '../../contract/questionnaire.ts'
import { AnswerText } from '../features/task/AnswerText.tsx'
import { useLocalized } from '../features/task/localized.ts'

type FormReviewProps = {
  questions: Question[]
  answers: Answers
  onChange: (linkId: string) => void
}

/** All answers once more before they are handed in. */
export function FormReview({ questions, answers, onChange }: FormReviewProps) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const asked = questions.filter((question) => question.type !== 'group' && question.type !== 'display')
  return (
    <>
      <h1>{t('form.reviewTitle')}</h1>
      <p className="secondary">{t('form.reviewHint')}</p>
      <dl className="form-review">
        {asked.map((question) => {
          const text = localized(question.text)
          return (
            <div key={question.linkId}>
              <dt>{text}</dt>
              <dd>
                <span>
                  <AnswerText question={question} value={answers[question.linkId]} />
                </span>
                <button type="button" className="plain-button" onClick={() => onChange(question.linkId)}>
                  {t('form.change')}
                  <span className="visually-hidden"> {text}</span>
                </button>
              </dd>
            </div>
          )
        })}
      </dl>
    </>
  )
}
