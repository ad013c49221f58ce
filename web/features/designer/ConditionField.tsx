import { DeleteOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Condition, Question } from '../../../contract/questionnaire.ts'
import { PickField, TextField } from '../../ui/fields.ts'
import { useConditionWords } from '../questionnaire/useConditionWords.ts'
import { useLocalized } from '../task/localized.ts'
import { NumberInput } from './fields.tsx'

type Comparison = Extract<Condition, { fact: string }>
type Join = 'all' | 'any'

/** A condition as comparisons side by side; null when it is more intricate than that. */
function flat(condition: Condition): { join: Join; parts: Comparison[] } | null {
  if ('fact' in condition) return { join: 'all', parts: [condition] }
  const join = 'all' in condition ? 'all' : 'any' in condition ? 'any' : null
  if (!join) return null
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : []
  return parts.every((part): part is Comparison => 'fact' in part && !Array.isArray(part.value))
    ? { join, parts }
    : null
}

function joined(join: Join, parts: Comparison[]): Condition | undefined {
  const [only, ...more] = parts
  if (!only) return undefined
  if (more.length === 0) return only
  return join === 'all' ? { all: parts } : { any: parts }
}

/** A comparison that holds for a first answer of this question. */
export function comparisonWith(question: Question): Comparison {
  const fact = `answers.${question.linkId}`
  const first = question.options?.[0]?.value ?? ''
  switch (question.type) {
    case 'choice':
      return { fact, op: '=', value: first }
    case 'multiple':
      return { fact, op: 'contains', value: first }
    case 'boolean':
      return { fact, op: '=', value: true }
    case 'integer':
    case 'decimal':
    case 'scale':
      return { fact, op: '>=', value: question.min ?? 0 }
    default:
      return { fact, op: 'exists' }
  }
}

const operators = {
  choice: ['=', '!=', 'exists', 'missing'],
  multiple: ['contains', 'exists', 'missing'],
  boolean: ['=', 'exists', 'missing'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'exists', 'missing'],
  text: ['exists', 'missing', 'contains'],
  photo: ['exists', 'missing'],
} as const
const opWords = {
  '=': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  contains: 'contains',
  exists: 'exists',
  /** `exists` with the value false. */
  missing: 'missing',
} as const

function operatorsOf(question: Question | undefined): readonly (keyof typeof opWords)[] {
  if (!question) return operators.number
  const { type } = question
  if (type === 'choice' || type === 'multiple' || type === 'boolean' || type === 'photo')
    return operators[type]
  return ['integer', 'decimal', 'scale'].includes(type) ? operators.number : operators.text
}

type ConditionFieldProps = {
  value: Condition | undefined
  /** Questions whose answers may be asked about. */
  questions: Question[]
  /** Words for "no condition". */
  none: string
  onChange: (value: Condition | undefined) => void
}

/** When something holds: comparisons over answers, all or any of them. */
export function ConditionField({ value, questions, none, onChange }: ConditionFieldProps) {
  const { t } = useTranslation()
  const inWords = useConditionWords({ questions })
  const simple = value === undefined ? { join: 'all' as const, parts: [] } : flat(value)
  if (!simple) {
    return (
      <p>
        {t('designer.complex', { when: value ? inWords(value) : '' })}{' '}
        <Button size="small" onClick={() => onChange(undefined)}>
          {t('designer.remove')}
        </Button>
      </p>
    )
  }
  const { join, parts } = simple
  const put = (next: Comparison[], how = join) => onChange(joined(how, next))
  const [first] = questions
  return (
    <div className="design-conditions">
      {parts.length === 0 && <p className="secondary">{none}</p>}
      {parts.length > 1 && (
        <PickField
          label={t('designer.join')}
          value={join}
          options={[
            { value: 'all', text: t('designer.joinAll') },
            { value: 'any', text: t('designer.joinAny') },
          ]}
          onChange={(how) => put(parts, how as Join)}
        />
      )}
      {parts.map((part, at) => (
        <ComparisonLine
          key={at}
          part={part}
          questions={questions}
          onChange={(next) => put(parts.map((one, place) => (place === at ? next : one)))}
          onRemove={() => put(parts.filter((_, place) => place !== at))}
        />
      ))}
      {first ? (
        <Button size="small" onClick={() => put([...parts, comparisonWith(first)])}>
          {t('designer.addCondition')}
        </Button>
      ) : (
        parts.length === 0 && <p className="secondary small">{t('designer.nothingBefore')}</p>
      )}
    </div>
  )
}

type ComparisonLineProps = {
  part: Comparison
  questions: Question[]
  onChange: (part: Comparison) => void
  onRemove: () => void
}

function ComparisonLine({ part, questions, onChange, onRemove }: ComparisonLineProps) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const linkId = part.fact.replace(/^answers\./, '')
  const question = questions.find((one) => one.linkId === linkId)
  return (
    <div className="design-condition">
      <PickField
        label={t('designer.fact')}
        value={linkId}
        options={[
          ...(question ? [] : [{ value: linkId, text: linkId }]),
          ...questions.map((one) => ({ value: one.linkId, text: localized(one.text) || one.linkId })),
        ]}
        onChange={(chosen) => {
          const other = questions.find((one) => one.linkId === chosen)
          if (other) onChange(comparisonWith(other))
        }}
      />
      <PickField
        label={t('designer.operator')}
        value={part.op === 'exists' && part.value === false ? 'missing' : part.op}
        options={operatorsOf(question).map((op) => ({ value: op, text: t(`designer.op.${opWords[op]}`) }))}
        onChange={(op) =>
          onChange(
            op === 'exists'
              ? { fact: part.fact, op }
              : op === 'missing'
                ? { fact: part.fact, op: 'exists', value: false }
                : { ...part, op: op as Comparison['op'] },
          )
        }
      />
      {part.op !== 'exists' && <ValueField part={part} question={question} onChange={onChange} />}
      <Button
        size="small"
        aria-label={t('designer.remove')}
        icon={<DeleteOutlined aria-hidden />}
        onClick={onRemove}
      />
    </div>
  )
}

function ValueField({
  part,
  question,
  onChange,
}: {
  part: Comparison
  question: Question | undefined
  onChange: (part: Comparison) => void
}) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const label = t('designer.answer')
  if (question?.options)
    return (
      <PickField
        label={label}
        value={typeof part.value === 'string' ? part.value : ''}
        none=""
        options={question.options.map((one) => ({
          value: one.value,
          text: localized(one.text) || one.value,
        }))}
        onChange={(value) => onChange({ ...part, value })}
      />
    )
  if (question?.type === 'boolean')
    return (
      <PickField
        label={label}
        value={part.value === false ? 'false' : 'true'}
        options={[
          { value: 'true', text: t('common.yes') },
          { value: 'false', text: t('common.no') },
        ]}
        onChange={(value) => onChange({ ...part, value: value === 'true' })}
      />
    )
  if (question && ['integer', 'decimal', 'scale'].includes(question.type))
    return (
      <NumberInput
        label={label}
        value={typeof part.value === 'number' ? part.value : undefined}
        onChange={(value) => onChange({ ...part, value })}
      />
    )
  return (
    <TextField
      label={label}
      value={typeof part.value === 'string' ? part.value : ''}
      onChange={(value) => onChange({ ...part, value })}
    />
  )
}
