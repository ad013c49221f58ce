import { ExclamationCircleFilled } from '@ant-design/icons'
import { type ComponentType, type KeyboardEvent, Suspense, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Question } from '../../../contract/questionnaire.ts'
import { type AnswerValue, longestText } from './answering.ts'
import { ChoiceField } from './ChoiceField.tsx'
import { useLocalized } from './localized.ts'
import { NumberField } from './NumberField.tsx'
import { PhotoField } from './PhotoField.tsx'
import { TextCount } from './TextCount.tsx'

/** The kit's date picker, for pages that load Ant Design; the others use the browser's. */
type DateControl = ComponentType<{
  kind: 'day'
  value: string
  disabled: boolean
  'aria-label': string
  onChange: (value: string) => void
}>

type QuestionFieldProps = {
  question: Question
  value: AnswerValue | undefined
  disabled: boolean
  /** `seen`: the answer is a red flag; `raised`: the server has notified the doctor. */
  danger: 'seen' | 'raised' | null
  problem: string | null
  /** The digits answer this one wherever the focus is. */
  next?: boolean
  DatePicker?: DateControl
  onChange: (value: AnswerValue) => void
  onMove: (step: 1 | -1) => void
}

export function QuestionField(props: QuestionFieldProps) {
  const { question, danger, problem } = props
  const { t } = useTranslation()
  const localized = useLocalized()
  const id = useId()
  const text = localized(question.text)

  if (question.type === 'group') return <h3 className="question-group">{text}</h3>
  const flag = danger && question.redFlag && (
    <p className="question-flag" role="alert">
      <ExclamationCircleFilled aria-hidden />{' '}
      {t(danger === 'raised' ? 'desk.redFlagRaised' : 'desk.redFlagHere', {
        text: localized(question.redFlag.text),
      })}
    </p>
  )
  if (question.type === 'display') {
    return (
      <div className="question-display">
        <p>{text}</p>
        {flag}
      </div>
    )
  }

  return (
    <div
      className={`question ${danger ? 'is-dangerous' : ''} ${props.next ? 'is-next' : ''}`}
      data-question={question.linkId}
    >
      <div id={id} className="question-text">
        {text}
        {question.required && (
          <span className="question-required" title={t('desk.required')}>
            <span aria-hidden="true">*</span>
            <span className="visually-hidden">{t('desk.required')}</span>
          </span>
        )}
      </div>
      {question.help && <p className="secondary small">{localized(question.help)}</p>}
      <Answer {...props} labelId={id} />
      {flag}
      {problem && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

function Answer({
  question,
  value,
  disabled,
  labelId,
  DatePicker,
  onChange,
  onMove,
}: QuestionFieldProps & { labelId: string }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const common = { labelId, disabled, onMove }
  switch (question.type) {
    case 'choice':
    case 'multiple':
      return (
        <ChoiceField
          {...common}
          options={(question.options ?? []).map((option) => ({
            value: option.value,
            text: localized(option.text),
          }))}
          multiple={question.type === 'multiple'}
          selected={Array.isArray(value) ? value : value == null ? [] : [String(value)]}
          onChange={(selected) => onChange(question.type === 'multiple' ? selected : (selected[0] ?? null))}
        />
      )
    case 'boolean':
      return (
        <ChoiceField
          {...common}
          options={[
            { value: 'true', text: t('common.yes') },
            { value: 'false', text: t('common.no') },
          ]}
          multiple={false}
          selected={typeof value === 'boolean' ? [String(value)] : []}
          onChange={(selected) => onChange(selected[0] === undefined ? null : selected[0] === 'true')}
        />
      )
    case 'scale': {
      const low = question.min ?? 0
      const high = question.max ?? 10
      return (
        <ChoiceField
          {...common}
          options={Array.from({ length: high - low + 1 }, (_, step) => ({
            value: String(low + step),
            text: String(low + step),
          }))}
          multiple={false}
          digitsAreValues
          selected={typeof value === 'number' ? [String(value)] : []}
          onChange={(selected) => onChange(selected[0] === undefined ? null : Number(selected[0]))}
        />
      )
    }
    case 'integer':
    case 'decimal':
      return <NumberField {...common} question={question} value={value} onChange={onChange} />
    case 'photo':
      return (
        <PhotoField
          {...common}
          question={question}
          text={localized(question.text)}
          value={value}
          onChange={onChange}
        />
      )
    case 'text':
      return (
        <>
          <textarea
            className="field-input"
            rows={2}
            aria-labelledby={labelId}
            data-focus
            disabled={disabled}
            value={typeof value === 'string' ? value : ''}
            onChange={(event) => onChange(event.target.value)}
          />
          {typeof value === 'string' && <TextCount text={value} of={longestText} />}
        </>
      )
    default: {
      const isDate = question.type === 'date'
      const text = typeof value === 'string' ? value : ''
      const onKeyDown = (event: KeyboardEvent) => {
        if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return
        const down = event.key === 'Enter' || (event.key === 'ArrowDown' && !isDate)
        const up = event.key === 'ArrowUp' && !isDate
        if (!down && !up) return
        event.preventDefault()
        onMove(down ? 1 : -1)
      }
      if (isDate && DatePicker)
        return (
          <div onKeyDown={onKeyDown}>
            <Suspense fallback={<span className="picker-place" />}>
              <DatePicker
                kind="day"
                aria-label={localized(question.text)}
                data-focus
                disabled={disabled}
                value={text}
                onChange={(day) => onChange(day || null)}
              />
            </Suspense>
          </div>
        )
      return (
        <input
          className="field-input"
          type={isDate ? 'date' : 'text'}
          aria-labelledby={labelId}
          data-focus
          disabled={disabled}
          value={text}
          onChange={(event) => onChange(event.target.value || null)}
          onKeyDown={onKeyDown}
        />
      )
    }
  }
}
