import { useTranslation } from 'react-i18next'
import { bookingChannels, listVisitTypes } from '../../../contract/clinic-schedule.ts'
import { listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { choices } from '../../ui/fields.ts'
import { useFilters } from '../../ui/filters.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { presets } from '../figure/period.ts'
import type { LoadScope } from './load-scope.ts'
import type { useClinicSite } from './useClinicSite.tsx'

/** Period, place, doctor, kind of visit, and the channel whose next free places count. */
export function LoadFilters({ scope, place }: { scope: LoadScope; place: ReturnType<typeof useClinicSite> }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const { preset, query } = scope
  const { siteId, departmentId } = place
  const staff = useCall(
    listStaff,
    { query: { limit: 200, ...(departmentId && { departmentId }) } },
    { enabled: departmentId !== undefined },
  )
  const types = useCall(listVisitTypes, { query: { siteId: siteId ?? 0 } }, { enabled: siteId !== undefined })
  const doctors = (staff.data?.items ?? []).filter(
    (one) => one.role === 'doctor' || one.role === 'department-head',
  )
  return (
    <div className="filter-bar">
      <SelectFilter
        label={t('clinicLoad.period')}
        value={preset}
        options={presets.map((value) => ({ value, text: t(`figures.period.${value}`) }))}
        onChange={(period) =>
          setFilters({
            period,
            from: period === 'custom' ? query.from : undefined,
            to: period === 'custom' ? query.to : undefined,
          })
        }
      />
      {preset === 'custom' && (
        <PeriodFilter
          labels={[t('clinicLoad.from'), t('clinicLoad.to')]}
          filters={{ from: query.from, to: query.to, ...filters }}
        />
      )}
      {place.pickers}
      {doctors.length > 1 && (
        <SelectFilter
          label={t('appointments.doctor')}
          all={t('appointments.allDoctors')}
          of="staffId"
          options={choices(doctors)}
        />
      )}
      <SelectFilter
        label={t('appointments.type')}
        all={t('appointments.allTypes')}
        of="visitTypeId"
        options={choices(types.data?.items ?? [])}
      />
      <SelectFilter
        label={t('clinicLoad.channel')}
        of="channel"
        initial="phone"
        options={bookingChannels.map((value) => ({ value, text: t(`appointments.channel.${value}`) }))}
      />
    </div>
  )
}
