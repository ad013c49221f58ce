import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { getCaseFigures } from '../../../contract/case-figure.ts'
import { caseKind } from '../../../contract/case.ts'
import { count, nothing, percent } from '../../format/number.ts'
import { isoDay } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import '../figure/figure.css'
import './case.css'
import { useCasePlaces } from './useCasePlaces.ts'

const daysAgo = (days: number) => isoDay(new Date(Date.now() - days * 86_400_000))

/** Complaints in numbers for who answers for the service; every number opens the cases behind it. */
export default function CaseFiguresPage() {
  const { t } = useTranslation()
  const code = useCode()
  const shipped = useShipped()
  const navigate = useNavigate()
  const [filters] = useFilters()
  const { departmentChoices } = useCasePlaces()
  const kind = caseKind.options.find((one) => one === first(filters['kind']))
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const scope = {
    from: first(filters['from']) ?? daysAgo(364),
    to: first(filters['to']) ?? daysAgo(0),
    ...(kind && { kind }),
    ...(departmentId && { departmentId }),
  }
  const query = useCall(getCaseFigures, { query: scope }, { placeholderData: (before) => before })
  const rows = (more: Record<string, string>) =>
    void navigate({ to: '/cases', search: { view: 'all', ...scopeSearch(scope), ...more } as never })
  const months = query.data?.months
  const option = useCallback(
    (colours: Palette) => ({
      legend: { top: 0, left: 0, textStyle: { color: colours.text } },
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      xAxis: { type: 'category' as const, data: (months ?? []).map((one) => one.month) },
      yAxis: { type: 'value' as const, minInterval: 1, splitLine: { lineStyle: { color: colours.border } } },
      series: [
        { type: 'bar' as const, name: t('cases.count'), data: (months ?? []).map((one) => one.count) },
        {
          type: 'line' as const,
          name: t('cases.inTime'),
          lineStyle: { type: 'dashed' as const },
          data: (months ?? []).map((one) => one.inTime),
        },
      ],
    }),
    [months, t],
  )
  const filterBar = (
    <div className="filter-bar">
      <SelectFilter
        label={t('cases.kindLabel')}
        all={t('cases.allKinds')}
        of="kind"
        options={caseKind.options.map((one) => ({ value: one, text: code('caseKind', one) }))}
      />
      <SelectFilter
        label={t('cases.department')}
        all={t('cases.allDepartments')}
        of="departmentId"
        options={departmentChoices}
      />
      <PeriodFilter labels={[t('cases.from'), t('cases.to')]} />
    </div>
  )
  if (!query.data)
    return (
      <div className="page">
        <PageHeader title={t('cases.figuresTitle')}>{filterBar}</PageHeader>
        <Unloaded query={query} height={320} />
      </div>
    )
  const { cases, open, ages, judged, inTime, rated, satisfied, categories, departments } = query.data
  const number = (n: number, more: Record<string, string>) =>
    n === 0 ? (
      '0'
    ) : (
      <button type="button" className="plain-button" onClick={() => rows(more)}>
        {count(n)}
      </button>
    )
  const rate = (part: number, all: number) => (all === 0 ? nothing : percent(part / all))
  const of = (part: number, all: number) => t('cases.ofAll', { part, all })
  const endOf = (month: string) =>
    new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10)
  const within = (month: string) => ({
    from: `${month}-01` < scope.from ? scope.from : `${month}-01`,
    to: endOf(month) > scope.to ? scope.to : endOf(month),
  })
  return (
    <div className="page">
      <PageHeader title={t('cases.figuresTitle')}>{filterBar}</PageHeader>
      <div className="figures-line case-figures">
        <Figure label={t('cases.count')} value={count(cases)} onOpen={() => rows({})} />
        <Figure label={t('cases.openNow')} value={count(open)} onOpen={() => rows({ view: 'open' })} />
        <Figure
          label={t('cases.inTime')}
          value={rate(inTime, judged)}
          note={of(inTime, judged)}
          onOpen={() => rows({ inTime: 'true' })}
        />
        <Figure
          label={t('cases.rate5')}
          value={rate(satisfied, rated)}
          note={of(satisfied, rated)}
          onOpen={() => rows({ satisfied: 'true' })}
        />
      </div>
      <p className="secondary small">{t('cases.howCounted')}</p>
      <div className="case-figure-grid">
        <section className="panel" aria-label={t('cases.byAge')}>
          <h2>{t('cases.byAge')}</h2>
          <PlainTable
            columns={[t('cases.openNow'), t('cases.cases')]}
            rows={ages.map((one) => [
              t(`cases.ages.${one.age}`),
              number(one.count, { view: 'open', age: one.age }),
            ])}
          />
        </section>
        <section className="panel" aria-label={t('cases.byCategory')}>
          <h2>{t('cases.byCategory')}</h2>
          <PlainTable
            columns={[t('cases.category'), t('cases.cases')]}
            rows={categories.map((one) => [
              shipped(one.name),
              number(one.count, { categoryId: String(one.id) }),
            ])}
          />
        </section>
        <section className="panel" aria-label={t('cases.byDepartment')}>
          <h2>{t('cases.byDepartment')}</h2>
          <PlainTable
            columns={[t('cases.department'), t('cases.cases'), t('cases.inTime'), t('cases.notInTime')]}
            rows={departments.map((one) => [
              one.name,
              number(one.count, { departmentId: String(one.id) }),
              <>
                {rate(one.inTime, one.judged)} (
                {number(one.inTime, { departmentId: String(one.id), inTime: 'true' })})
              </>,
              number(one.judged - one.inTime, { departmentId: String(one.id), inTime: 'false' }),
            ])}
          />
        </section>
        <Chart
          title={t('cases.byMonth')}
          option={option}
          table={{
            columns: [t('cases.month'), t('cases.cases'), t('cases.inTime')],
            rows: (months ?? []).map((one) => [
              one.month,
              number(one.count, within(one.month)),
              number(one.inTime, { ...within(one.month), inTime: 'true' }),
            ]),
          }}
          onSelect={(index) => {
            const month = months?.[index]?.month
            if (month) rows(within(month))
          }}
        />
      </div>
    </div>
  )
}

const scopeSearch = (scope: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(scope).map(([name, value]) => [name, String(value)]))
