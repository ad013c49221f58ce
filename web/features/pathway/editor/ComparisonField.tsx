import { useTranslation } from 'react-i18next'
import type { Condition } from '../../../../contract/questionnaire.ts'
import { SelectFilter } from '../../../ui/SelectFilter.tsx'
import { type Fact, usualDays } from './useFacts.ts'
import { NumberField, TextField } from '../../../ui/fields.ts'

type Comparison = Extract<Condition, { fact: string }>
type Operator = Comparison['op']

const operators: Record<Fact['type'], Operator[]> = {
  number: ['>=', '<=', '>', '<', '=', '!=', 'exists'],
  choice: ['=', '!=', 'in', 'exists'],
  several: ['contains', 'exists'],
  boolean: ['=', 'exists'],
  codes: ['contains', 'exists'],
  text: ['=', '!=', 'contains', 'exists'],
}

/** A value that fits a fact and an operator: the one there was if it does. */
function fitting(fact: Fact, op: Operator, value: unknown): unknown {
  if (op === 'exists') return value !== false
  if (op === 'in') {
    if (Array.isArray(value)) return value
    return typeof value === 'string' && value ? [value] : fact.options.slice(0, 1).map((one) => one.value)
  }
  if (fact.type === 'number') return typeof value === 'number' ? value : 0
  if (fact.type === 'boolean') return value !== false
  const text =
    typeof value === 'string' ? value : Array.isArray(value) && typeof value[0] === 'string' ? value[0] : ''
  if (fact.options.length === 0 || fact.options.some((one) => one.value === text)) return text
  return fact.options[0]?.value ?? text
}

/** One comparison: what is asked, how, and with what. */
export function ComparisonField({
  comparison,
  facts,
  onChange,
}: {
  comparison: Comparison
  facts: readonly Fact[]
  onChange: (comparison: Comparison) => void
}) {
  const { t } = useTranslation()
  const { op, value } = comparison
  // A fact that is not on the list, such as one written by hand, stays and is shown by its name.
  const fact: Fact = facts.find((one) => stands(one, comparison.fact)) ?? {
    name: comparison.fact,
    text: comparison.fact,
    type: typeof value === 'number' ? 'number' : 'text',
    options: [],
  }
  const offered = facts.includes(fact) ? facts : [...facts, fact]
  const allowed = operators[fact.type].includes(op) ? operators[fact.type] : [...operators[fact.type], op]
  const choose = (name: string | undefined) => {
    const next = offered.find((one) => one.name === name)
    if (!next) return
    const fits = operators[next.type].includes(op) ? op : (operators[next.type][0] ?? '=')
    onChange({
      fact: next.name,
      op: fits,
      value: fitting(next, fits, next.type === fact.type ? value : undefined),
      ...(next.aged === 'must' && { withinDays: usualDays }),
    })
  }
  return (
    <>
      <SelectFilter
        label={t('editor.fact')}
        value={fact.name}
        options={offered.map((one) => ({ value: one.name, text: one.text }))}
        onChange={choose}
      />
      {fact.coded && (
        <TextField
          inline
          className="filter-text"
          label={t('editor.resultCode')}
          maxLength={60}
          value={comparison.fact.slice(fact.name.length)}
          onChange={(text) => onChange({ ...comparison, fact: `${fact.name}${text.trim()}` })}
        />
      )}
      <SelectFilter
        label={t('editor.operator')}
        value={op}
        options={allowed.map((one) => ({ value: one, text: t(`editor.op.${operatorKey(one, fact.type)}`) }))}
        onChange={(chosen) => {
          const next = allowed.find((one) => one === chosen) ?? op
          onChange({ ...comparison, op: next, value: fitting(fact, next, value) })
        }}
      />
      <Value fact={fact} comparison={comparison} onChange={onChange} />
      {fact.coded && op !== 'exists' && (
        <TextField
          inline
          className="condition-number"
          label={t('editor.resultUnit')}
          maxLength={40}
          value={comparison.unit ?? ''}
          onChange={(unit) => onChange({ ...comparison, unit: unit.trim() || undefined })}
        />
      )}
      {fact.aged && <Age must={fact.aged === 'must'} comparison={comparison} onChange={onChange} />}
    </>
  )
}

