import { useTranslation } from 'react-i18next'
import type { EventFilter } from '../../../contract/event-fact.ts'
import { NumberField, TextField } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import type { EventField } from './useEventFields.ts'

export type Asked = Pick<EventFilter, 'op' | 'value'>
type Op = Asked['op']

const ops: Record<EventField['type'], Op[]> = {
  number: ['>=', '<=', '>', '<', '=', '!='],
  choice: ['=', '!='],
  text: ['contains', '=', '!='],
  code: ['contains', '='],
  answer: ['=', '!=', '>=', '<=', 'contains'],
}
const keys = {
  '=': 'is',
  '!=': 'isNot',
  '<': 'less',
  '<=': 'most',
  '>': 'more',
  '>=': 'least',
  contains: 'contains',
} as const

/** What is asked first of a field. */
export function firstAsked({ type, options }: Pick<EventField, 'type' | 'options'>): Asked {
  return { op: ops[type][0] ?? '=', value: type === 'number' ? 0 : (options[0]?.value ?? '') }
}

/** How something is compared, and with what. */
export function ValueField({
  field,
  asked,
  onChange,
}: {
  field: Pick<EventField, 'type' | 'options'>
  asked: Asked
  onChange: (asked: Asked) => void
}) {
  const { t } = useTranslation()
  const { op, value } = asked
  const offered = ops[field.type].includes(op) ? ops[field.type] : [...ops[field.type], op]
  const text = Array.isArray(value) ? value.join('，') : String(value)
  const options = field.options.some((one) => one.value === text)
    ? field.options
    : [...field.options, { value: text, text: text || '—' }]
  return (
    <>
      <SelectFilter
        label={t('editor.operator')}
        value={op}
        options={offered.map((one) => ({
          value: one,
          text: t(
            `editor.op.${one === 'in' ? 'in' : one === 'contains' && field.type === 'code' ? 'codes' : keys[one]}`,
          ),
        }))}
        onChange={(next) => onChange({ op: offered.find((one) => one === next) ?? op, value })}
      />
      {field.type === 'number' ? (
        <NumberField
          inline
          step="any"
          label={t('editor.value')}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange({ op, value: next })}
        />
      ) : field.options.length > 0 && op !== 'in' ? (
        <SelectFilter
          label={t('editor.value')}
          value={text}
          options={options}
          onChange={(next) => onChange({ op, value: next ?? '' })}
        />
      ) : (
        <TextField
          inline
          className="filter-text"
          label={t('editor.value')}
          maxLength={100}
          value={text}
          onChange={(typed) => onChange({ op, value: read(field.type, op, typed) })}
        />
      )}
    </>
  )
}

/** An answer that looks like a number is compared as one. */
function read(type: EventField['type'], op: Op, typed: string): Asked['value'] {
  if (op === 'in') return typed.split(/[,，、\s]+/).filter(Boolean)
  return type === 'answer' && op !== 'contains' && /^-?\d+(\.\d+)?$/.test(typed.trim())
    ? Number(typed)
    : typed
}
