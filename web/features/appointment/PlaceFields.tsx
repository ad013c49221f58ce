import { useTranslation } from 'react-i18next'
import { listResources, listVisitTypes } from '../../../contract/clinic-schedule.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCall } from '../../query.ts'
import { choices, PickField } from '../../ui/fields.ts'
import type { FieldProps } from '../../ui/field/Labelled.tsx'
import { useClinicSite } from './useClinicSite.tsx'

type Bound = Omit<FieldProps<string>, 'label'>
type PlaceFieldsProps = {
  siteId: number
  staffName: string | null
  department: Bound
  staff: Bound
  type: Bound
  room: Bound
  equipment: Bound
}

/** Who sees which patients where: the same in a weekly schedule and in a single clinic. */
export function PlaceFields({
  siteId,
  staffName,
  department,
  staff,
  type,
  room,
  equipment,
}: PlaceFieldsProps) {
  const { t } = useTranslation()
  const { departments } = useClinicSite()
  const types = useCall(listVisitTypes, { query: { siteId } })
  const resources = useCall(listResources, { query: { siteId } })
  const active = (resources.data?.items ?? []).filter((one) => one.active)
  const of = (kind: 'room' | 'equipment') => choices(active.filter((one) => one.kind === kind))
  return (
    <>
      <div className="fields-auto">
        <PickField label={t('schedules.department')} {...department} options={choices(departments)} />
        <StaffPick label={t('schedules.doctor')} {...staff} name={staffName} none={t('schedules.noDoctor')} />
        <PickField
          label={t('schedules.type')}
          {...type}
          options={choices((types.data?.items ?? []).filter((one) => one.active))}
        />
      </div>
      <div className="fields-auto">
        <PickField label={t('schedules.room')} {...room} none={t('schedules.noRoom')} options={of('room')} />
        <PickField
          label={t('schedules.equipment')}
          {...equipment}
          none={t('common.none')}
          options={of('equipment')}
        />
      </div>
    </>
  )
}
