import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { dateFacts } from '../../../../contract/fact.ts'
import type { PathwayDefinition } from '../../../../contract/pathway.ts'
import type { Schedule } from '../../../../contract/schedule.ts'
import { useCode } from '../../../i18n/useCode.ts'
import { CheckField, NumberField, PickField } from '../../../ui/fields.ts'
import { ConditionField, firstComparison } from './ConditionField.tsx'
import { useFacts } from './useFacts.ts'
import { usePicks } from './usePicks.ts'

type Entry = PathwayDefinition['entry']
type On = Schedule['on']
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

const firstDays: { [K in On['every']]: Extract<On, { every: K }> } = {
  month: { every: 'month', day: 3 },
  year: { every: 'year', month: 1, day: 1 },
  'lunar-year': { every: 'lunar-year', month: 8, day: 15 },
  birthday: { every: 'birthday', daysBefore: 0 },
  date: { every: 'date', fact: 'person.nextVisitDate', daysBefore: 3 },
}

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
          min={1}
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

function CalendarFields({
  calendar,
  onChange,
}: {
  calendar: Schedule
  onChange: (calendar: Schedule) => void
}) {
  const { t } = useTranslation()
  const { on, hour } = calendar
  const set = (patch: object) => onChange({ ...calendar, on: { ...on, ...patch } })
  const dated = on.every === 'year' || on.every === 'lunar-year'
  return (
    <>
      <PickField
        label={t('editor.calendarDays')}
        value={on.every}
        options={(Object.keys(firstDays) as On['every'][]).map((value) => ({
          value,
          text: t(`editor.every.${value}`),
        }))}
        onChange={(every) => onChange({ ...calendar, on: firstDays[every as On['every']] })}
      />
      {on.every === 'date' && (
        <PickField
          label={t('editor.calendarDate')}
          value={on.fact}
          options={dateFacts.map((value) => ({
            value,
            text: t(`questionnaires.fact.${value.replaceAll('.', '_')}` as 'questionnaires.fact.person_sex'),
          }))}
          onChange={(fact) => set({ fact })}
        />
      )}
      <div className="field-row">
        {dated && (
          <NumberField
            label={t('editor.calendarMonth')}
            value={on.month}
            min={1}
            max={12}
            onChange={(month) => set({ month })}
          />
        )}
        {(dated || on.every === 'month') && (
          <NumberField
            label={t('editor.calendarDay')}
            value={on.day}
            min={1}
            max={on.every === 'lunar-year' ? 30 : 31}
            onChange={(day) => set({ day })}
          />
        )}
        {'daysBefore' in on && (
          <NumberField
            label={t('editor.calendarBefore')}
            value={on.daysBefore}
            min={on.every === 'birthday' ? 0 : -3650}
            max={on.every === 'birthday' ? 60 : 3650}
            onChange={(daysBefore) => set({ daysBefore })}
          />
        )}
        <NumberField
          label={t('editor.hourFrom')}
          value={hour}
          min={0}
          max={23}
          onChange={(next) => onChange({ ...calendar, hour: next })}
        />
      </div>
    </>
  )
}
