import { useTranslation } from 'react-i18next'
import type { PathwayStep } from '../../../../contract/pathway.ts'
import { NumberField, PickField } from '../../../ui/fields.ts'

type Duration = Extract<PathwayStep, { kind: 'wait' }>['for']
const units = ['minutes', 'hours', 'days', 'working-days'] as const

/** A span of time: a number written here, or a rule of the pathway. */
export function DurationField({
  label,
  duration,
  rules,
  onChange,
}: {
  label: string
  duration: Duration
  rules: readonly { value: string; text: string }[]
  onChange: (duration: Duration) => void
}) {
  const { t } = useTranslation()
  const { value, unit } = duration
  const fixed = typeof value === 'number'
  return (
    <fieldset className="field-set">
      <legend>{label}</legend>
      <div className="field-row">
        <PickField
          label={t('editor.howLong')}
          value={fixed ? '' : value.var}
          none={t('editor.fixedNumber')}
          options={rules}
          onChange={(name) => onChange({ unit, value: name ? { var: name } : 1 })}
        />
        {fixed && (
          <NumberField
            label={t('editor.number')}
            value={value}
            min={0}
            max={100_000}
            onChange={(number) => onChange({ unit, value: number })}
          />
        )}
        <PickField
          label={t('editor.unit')}
          value={unit}
          options={units.map((one) => ({ value: one, text: t(`editor.units.${one}`) }))}
          onChange={(chosen) => onChange({ value, unit: units.find((one) => one === chosen) ?? unit })}
        />
      </div>
    </fieldset>
  )
}
