import { useTranslation } from 'react-i18next'
import type { Question } from '../../../contract/questionnaire.ts'
import type { AnswerValue } from './answering.ts'
import { useLocalized } from './localized.ts'
import { PhotoThumbs } from './PhotoThumbs.tsx'

export function AnswerText({ question, value }: { question: Question; value: AnswerValue | undefined }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  if (value === undefined || value === null) return <span className="secondary">—</span>
  if (typeof value === 'boolean') return <>{t(value ? 'common.yes' : 'common.no')}</>
  const word = (one: string) => {
    const option = question.options?.find((candidate) => candidate.value === one)
    return option ? localized(option.text) : one
  }
  if (question.type === 'photo')
    return <PhotoThumbs keys={Array.isArray(value) ? value : []} text={localized(question.text)} />
  if (Array.isArray(value)) return <>{value.map(word).join('、')}</>
  return (
    <>
      {word(String(value))} {question.unit}
    </>
  )
}
