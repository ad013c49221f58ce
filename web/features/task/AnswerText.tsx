import { useTranslation } from 'react-i18next'
import type { Question } from '../../../contract/questionnaire.ts'
import type { AnswerValue } from './answering.ts'
import { useLocalized } from './localized.ts'
import { PhotoThumbs } from './PhotoThumbs.tsx'

/** The words of an answer, for a line of text; null for pictures and where nothing was said. */
export function useAnswerWords() {
  const { t } = useTranslation()
  const localized = useLocalized()
  return (question: Question, value: AnswerValue | undefined): string | null => {
    if (value === undefined || value === null || question.type === 'photo') return null
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
    const word = (one: string) => {
      const option = question.options?.find((candidate) => candidate.value === one)
      return option ? localized(option.text) : one
    }
    if (Array.isArray(value)) return value.map(word).join('、')
    return [word(String(value)), question.unit].filter(Boolean).join(' ')
  }
}

export function AnswerText({ question, value }: { question: Question; value: AnswerValue | undefined }) {
  const localized = useLocalized()
  const words = useAnswerWords()(question, value)
  if (question.type === 'photo')
    return <PhotoThumbs keys={Array.isArray(value) ? value : []} text={localized(question.text)} />
  return words === null ? <span className="secondary">—</span> : <>{words}</>
}

type AnswerListProps = {
  lines: readonly { question: Question; value?: AnswerValue | undefined }[]
  className?: string
}

/** Questions with what was answered. */
export function AnswerList({ lines, className }: AnswerListProps) {
  const localized = useLocalized()
  return (
    <dl className={className}>
      {lines.map(({ question, value }) => (
        <div key={question.linkId}>
          <dt className="secondary">{localized(question.text)}</dt>
          <dd>
            <AnswerText question={question} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
