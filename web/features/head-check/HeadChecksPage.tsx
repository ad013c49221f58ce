import '../figure/figure.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { acknowledgeHeadCheck, type HeadCheckLine, listHeadChecks } from '../../../contract/head-check.ts'
import { listSites } from '../../../contract/setting.ts'
import { percent } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, ListPage, column } from '../../ui/ListPage.tsx'
import { MonthFilter } from '../../ui/DateFilter.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { lastMonth } from '../spot-check/SpotChecksPage.tsx'
import { CheckDrawer } from './CheckDrawer.tsx'
import { useDo } from '../../ui/useDo.ts'

const share = (value: number | null) => (value === null ? '—' : percent(value))

/** What heads found about their doctors' follow-up of a month; each doctor sees their own line. */
export default function HeadChecksPage() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [filters] = useFilters()
  const [opened, setOpened] = useState<HeadCheckLine | null>(null)
  const wanted = first(filters['month'])
  const month = wanted && /^\d{4}-(0[1-9]|1[0-2])$/.test(wanted) ? wanted : lastMonth()
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const places = useCall(listSites, { query: { within: 'head-check.read' } })
  const checks = useCall(listHeadChecks, { query: { month, ...(departmentId ? { departmentId } : {}) } })
  const acknowledge = useDo(acknowledgeHeadCheck, {
    done: t('headChecks.acknowledged'),
    stale: [listHeadChecks],
  })
  const items = checks.data?.items ?? []
  const done = items.filter((one) => one.check !== null).length
  const several = me.permissions['head-check.read'] === 'site' || me.permissions['head-check.read'] === 'all'

  const columns: Column<HeadCheckLine>[] = [
    column('doctor', t('spotChecks.doctor'), (one) => (
      <>
        <strong>{one.staffName}</strong> <span className="secondary small">{one.title}</span>
      </>
    )),
    column('department', t('figures.department'), (one) => one.departmentName),
    column('discharged', t('figures.name.discharged'), { align: 'right' }, (one) => one.counts.discharged),
    column('coverage', t('figures.name.coverage'), { align: 'right' }, (one) => share(one.counts.coverage)),
    column('proven', t('figures.name.provenCoverage'), { align: 'right' }, (one) =>
      share(one.counts.provenCoverage),
    ),
    column('timeliness', t('figures.name.timeliness'), { align: 'right' }, (one) =>
      share(one.counts.timeliness),
    ),
    column('overdue', t('figures.name.overdue'), { align: 'right' }, (one) => one.counts.overdue),
    column('verdict', t('headChecks.verdict'), (one) =>
      one.check ? (
        <>
          <StatusTag tone={one.check.verdict === 'satisfactory' ? 'success' : 'warning'}>
            {code('headCheckVerdict', one.check.verdict)}
          </StatusTag>
          {one.check.remark && <p className="small">{one.check.remark}</p>}
        </>
      ) : (
        <StatusTag tone="neutral">{t('headChecks.notYet')}</StatusTag>
      ),
    ),
    column('when', t('headChecks.when'), (one) =>
      one.check ? (
        <>
          <TimeText at={one.check.checkedAt} show="day" />
          <br />
          <span className="secondary small">
            {one.check.checkedByName}
            {one.check.acknowledgedAt && ` · ${t('headChecks.read')}`}
          </span>
        </>
      ) : (
        '—'
      ),
    ),
    column('act', '', { align: 'right' }, (one) => (
      <span className="button-line">
        <Button size="small" onClick={() => setOpened(one)}>
          {t(one.abilities.check ? 'headChecks.check' : 'headChecks.look')}
        </Button>
        {one.abilities.acknowledge && one.check && (
          <Button
            size="small"
            type="primary"
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate({ params: { id: one.check?.id ?? 0 } })}
          >
            {t('headChecks.acknowledge')}
          </Button>
        )}
      </span>
    )),
  ]

  return (
    <>
      <ListPage
        title={t('headChecks.title')}
        filters={
          <>
            <MonthFilter label={t('spotChecks.month')} of="month" initial={month} />
            {several && (
              <SelectFilter
                label={t('figures.department')}
                all={t('figures.allDepartments')}
                of="departmentId"
                initial={departmentId === undefined ? undefined : String(departmentId)}
                options={(places.data?.departments ?? [])
                  .filter((one) => one.active)
                  .map((one) => ({ value: String(one.id), text: one.name }))}
              />
            )}
            {checks.data && items.length > 0 && (
              <span className="secondary">
                {checks.data.over
                  ? t('headChecks.progress', { done, all: items.length, day: checks.data.dueOn })
                  : t('headChecks.running')}
              </span>
            )}
          </>
        }
        above={
          <p className="secondary" style={{ marginBottom: 12 }}>
            {t('headChecks.hint')}
          </p>
        }
        source={{
          items,
          isPending: checks.isPending,
          isError: checks.isError,
          error: checks.error,
          refetch: checks.refetch,
        }}
        columns={columns}
        rowKey={(one) => `${one.departmentId}-${one.staffId}`}
        onOpen={setOpened}
        empty={{ title: t('headChecks.none') }}
      />
      {opened && (
        <CheckDrawer key={opened.staffId} line={opened} month={month} onClose={() => setOpened(null)} />
      )}
    </>
  )
}
