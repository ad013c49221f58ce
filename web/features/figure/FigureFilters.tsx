import { useTranslation } from 'react-i18next'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { type Filters, useFilters } from '../../ui/filters.ts'
import { type FigureScope, type Grouping, groupings, presets } from './period.ts'

export function FigureFilters({
  scope,
  start,
  onChange,
}: {
  scope: FigureScope
  start: Grouping
  onChange: (patch: Filters) => void
}) {
  const { t } = useTranslation()
  const { preset, query } = scope
  const [filters] = useFilters()
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
  const text = (value: number | undefined) => (value === undefined ? undefined : String(value))

  return (
    <div className="filter-bar">
      <SelectFilter
        label={t('figures.period.label')}
        value={preset}
        options={presets.map((value) => ({ value, text: t(`figures.period.${value}`) }))}
        onChange={(period) =>
          onChange({
            period,
            from: period === 'custom' ? query.from : undefined,
            to: period === 'custom' ? query.to : undefined,
          })
        }
      />
      {preset === 'custom' && (
        <PeriodFilter
          labels={[t('figures.from'), t('figures.to')]}
          filters={{ from: query.from, to: query.to, ...filters }}
          onChange={onChange}
        />
      )}
      <SelectFilter
        label={t('figures.level.label')}
        value={text(query.level)}
        options={([1, 2, 3] as const).map((level) => ({
          value: String(level),
          text: t(`figures.level.l${level}`),
        }))}
        onChange={(level) => onChange({ level: level === '1' ? undefined : level })}
      />
      {sites.length > 1 && (
        <SelectFilter
          label={t('figures.site')}
          all={t('figures.allSites')}
          value={text(query.siteId)}
          options={sites.map((site) => ({ value: String(site.id), text: site.name }))}
          onChange={(siteId) => onChange({ siteId, departmentId: undefined, attendingStaffId: undefined })}
        />
      )}
      {departments.length > 1 && (
        <SelectFilter
          label={t('figures.department')}
          all={t('figures.allDepartments')}
          value={text(query.departmentId)}
          options={departments.map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(departmentId) => onChange({ departmentId, attendingStaffId: undefined })}
        />
      )}
      {doctors.length > 1 && (
        <SelectFilter
          label={t('figures.doctor')}
          all={t('figures.allDoctors')}
          value={text(query.attendingStaffId)}
          options={doctors.map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(attendingStaffId) => onChange({ attendingStaffId })}
        />
      )}
      <SelectFilter
        label={t('figures.by.label')}
        value={query.by}
        options={groupings.map((value) => ({ value, text: t(`figures.by.${value}`) }))}
        onChange={(by) => onChange({ by: by === start ? undefined : by })}
      />
      <SelectFilter
        label={t('figures.compare.label')}
        value={query.compare}
        options={(['before', 'year'] as const).map((value) => ({
          value,
          text: t(`figures.compare.${value}`),
        }))}
        onChange={(compare) => onChange({ compare: compare === 'year' ? compare : undefined })}
      />
    </div>
  )
}
