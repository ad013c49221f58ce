import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getAppointmentForecast, type Outlook } from '../../../contract/appointment-load.ts'
import { useCall } from '../../query.ts'
import { SidePanel } from '../../ui/Dialog.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListTable } from '../../ui/ListPage.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { LoadLink } from './LoadLink.tsx'
import type { LoadScope } from './load-scope.ts'
import { useLoadText } from './useLoadText.ts'

const tones = { short: 'danger', full: 'warning', idle: 'neutral' } as const
const keyOf = (one: Outlook) => `${one.departmentId} ${one.weekday} ${one.part}`

/** What the next four weeks need, against the places that are open, with advice and the days it comes from. */
export function LoadForecast({ scope }: { scope: LoadScope }) {
  const { t } = useTranslation()
  const { weekday, tenths } = useLoadText()
  const [filters] = useFilters()
  const [opened, setOpened] = useState<Outlook | null>(null)
  const { from: _from, to: _to, channel: _channel, ...place } = scope.query
  const source = useCall(
    getAppointmentForecast,
    { query: place },
    { placeholderData: (previous) => previous },
  )
  const items = source.data?.items ?? []
  const shown = first(filters['forecast']) === 'all' ? items : items.filter((one) => one.advice !== null)
  const wordsOf = (one: Outlook) => ({
    department: one.departmentName,
    weekday: weekday(one.weekday),
    part: t(`clinicLoad.part.${one.part}`),
  })
  const columns: Column<Outlook>[] = [
    column('when', t('clinicLoad.forecastColumns.when'), (one) => (
      <>
        {one.departmentName}
        <br />
        <span className="secondary small">
          {weekday(one.weekday)} {t(`clinicLoad.part.${one.part}`)}
        </span>
      </>
    )),
    column('expected', t('clinicLoad.forecastColumns.expected'), { align: 'right' }, (one) =>
      one.forecast === null ? (
        <span className="secondary">
          {t('clinicLoad.tooLittle', { n: one.counted.length, fewest: source.data?.fewest ?? 0 })}
        </span>
      ) : (
        t('clinicLoad.range', {
          expected: tenths(one.forecast.expected),
          low: tenths(one.forecast.low),
          high: tenths(one.forecast.high),
        })
      ),
    ),
    column('places', t('clinicLoad.forecastColumns.places'), { align: 'right' }, (one) => tenths(one.places)),
    column(
      'waiting',
      t('clinicLoad.forecastColumns.waiting'),
      { align: 'right', wideOnly: true },
      (one) => one.waiting,
    ),
    column('advice', t('clinicLoad.forecastColumns.advice'), (one) =>
      one.advice === null ? null : (
        <StatusTag tone={tones[one.advice.kind]}>
          {t(`clinicLoad.advice.${one.advice.kind}`, { ...wordsOf(one), n: one.advice.n })}
        </StatusTag>
      ),
    ),
    column('days', t('clinicLoad.forecastColumns.days'), { align: 'right' }, (one) => (
      <button type="button" className="plain-button" onClick={() => setOpened(one)}>
        {t('clinicLoad.daysOf', { n: one.counted.length })}
      </button>
    )),
  ]
  return (
    <section className="panel" aria-label={t('clinicLoad.forecast')}>
      <div className="panel-head">
        <h2>{t('clinicLoad.forecast')}</h2>
        <SelectFilter
          label={t('clinicLoad.forecastShow.label')}
          of="forecast"
          initial="advice"
          options={(['advice', 'all'] as const).map((value) => ({
            value,
            text: t(`clinicLoad.forecastShow.${value}`),
          }))}
        />
      </div>
      <p className="secondary small">{t('clinicLoad.forecastHow')}</p>
      <ListTable
        label={t('clinicLoad.forecast')}
        source={{ ...source, items: shown }}
        columns={columns}
        rowKey={keyOf}
        empty={{ title: t(items.length > 0 ? 'clinicLoad.noAdvice' : 'clinicLoad.noForecast') }}
        tall
      />
      {opened && (
        <SidePanel title={t('clinicLoad.daysTitle', wordsOf(opened))} onClose={() => setOpened(null)}>
          <Days outlook={opened} scope={scope} />
        </SidePanel>
      )}
    </section>
  )
}

/** The days that were counted, each with its people, and those that are coming. */
function Days({ outlook, scope }: { outlook: Outlook; scope: LoadScope }) {
  const { t } = useTranslation()
  const hours = outlook.part === 'morning' ? { hourFrom: 0, hourTo: 12 } : { hourFrom: 12, hourTo: 24 }
  const word = (key: 'date' | 'demand' | 'open' | 'taken' | 'full') => t(`clinicLoad.dayColumns.${key}`)
  return (
    <div className="stack load-days">
      <section aria-label={t('clinicLoad.counted')}>
        <h3>{t('clinicLoad.counted')}</h3>
        <PlainTable
          className="numbers"
          columns={[word('date'), word('demand'), word('open'), word('full')]}
          rows={outlook.counted.map(({ date, demand, open, full }) => [
            date,
            <LoadLink
              key="demand"
              scope={scope}
              n={demand}
              at={{ measure: 'demand', departmentId: outlook.departmentId, from: date, to: date, ...hours }}
            >
              {demand}
            </LoadLink>,
            open,
            full ? t('clinicLoad.yes') : '',
          ])}
        />
      </section>
      <section aria-label={t('clinicLoad.coming')}>
        <h3>{t('clinicLoad.coming')}</h3>
        <PlainTable
          className="numbers"
          columns={[word('date'), word('taken'), word('open')]}
          rows={outlook.coming.map(({ date, taken, open }) => [date, taken, open])}
        />
      </section>
    </div>
  )
}
