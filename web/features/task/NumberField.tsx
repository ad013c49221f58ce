import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Question } from '../../../contract/questionnaire.ts'
import { type AnswerValue, numberProblem } from './answering.ts'

type NumberFieldProps = {
  question: Question
  value: AnswerValue | undefined
  labelId: string
  disabled: boolean
  onChange: (value: AnswerValue) => void
  onMove: (step: 1 | -1) => void
}

/** A text field for numbers: the browser's own number field would take the arrow keys and the wheel. */
export function NumberField({ question, value, labelId, disabled, onChange, onMove }: NumberFieldProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(value == null ? '' : String(value))
  const problem = numberProblem(question, text)
  return (
    <div>
      <span className="number-line">
        <input
          className="field-input"
          inputMode="decimal"
          aria-labelledby={labelId}
          aria-invalid={problem !== null}
          autoComplete="off"
          data-focus
          disabled={disabled}
          value={text}
          onChange={(event) => {
            // Chinese input methods write full-width digits and dots.
            const next = event.target.value.normalize('NFKC').replace('。', '.').trim()
            setText(next)
            onChange(next === '' || numberProblem(question, next) === 'mustBeNumber' ? null : Number(next))
          }}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return
            if (event.key !== 'Enter' && event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
            event.preventDefault()
            onMove(event.key === 'ArrowUp' ? -1 : 1)
          }}
        />
        {question.unit && <span className="secondary">{question.unit}</span>}
      </span>
      {problem && (
        <p className="field-error" role="alert">
          {t(`desk.${problem}`, { min: question.min ?? '', max: question.max ?? '' })}
        </p>
      )}
    </div>
  )
}
