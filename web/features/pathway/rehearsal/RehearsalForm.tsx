import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getRehearsal, type Rehearsal, startRehearsal } from '../../../../contract/rehearsal.ts'
import { listSites } from '../../../../contract/setting.ts'
import { ApiError } from '../../../api.ts'
import { isoDay } from '../../../format/time.ts'
import { keyOf, queryClient, useAct, useCall } from '../../../query.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { SelectFilter } from '../../../ui/SelectFilter.tsx'
import { PeriodFilter } from '../../../ui/DateFilter.tsx'
import { first } from '../../../ui/filters.ts'
import { useExplain } from '../../../ui/useExplain.ts'

/** The last twelve months up to today. */
function lastYear(): { from: string; to: string } {
  const today = new Date()
  const from = new Date(today.getFullYear() - 1, today.getMonth(), today.getDate() + 1)
  return { from: isoDay(from), to: isoDay(today) }
}

/** Period and places of a rehearsal; begins with those of the last one. */
export function RehearsalForm({
  id,
  last,
  running,
}: {
  id: number
  last: Rehearsal | null
  running: boolean
}) {
  const { t } = useTranslation()
  const explain = useExplain()
  const places = useCall(listSites)
  const [period, setPeriod] = useState(() => (last ? { from: last.from, to: last.to } : lastYear()))
  const [siteId, setSite] = useState<string | undefined>(last?.siteIds?.[0]?.toString())
  const [departmentIds, setDepartments] = useState<number[]>(last?.departmentIds ?? [])
  const start = useAct(startRehearsal, {
    onSettled: () => void queryClient.invalidateQueries({ queryKey: keyOf(getRehearsal) }),
  })
  const departments = (places.data?.departments ?? []).filter(
    (one) => one.active && (siteId === undefined || one.siteId === Number(siteId)),
  )
  const free = departments.filter((one) => !departmentIds.includes(one.id))
  const { error } = start
  return (
    <>
      <div className="filter-bar">
        <PeriodFilter
          labels={[t('rehearsal.from'), t('rehearsal.to')]}
          filters={period}
          onChange={({ from = period.from, to = period.to }) =>
            setPeriod({ from: first(from) ?? '', to: first(to) ?? '' })
          }
        />
        <SelectFilter
          label={t('rehearsal.site')}
          all={t('rehearsal.allSites')}
          value={siteId}
          options={(places.data?.sites ?? []).map((site) => ({ value: String(site.id), text: site.name }))}
          onChange={(next) => {
            setSite(next)
            setDepartments([])
          }}
        />
        <SelectFilter
          label={t('rehearsal.department')}
          all={t(departmentIds.length === 0 ? 'rehearsal.allDepartments' : 'rehearsal.oneMore')}
          value={undefined}
          options={free.map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(chosen) => chosen && setDepartments([...departmentIds, Number(chosen)])}
        />
        {departmentIds.map((chosen) => {
          const name = departments.find((one) => one.id === chosen)?.name ?? String(chosen)
          return (
            <button
              key={chosen}
              type="button"
              className="chip"
              aria-pressed
              aria-label={t('rehearsal.without', { name })}
              onClick={() => setDepartments(departmentIds.filter((one) => one !== chosen))}
            >
              {name} ×
            </button>
          )
        })}
        <Button
          type="primary"
          disabled={running || period.from > period.to}
          loading={start.isPending}
          onClick={() =>
            start.mutate({
              params: { id },
              body: {
                ...period,
                siteIds: siteId === undefined ? null : [Number(siteId)],
                departmentIds: departmentIds.length === 0 ? null : departmentIds,
              },
            })
          }
        >
          {t(last ? 'rehearsal.again' : 'rehearsal.start')}
        </Button>
      </div>
      {error && (
        <Notice
          tone="danger"
          title={
            error instanceof ApiError && error.fields.length > 0 ? t('rehearsal.faulty') : explain(error)
          }
        />
      )}
    </>
  )
}
