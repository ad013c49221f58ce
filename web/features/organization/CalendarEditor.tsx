import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Day, type Range, toDays } from './ranges.ts'
import { DateField, TextField } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'

type CalendarEditorProps = {
  year: number
  initial: Range[]
  busy: boolean
  onSave: (days: Day[]) => void
  onCancel: () => void
}

export function CalendarEditor({ year, initial, busy, onSave, onCancel }: CalendarEditorProps) {
  const { t } = useTranslation()
  const blank: Range = { from: `${year}-01-01`, to: `${year}-01-01`, working: false, name: '' }
  const [rows, setRows] = useState<Range[]>(initial.length > 0 ? initial : [blank])
  const [tried, setTried] = useState(false)
  const read = toDays(rows, year)
  const problem = 'problem' in read ? read : null
  const change = (index: number, patch: Partial<Range>) =>
    setRows(rows.map((row, at) => (at === index ? { ...row, ...patch } : row)))

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if ('days' in read) onSave(read.days)
      }}
    >
      <p className="secondary small">{t('settings.calendar.weekHint')}</p>
      <div className="calendar-edit">
        {rows.map((row, index) => (
          <div key={index} className="calendar-edit-row" role="group" aria-label={`${index + 1}`}>
            <span className="secondary">{index + 1}</span>
            <DateField
              inline
              label={t('settings.calendar.from')}
              min={`${year}-01-01`}
              max={`${year}-12-31`}
              value={row.from}
              onChange={(from) =>
                change(index, {
                  from,
                  // The end follows as long as it would lie before the beginning.
                  ...(row.to < from ? { to: from } : {}),
                })
              }
            />
            <DateField
              inline
              label={t('settings.calendar.to')}
              min={row.from}
              max={`${year}-12-31`}
              value={row.to}
              onChange={(to) => change(index, { to })}
            />
            <SelectFilter
              label={t('settings.calendar.kind')}
              value={String(row.working)}
              options={[
                { value: 'false', text: t('settings.calendar.holiday') },
                { value: 'true', text: t('settings.calendar.workday') },
              ]}
              onChange={(working) => change(index, { working: working === 'true' })}
            />
            <TextField
              inline
              label={t('settings.calendar.name')}
              maxLength={60}
              value={row.name}
              onChange={(name) => change(index, { name })}
            />
            <button
              type="button"
              className="plain-button"
              onClick={() => setRows(rows.filter((_, at) => at !== index))}
            >
              {t('settings.calendar.remove')}
            </button>
          </div>
        ))}
      </div>
      {tried && problem && (
        <p className="field-error" role="alert">
          {t(`settings.calendar.problem.${problem.problem}`, {
            row: '',
            date: '',
            ...problem,
            year,
          })}
        </p>
      )}
      <div className="button-line">
        <Button onClick={() => setRows([...rows, blank])}>{t('settings.calendar.add')}</Button>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('settings.calendar.save', { year })}
        </Button>
        <button type="button" className="plain-button" onClick={onCancel}>
          {t('common.cancel')}
        </button>
      </div>
    </form>
  )
}
