import { useTranslation } from 'react-i18next'
import { bookingChannels, listVisitTypes } from '../../../contract/clinic-schedule.ts'
import { listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'

import { choices } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { PeriodPresetFilter } from '../figure/PeriodPresetFilter.tsx'
import type { LoadScope } from './load-scope.ts'
import type { useClinicSite } from './useClinicSite.tsx'

/** Period, place, doctor, kind of visit, and the channel whose next free places count. */
export function LoadFilters({ scope, place }: { scope: LoadScope; place: ReturnType<typeof useClinicSite> }) {
  const { t } = useTranslation()
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
      <PeriodPresetFilter label={t('clinicLoad.period')} preset={preset} period={query} />
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
