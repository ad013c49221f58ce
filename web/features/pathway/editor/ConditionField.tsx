import { Button } from 'antd'
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import type { Condition } from '../../../../contract/questionnaire.ts'
import { EventsField, firstEvents } from '../../segment/EventsField.tsx'
import { ComparisonField } from './ComparisonField.tsx'
import type { Fact } from './useFacts.ts'
import { SelectFilter } from '../../../ui/SelectFilter.tsx'
import { NumberField } from '../../../ui/fields.ts'

type ConditionProps = {
  condition: Condition
  facts: readonly Fact[]
  /** Rules by name, for the share of a sample. */
  rules: readonly { value: string; text: string }[]
  onChange: (condition: Condition) => void
  onRemove?: (() => void) | undefined
}

const kinds = ['compare', 'events', 'all', 'any', 'not', 'sample'] as const
type Kind = (typeof kinds)[number]

function kindOf(condition: Condition): Kind {
  return kinds.find((kind) => kind in condition) ?? 'compare'
}

/** The first thing one would ask; also what is asked when another kind becomes a comparison. */
export const firstComparison: Condition = { fact: 'person.ageYears', op: '>=', value: 65 }

/** A change of kind keeps what can be kept: what stands within. */
function turnedInto(kind: Kind, condition: Condition): Condition {
  const parts =
    'all' in condition
      ? condition.all
      : 'any' in condition
        ? condition.any
        : 'not' in condition
          ? [condition.not]
          : [condition]
  const [first = firstComparison] = parts
  switch (kind) {
    case 'all':
      return { all: parts }
    case 'any':
      return { any: parts }
    case 'not':
      return { not: parts.length > 1 ? condition : first }
    case 'sample':
      return { sample: { rate: 0.1, seed: 'sample' } }
    case 'events':
      return 'events' in first ? first : { events: firstEvents }
    case 'compare':
      return 'fact' in first ? first : firstComparison
  }
}

/** A condition as a small tree: all of, any of, not, a comparison, or a drawn sample. */
export function ConditionField({ condition, facts, rules, onChange, onRemove }: ConditionProps) {
  const { t } = useTranslation()
  const kind = kindOf(condition)
  return (
    <div className={`condition condition-${kind}`} role="group" aria-label={t(`editor.condition.${kind}`)}>
      <div className="condition-line">
        <SelectFilter
          label={t('editor.conditionKind')}
          value={kind}
          options={kinds.map((value) => ({ value, text: t(`editor.condition.${value}`) }))}
          onChange={(value) =>
            onChange(turnedInto(kinds.find((one) => one === value) ?? 'compare', condition))
          }
        />
        {'fact' in condition && <ComparisonField comparison={condition} facts={facts} onChange={onChange} />}
        {onRemove && (
          <button
            type="button"
            className="icon-button"
            aria-label={t('editor.conditionRemove')}
            onClick={onRemove}
          >
            <DeleteOutlined aria-hidden />
          </button>
        )}
      </div>
      {'events' in condition && (
        <EventsField question={condition.events} onChange={(events) => onChange({ events })} />
      )}
      {'all' in condition && (
        <Parts parts={condition.all} facts={facts} rules={rules} onChange={(all) => onChange({ all })} />
      )}
      {'any' in condition && (
        <Parts parts={condition.any} facts={facts} rules={rules} onChange={(any) => onChange({ any })} />
      )}
      {'not' in condition && (
        <div className="condition-parts">
          <ConditionField
            condition={condition.not}
            facts={facts}
            rules={rules}
            onChange={(not) => onChange({ not })}
          />
        </div>
      )}
      {'sample' in condition && (
        <Sample sample={condition.sample} rules={rules} onChange={(sample) => onChange({ sample })} />
      )}
    </div>
  )
}

type PartsProps = Omit<ConditionProps, 'condition' | 'onChange' | 'onRemove'> & {
  parts: Condition[]
  onChange: (parts: Condition[]) => void
}

function Parts({ parts, facts, rules, onChange }: PartsProps) {
  const { t } = useTranslation()
  return (
    <div className="condition-parts">
      {parts.map((part, index) => (
        <ConditionField
          key={index}
          condition={part}
          facts={facts}
          rules={rules}
          onChange={(changed) => onChange(parts.with(index, changed))}
          onRemove={parts.length > 1 ? () => onChange(parts.toSpliced(index, 1)) : undefined}
        />
      ))}
      <Button onClick={() => onChange([...parts, firstComparison])}>
        <PlusOutlined aria-hidden /> {t('editor.conditionAdd')}
      </Button>
    </div>
  )
}

type SampleOf = Extract<Condition, { sample: unknown }>['sample']

function Sample({
  sample,
  rules,
  onChange,
}: {
  sample: SampleOf
  rules: ConditionProps['rules']
  onChange: (sample: SampleOf) => void
}) {
  const { t } = useTranslation()
  const { rate } = sample
  return (
    <div className="condition-line">
      <SelectFilter
        label={t('editor.sampleBy')}
        value={typeof rate === 'number' ? '' : rate.var}
        all={t('editor.sampleFixed')}
        options={rules}
        onChange={(name) => onChange({ ...sample, rate: name ? { var: name } : 0.1 })}
      />
      {typeof rate === 'number' && (
        <NumberField
          inline
          label={t('editor.samplePercent')}
          unit="%"
          min={0}
          max={100}
          step="any"
          value={Math.round(rate * 10_000) / 100}
          onChange={(percent) => onChange({ ...sample, rate: percent / 100 })}
        />
      )}
    </div>
  )
}
