import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import {
  type EventFilter,
  eventFactNames,
  eventFactOf,
  type EventQuestion,
} from '../../../contract/event-fact.ts'
import { may, useMe } from '../../session.tsx'
import { NumberField, TextField } from '../../ui/fields.ts'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { type Filters, first } from '../../ui/filters.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { type EventField, useEventFields } from './useEventFields.ts'
import { firstAsked, ValueField } from './ValueField.tsx'

/** The first thing one would ask: who was here lately. */
export const firstEvents: EventQuestion = {
  of: 'visit',
  measure: 'count',
  withinDays: 90,
  op: '>=',
  value: 1,
}

type Props = { question: EventQuestion; onChange: (question: EventQuestion) => void }

/** A question about a person's events: which, how often or how much or what lately, of which kind, and when. */
export function EventsField({ question, onChange }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const { of, measure, where = [] } = question
  const fields = useEventFields(of)
  const definition = eventFactOf(of)
  const lasting = fields.filter(({ type }) => type !== 'code')
  const measures = [
    'count' as const,
    ...(definition.sum ? ['sum' as const] : []),
    ...(lasting.length > 0 ? ['last' as const] : []),
  ]
  const readable = eventFactNames.filter((name) => {
    const { needs } = eventFactOf(name)
    return name === of || needs === undefined || may(me, needs)
  })
  const asked = lasting.find((one) => one.name === question.field)
  const setFilter = (at: number, filter: EventFilter) =>
    onChange({ ...question, where: where.with(at, filter) })
  const filterOf = (field: EventField): EventFilter => ({ field: field.name, ...firstAsked(field) })
  const change = (next: string | undefined) => {
    const { field: _field, question: _question, ...rest } = question
    if (next === 'last') {
      const [first] = lasting
      if (first) onChange({ ...rest, measure: 'last', field: first.name, ...firstAsked(first) })
    } else onChange({ ...rest, measure: next === 'sum' ? 'sum' : 'count', op: '>=', value: 1 })
  }
  return (
    <div className="segment-events">
      <div className="condition-line">
        <Window question={question} onChange={onChange} />
        <SelectFilter
          label={t('segments.eventLabel')}
          value={of}
          options={readable.map((value) => ({ value, text: t(`segments.event.${value}`) }))}
          onChange={(value) => {
            const next = eventFactNames.find((one) => one === value) ?? of
            const { withinDays, from, to } = question
            onChange({ ...{ withinDays, from, to }, of: next, measure: 'count', op: '>=', value: 1 })
          }}
        />
        <SelectFilter
          label={t('segments.measureLabel')}
          value={measure}
          options={measures.map((value) => ({ value, text: t(`segments.measure.${value}`) }))}
          onChange={change}
        />
        {measure === 'last' && (
          <SelectFilter
            label={t('segments.fieldLabel')}
            value={question.field ?? ''}
            options={lasting.map((one) => ({ value: one.name, text: one.text }))}
            onChange={(value) => {
              const field = lasting.find((one) => one.name === value)
              if (field) onChange({ ...question, field: field.name, ...firstAsked(field) })
            }}
          />
        )}
        {measure === 'last' && asked?.type === 'answer' && (
          <QuestionName
            value={question.question}
            onChange={(name) => onChange({ ...question, question: name })}
          />
        )}
        <ValueField
          field={measure === 'last' && asked ? asked : { type: 'number', options: [] }}
          asked={question}
          onChange={(next) => onChange({ ...question, ...next })}
        />
      </div>
      {where.map((filter, at) => {
        const field = fields.find((one) => one.name === filter.field)
        return (
          <div className="condition-line segment-filter" key={at}>
            <span className="secondary">{t('segments.filterAdd')}</span>
            <SelectFilter
              label={t('segments.fieldLabel')}
              value={filter.field}
              options={fields.map((one) => ({ value: one.name, text: one.text }))}
              onChange={(value) => {
                const next = fields.find((one) => one.name === value)
                if (next) setFilter(at, filterOf(next))
              }}
            />
            {field?.type === 'answer' && (
              <QuestionName
                value={filter.question}
                onChange={(name) => setFilter(at, { ...filter, question: name })}
              />
            )}
            {field && (
              <ValueField
                field={field}
                asked={filter}
                onChange={(next) => setFilter(at, { ...filter, ...next })}
              />
            )}
            <button
              type="button"
              className="icon-button"
              aria-label={t('segments.filterRemove')}
              onClick={() => onChange({ ...question, where: where.toSpliced(at, 1) })}
            >
              <CloseOutlined aria-hidden />
            </button>
          </div>
        )
      })}
      {fields[0] && where.length < 5 && (
        <button
          type="button"
          className="plain-button small"
          onClick={() => fields[0] && onChange({ ...question, where: [...where, filterOf(fields[0])] })}
        >
          <PlusOutlined aria-hidden /> {t('segments.filterAdd')}
        </button>
      )}
    </div>
  )
}

function QuestionName({ value, onChange }: { value: string | undefined; onChange: (name: string) => void }) {
  const { t } = useTranslation()
  return (
    <TextField
      inline
      className="condition-number"
      label={t('segments.question')}
      maxLength={60}
      value={value ?? ''}
      onChange={onChange}
    />
  )
}

/** Two dates as far as they are there. */
function dates({ from, to }: Filters): Pick<EventQuestion, 'from' | 'to'> {
  return { ...(first(from) && { from: first(from) }), ...(first(to) && { to: first(to) }) }
}

/** Since when: at any time, within some days, or between two dates. */
function Window({ question, onChange }: Props) {
  const { t } = useTranslation()
  const { withinDays, from, to, ...rest } = question
  const kind = withinDays !== undefined ? 'days' : (from ?? to) !== undefined ? 'dates' : 'ever'
  const today = new Date().toISOString().slice(0, 10)
  return (
    <>
      <SelectFilter
        label={t('segments.window')}
        value={kind}
        options={(['days', 'dates', 'ever'] as const).map((value) => ({
          value,
          text: t(`segments.windows.${value}`),
        }))}
        onChange={(value) =>
          onChange(
            value === 'days'
              ? { ...rest, withinDays: 90 }
              : value === 'dates'
                ? { ...rest, from: today.slice(0, 8) + '01', to: today }
                : rest,
          )
        }
      />
      {withinDays !== undefined && (
        <span className="check-line">
          <NumberField
            inline
            required
            min={1}
            max={36_500}
            label={t('segments.withinDays')}
            value={withinDays}
            onChange={(days) => onChange({ ...rest, withinDays: days })}
          />
          {t('segments.days')}
        </span>
      )}
      {kind === 'dates' && (
        <PeriodFilter
          labels={[t('segments.from'), t('segments.to')]}
          filters={{ from, to }}
          onChange={(patch) => onChange({ ...rest, ...dates({ from, to, ...patch }) })}
        />
      )}
    </>
  )
}
