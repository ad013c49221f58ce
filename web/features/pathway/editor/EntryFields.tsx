import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { PathwayDefinition } from '../../../../contract/pathway.ts'
import { useCode } from '../../../i18n/useCode.ts'
import { CheckField, NumberField, PickField } from '../../../ui/fields.ts'
import { CalendarFields, firstDays } from './CalendarFields.tsx'
import { ConditionField, firstComparison } from './ConditionField.tsx'
import { useFacts } from './useFacts.ts'
import { usePicks } from './usePicks.ts'

type Entry = PathwayDefinition['entry']
type FormProps = {
  definition: PathwayDefinition
  onChange: (patch: Partial<PathwayDefinition>, field: string) => void
}

const events = [
  'encounter.discharged',
  'encounter.admitted',
  'encounter.registered',
  'segment.entered',
  'segment.left',
  'appointment.booked',
  'appointment.missed',
  'immunization.recorded',
] as const
const byCalendar = 'calendar'

/** Who enters a pathway, by what, and how soon again. */
export function EntryFields({ definition, onChange }: FormProps) {
  const { t } = useTranslation()
  const code = useCode()
  const facts = useFacts(definition, 'entry')
  const { rules } = usePicks(definition)
  const { entry } = definition
  const setEntry = (patch: Partial<Entry>) =>
    onChange(
      { entry: JSON.parse(JSON.stringify({ ...entry, ...patch })) as Entry },
      `entry.${Object.keys(patch).join()}`,
    )
  const offered =
    entry.event === null || events.some((one) => one === entry.event) ? events : [...events, entry.event]
  const byItself = entry.event !== null || entry.calendar !== undefined
  return (
    <fieldset className="field-set">
      <legend>{t('pathways.entry')}</legend>
      <PickField
        label={t('editor.entryEvent')}
        value={entry.calendar ? byCalendar : (entry.event ?? '')}
        none={t('pathways.entryByHand')}
        options={[
          ...offered.map((value) => ({ value, text: code('eventKind', value) })),
          { value: byCalendar, text: t('editor.byCalendar') },
        ]}
        onChange={(chosen) =>
          setEntry({
            event: offered.find((one) => one === chosen) ?? null,
            calendar:
              chosen === byCalendar ? (entry.calendar ?? { on: firstDays.month, hour: 9 }) : undefined,
          })
        }
      />
      {entry.calendar && (
        <CalendarFields calendar={entry.calendar} onChange={(calendar) => setEntry({ calendar })} />
      )}
      {entry.event !== null && (
        <NumberField
          label={t('editor.maxAge')}
          value={entry.maxAgeDays}
          min={0}
          max={3650}
          onChange={(maxAgeDays) => setEntry({ maxAgeDays })}
        />
      )}
      {byItself && (
        <CheckField
          label={t('editor.again')}
          checked={entry.again !== undefined}
          onChange={(on) => setEntry({ again: on ? { afterDays: 90 } : undefined })}
        />
      )}
      {entry.again && (
        <NumberField
          label={t('editor.againAfter')}
          value={entry.again.afterDays}
          min={0}
          max={3650}
          onChange={(afterDays) => setEntry({ again: { afterDays } })}
        />
      )}
      {entry.when ? (
        <ConditionField
          condition={entry.when}
          facts={facts}
          rules={rules}
          onChange={(when) => setEntry({ when })}
          onRemove={() => setEntry({ when: undefined })}
        />
      ) : (
        byItself && (
          <Button onClick={() => setEntry({ when: firstComparison })}>{t('editor.entryCondition')}</Button>
        )
      )}
    </fieldset>
  )
}
