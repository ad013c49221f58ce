import { useTranslation } from 'react-i18next'
import { dateFacts } from '../../../../contract/fact.ts'
import type { Schedule } from '../../../../contract/schedule.ts'
import { DateField, NumberField, PickField } from '../../../ui/fields.ts'

type On = Schedule['on']

/** A day to begin with, of each kind. */
export const firstDays: { [K in On['every']]: Extract<On, { every: K }> } = {
  once: { every: 'once', date: '' },
  month: { every: 'month', day: 3 },
  year: { every: 'year', month: 1, day: 1 },
  'lunar-year': { every: 'lunar-year', month: 8, day: 15 },
  birthday: { every: 'birthday', daysBefore: 0 },
  date: { every: 'date', fact: 'person.nextVisitDate', daysBefore: 3 },
}

/** Days on which persons enter. */
export function CalendarFields({
  calendar,
  onChange,
}: {
  calendar: Schedule
  onChange: (calendar: Schedule) => void
}) {
  const { t } = useTranslation()
  const { on, hour } = calendar
  const set = (patch: object) => onChange({ ...calendar, on: { ...on, ...patch } })
  const begin = (every: On['every']): On =>
    every === 'once' ? { every, date: new Date().toISOString().slice(0, 10) } : firstDays[every]
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
        onChange={(every) => onChange({ ...calendar, on: begin(every as On['every']) })}
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
        {on.every === 'once' && (
          <DateField label={t('editor.calendarOnce')} value={on.date} onChange={(date) => set({ date })} />
        )}
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
