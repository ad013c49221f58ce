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
import { type Column, ListPage } from '../../ui/ListPage.tsx'
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
  const [filters, setFilters] = useFilters()
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
    {
      key: 'doctor',
      title: t('spotChecks.doctor'),
      render: (one) => (
        <>
          <strong>{one.staffName}</strong> <span className="secondary small">{one.title}</span>
        </>
      ),
    },
    { key: 'department', title: t('figures.department'), render: (one) => one.departmentName },
    {
      key: 'discharged',
      title: t('figures.name.discharged'),
      align: 'right',
      render: (one) => one.counts.discharged,
    },
    {
      key: 'coverage',
      title: t('figures.name.coverage'),
      align: 'right',
      render: (one) => share(one.counts.coverage),
    },
    {
      key: 'proven',
      title: t('figures.name.provenCoverage'),
      align: 'right',
      render: (one) => share(one.counts.provenCoverage),
    },
    {
      key: 'timeliness',
      title: t('figures.name.timeliness'),
      align: 'right',
      render: (one) => share(one.counts.timeliness),
    },
    { key: 'overdue', title: t('figures.name.overdue'), align: 'right', render: (one) => one.counts.overdue },
    {
      key: 'verdict',
      title: t('headChecks.verdict'),
      render: (one) =>
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
    },
    {
      key: 'when',
      title: t('headChecks.when'),
      render: (one) =>
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
    },
    {
      key: 'act',
      title: '',
      align: 'right',
      render: (one) => (
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
      ),
    },
  ]

  return (
    <>
      <ListPage
        title={t('headChecks.title')}
        filters={
          <>
            <MonthFilter
              label={t('spotChecks.month')}
              value={month}
              onChange={(value) => setFilters({ month: value })}
            />
            {several && (
              <SelectFilter
                label={t('figures.department')}
                all={t('figures.allDepartments')}
                value={departmentId === undefined ? undefined : String(departmentId)}
                options={(places.data?.departments ?? [])
                  .filter((one) => one.active)
                  .map((one) => ({ value: String(one.id), text: one.name }))}
                onChange={(value) => setFilters({ departmentId: value })}
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
