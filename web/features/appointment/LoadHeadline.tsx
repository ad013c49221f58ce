import { QuestionCircleOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Popover } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Load } from '../../../contract/appointment-load.ts'
import { nothing, percent } from '../../format/number.ts'
import { Figure } from '../../ui/Figure.tsx'
import { useLoadRows } from './LoadLink.tsx'
import { type LoadRows, loadRowsSearch, type LoadScope } from './load-scope.ts'
import { useLoadText } from './useLoadText.ts'

const names = ['utilisation', 'missedRate', 'lateRate', 'lead', 'thirdNext', 'wait'] as const

/** Six numbers of the whole scope; each opens its appointments and says how it is counted. */
export function LoadHeadline({ total, scope }: { total: Load; scope: LoadScope }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const opens = useLoadRows()
  const { days, minutes } = useLoadText()
  const { counts } = total
  const of = (part: number, all: number) => t('clinicLoad.ofAll', { part, all })
  const shown: Record<
    (typeof names)[number],
    { value: string; note: string | null; measure: LoadRows['measure'] | null }
  > = {
    utilisation: { value: percent(total.utilisation), note: of(counts.used, total.open), measure: 'used' },
    missedRate: { value: percent(total.missedRate), note: of(counts.missed, counts.due), measure: 'missed' },
    lateRate: { value: percent(total.lateRate), note: of(counts.late, counts.all), measure: 'late' },
    lead: {
      value: days(total.lead.median),
      note: total.lead.p90 === null ? null : t('clinicLoad.p90', { value: days(total.lead.p90) }),
      measure: 'lead',
    },
    thirdNext: {
      value: total.thirdNext ? days(total.thirdNext.days) : nothing,
      note: total.thirdNext?.date ?? t('clinicLoad.noThird'),
      measure: null,
    },
    wait: {
      value: minutes(total.wait.median),
      note:
        total.wait.within30 === null
          ? null
          : t('clinicLoad.within30', { value: percent(total.wait.within30) }),
      measure: 'waited',
    },
  }
  const openOf = (name: (typeof names)[number]) => {
    const { measure } = shown[name]
    if (name === 'thirdNext') {
      const { thirdNext } = total
      if (!thirdNext) return
      const { siteId, departmentId } = scope.query
      return () =>
        void navigate({
          to: '/schedules',
          search: { site: siteId, departmentId: departmentId ?? 'all', date: thirdNext.date } as never,
        })
    }
    if (!measure || counts[measure] === 0 || !opens) return
    return () => void navigate({ to: '/appointments', search: loadRowsSearch(scope, { measure }) as never })
  }
  return (
    <div className="figure-row">
      {names.map((name) => (
        <Figure
          key={name}
          label={t(`clinicLoad.name.${name}`)}
          value={shown[name].value}
          note={shown[name].note}
          onOpen={openOf(name)}
          help={
            <Popover
              trigger="click"
              title={t(`clinicLoad.name.${name}`)}
              content={<div className="figure-how">{t(`clinicLoad.how.${name}`)}</div>}
            >
              <button
                type="button"
                className="plain-button figure-help"
                aria-label={`${t(`clinicLoad.name.${name}`)}：${t('clinicLoad.explain')}`}
                title={t('clinicLoad.explain')}
              >
                <QuestionCircleOutlined aria-hidden />
              </button>
            </Popover>
          }
        />
      ))}
    </div>
  )
}
