import { CloseOutlined } from '@ant-design/icons'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Condition } from '../../../contract/questionnaire.ts'
import {
  ageBands,
  conditionGroups,
  type ConditionGroup,
  countSegment,
  type SplitBy,
  splitBy,
} from '../../../contract/segment.ts'
import { count } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Chart } from '../../ui/Chart.tsx'
import { list, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { barsOf } from './bars.ts'
import { useSplitWords } from './useSplitWords.ts'
import './segment.css'

/** Everybody within reach, divided six ways; a bar leads into its persons, and the way back stands above. */
export default function OverviewPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const words = useSplitWords()
  const [filters, setFilters] = useFilters()
  const by = splitBy.filter((one) => one !== 'conditions' || may(me, 'person.read'))
  const chosen = by.flatMap((one) => list(filters[one]).map((value) => ({ by: one, value })))
  const parts = chosen.map((one) => ruleOf(one.by, one.value))
  const rule: Condition | null = parts.length > 0 ? { all: parts } : null
  const answer = useCall(countSegment, { body: { rule, by } }, { placeholderData: (previous) => previous })
  const drop = (gone: { by: SplitBy; value: string }) =>
    setFilters({ [gone.by]: list(filters[gone.by]).filter((value) => value !== gone.value) })
  return (
    <div className="page">
      <PageHeader
        title={t('segments.tabs.overview')}
        extra={
          <>
            <Link to="/segments">{t('segments.tabs.list')}</Link>
            {rule && may(me, 'segment.write') && (
              <Button
                onClick={() =>
                  void navigate({ to: '/segments/new', search: { rule: JSON.stringify(rule) } as never })
                }
              >
                {t('segments.saveAs')}
              </Button>
            )}
          </>
        }
      >
        <p className="tag-line">
          <strong className="segment-count">{answer.data ? count(answer.data.count) : '—'}</strong>
          {chosen.length === 0 ? t('segments.everybody') : t('segments.drilled')}
          {chosen.map((one) => {
            const what = `${t(`segments.split.${one.by}`)} ${words(one.by, one.value)}`
            return (
              <button
                key={what}
                type="button"
                className="chip"
                aria-label={t('segments.drillUp', { what })}
                onClick={() => drop(one)}
              >
                {what} <CloseOutlined aria-hidden />
              </button>
            )
          })}
        </p>
        <p className="secondary">{t('segments.overviewHint')}</p>
      </PageHeader>
      {!answer.data ? (
        <Unloaded query={answer} height={420} />
      ) : (
        <div className="segment-charts">
          {by.map((one) => (
            <SplitChart
              key={one}
              by={one}
              counts={answer.data.split[one] ?? []}
              onChoose={(value) => setFilters({ [one]: [...new Set([...list(filters[one]), value])] })}
            />
          ))}
        </div>
      )}
    </div>
  )
}

const mostBars = 12

type SplitChartProps = {
  by: SplitBy
  counts: readonly { value: string; count: number }[]
  onChoose: (value: string) => void
}

function SplitChart({ by, counts, onChoose }: SplitChartProps) {
  const { t } = useTranslation()
  const words = useSplitWords()
  // Ages have an order of their own; everything else goes by its number.
  const ordered =
    by === 'age' ? [...counts].sort((a, b) => Number(a.value || 999) - Number(b.value || 999)) : counts
  const shown = ordered.slice(0, mostBars)
  const rows = shown.map((one) => ({ text: words(by, one.value), persons: one.count }))
  const choose = (at: number) => {
    const value = shown[at]?.value
    if (value) onChoose(value)
  }
  return (
    <Chart
      title={t(`segments.split.${by}`)}
      option={barsOf(rows)}
      height={36 + 30 * Math.max(rows.length, 2)}
      onSelect={choose}
      table={{
        columns: [t(`segments.split.${by}`), t('segments.persons')],
        rows: shown.map((one, at) => [
          one.value ? (
            <button key="choose" type="button" className="plain-button" onClick={() => choose(at)}>
              {words(by, one.value)}
            </button>
          ) : (
            words(by, one.value)
          ),
          count(one.count),
        ]),
      }}
    />
  )
}

/** The persons of one bar, as a rule. */
function ruleOf(by: SplitBy, value: string): Condition {
  if (by === 'age') {
    const from = Number(value)
    const next = ageBands.find((band) => band > from)
    const least: Condition = { fact: 'person.ageYears', op: '>=', value: from }
    return next === undefined ? least : { all: [least, { fact: 'person.ageYears', op: '<', value: next }] }
  }
  if (by === 'conditions')
    return {
      any: conditionGroups[value as ConditionGroup].map((code) => ({
        fact: 'person.conditionCodes',
        op: 'contains',
        value: code,
      })),
    }
  const facts = {
    stage: 'person.stage',
    sex: 'person.sex',
    district: 'person.district',
    department: 'person.departmentCode',
  }
  return { fact: facts[by], op: '=', value }
}