/** Whether a fact of the list is the one that a condition names. */
function stands(fact: Fact, name: string): boolean {
  return fact.coded ? name.startsWith(fact.name) : fact.name === name
}

/** Maximum age; if optional, empty means any age. */
function Age({
  must,
  comparison,
  onChange,
}: {
  must: boolean
  comparison: Comparison
  onChange: (comparison: Comparison) => void
}) {
  const { t } = useTranslation()
  return (
    <span className="check-line">
      {t('editor.within')}
      <NumberField
        inline
        min={1}
        max={3650}
        required={must}
        label={t('editor.withinDays')}
        placeholder={must ? '' : t('editor.anyAge')}
        value={comparison.withinDays ?? null}
        onChange={(withinDays) => onChange({ ...comparison, withinDays })}
        onClear={() => onChange({ ...comparison, withinDays: undefined })}
      />
      {t('editor.days')}
    </span>
  )
}

const keys = { '=': 'is', '!=': 'isNot', '<': 'less', '<=': 'most', '>': 'more', '>=': 'least' } as const

function operatorKey(op: Operator, type: Fact['type']) {
  if (op === 'in' || op === 'exists') return op
  if (op === 'contains') return type === 'codes' ? 'codes' : 'contains'
  return keys[op]
}

function Value({
  fact,
  comparison,
  onChange,
}: {
  fact: Fact
  comparison: Comparison
  onChange: (comparison: Comparison) => void
}) {
  const { t } = useTranslation()
  const { op, value } = comparison
  const set = (next: unknown) => onChange({ ...comparison, value: next })
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  if (op === 'exists')
    return (
      <SelectFilter
        label={t('editor.value')}
        value={value === false ? 'no' : 'yes'}
        options={[
          { value: 'yes', text: t('editor.known') },
          { value: 'no', text: t('editor.unknown') },
        ]}
        onChange={(chosen) => set(chosen === 'yes')}
      />
    )
  if (op === 'in') {
    const list: unknown[] = Array.isArray(value) ? value : []
    if (fact.type === 'choice' && fact.options.length > 0)
      return (
        <div className="tag-line" role="group" aria-label={t('editor.value')}>
          {fact.options.map((one) => (
            <button
              key={one.value}
              type="button"
              className="chip"
              aria-pressed={list.includes(one.value)}
              onClick={() =>
                set(
                  list.includes(one.value)
                    ? list.filter((other) => other !== one.value)
                    : [...list, one.value],
                )
              }
            >
              {one.text}
            </button>
          ))}
        </div>
      )
    return (
      <TextField
        inline
        className="filter-text"
        label={t('editor.values')}
        value={list.join(', ')}
        onChange={(typed) => set(typed.split(/[,，、\s]+/))}
      />
    )
  }
  if (fact.type === 'number')
    return (
      <NumberField
        inline
        step="any"
        label={t('editor.value')}
        value={text === '' ? null : Number(text)}
        onChange={set}
      />
    )
  if (fact.type === 'boolean')
    return (
      <SelectFilter
        label={t('editor.value')}
        value={value === false ? 'no' : 'yes'}
        options={[
          { value: 'yes', text: t('common.yes') },
          { value: 'no', text: t('common.no') },
        ]}
        onChange={(chosen) => set(chosen === 'yes')}
      />
    )
  if (fact.options.length > 0)
    return (
      <SelectFilter
        label={t('editor.value')}
        value={text}
        options={
          fact.options.some((one) => one.value === text)
            ? fact.options
            : [...fact.options, { value: text, text }]
        }
        onChange={(chosen) => set(chosen ?? '')}
      />
    )
  return (
    <TextField
      inline
      className="filter-text"
      label={t(fact.type === 'codes' ? 'editor.codeBegins' : 'editor.value')}
      maxLength={100}
      value={text}
      onChange={(typed) => set(typed.trim())}
    />
  )
}
