import { useTranslation } from 'react-i18next'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'

import { choices } from '../../ui/fields.ts'
import { type FigureScope, type Grouping, groupings } from './period.ts'
import { PeriodPresetFilter } from './PeriodPresetFilter.tsx'

export function FigureFilters({ scope, start }: { scope: FigureScope; start: Grouping }) {
  const { t } = useTranslation()
  const { preset, query } = scope
  const places = useCall(listSites, { query: { within: 'figure.read' } })
  const sites = places.data?.sites ?? []
  const departments = (places.data?.departments ?? []).filter(
    (one) => one.active && (query.siteId === undefined || one.siteId === query.siteId),
  )
  // The doctors of one department; whoever may see a single one need not choose it first.
  const departmentId = query.departmentId ?? (departments.length === 1 ? departments[0]?.id : undefined)
  const staff = useCall(
    listStaff,
    { query: { within: 'figure.read', limit: 200, ...(departmentId ? { departmentId } : {}) } },
    { enabled: departmentId !== undefined },
  )
  const doctors = (staff.data?.items ?? []).filter(
    (one) => one.role === 'doctor' || one.role === 'department-head',
  )

  return (
    <div className="filter-bar">
      <PeriodPresetFilter label={t('figures.period.label')} preset={preset} period={query} />
      <SelectFilter
        label={t('figures.level.label')}
        of="level"
        initial="1"
        options={([1, 2, 3] as const).map((level) => ({
          value: String(level),
          text: t(`figures.level.l${level}`),
        }))}
      />
      {sites.length > 1 && (
        <SelectFilter
          label={t('figures.site')}
          all={t('figures.allSites')}
          of="siteId"
          clears={['departmentId', 'attendingStaffId']}
          options={choices(sites)}
        />
      )}
      {departments.length > 1 && (
        <SelectFilter
          label={t('figures.department')}
          all={t('figures.allDepartments')}
          of="departmentId"
          clears={['attendingStaffId']}
          options={choices(departments)}
        />
      )}
      {doctors.length > 1 && (
        <SelectFilter
          label={t('figures.doctor')}
          all={t('figures.allDoctors')}
          of="attendingStaffId"
          options={choices(doctors)}
        />
      )}
      <SelectFilter
        label={t('figures.by.label')}
        of="by"
        initial={start}
        options={groupings.map((value) => ({ value, text: t(`figures.by.${value}`) }))}
      />
      <SelectFilter
        label={t('figures.compare.label')}
        of="compare"
        initial="before"
        options={(['before', 'year'] as const).map((value) => ({
          value,
          text: t(`figures.compare.${value}`),
        }))}
      />
    </div>
  )
}
