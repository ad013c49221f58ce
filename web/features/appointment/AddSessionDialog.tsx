import { useTranslation } from 'react-i18next'
import { createClinicSession, type Quota } from '../../../contract/clinic-schedule.ts'
import { DateField, NumberField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { PlaceFields } from './PlaceFields.tsx'
import { QuotaFields } from './QuotaFields.tsx'
import { appointmentRoutes } from './stale.ts'

type AddSessionDialogProps = { siteId: number; date: string; onClose: () => void }

/** A single clinic beside the weekly schedules. */
export function AddSessionDialog({ siteId, date, onClose }: AddSessionDialogProps) {
  const { t } = useTranslation()
  const instant = (value: unknown) =>
    typeof value === 'string' && value !== '' ? new Date(value).toISOString() : undefined
  const form = useContractForm(createClinicSession, {
    values: {
      siteId,
      staffId: null,
      roomId: null,
      equipmentId: null,
      startsAt: `${date}T08:00`,
      endsAt: `${date}T12:00`,
      slotMinutes: 10,
      places: 1,
      overbook: 0,
      quotas: [],
    },
    toBody: (values) => ({
      ...values,
      startsAt: instant(values['startsAt']),
      endsAt: instant(values['endsAt']),
    }),
    stale: appointmentRoutes,
    done: t('schedules.saved'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('schedules.addSession')} size="large" form={form} onClose={onClose}>
      <PlaceFields
        siteId={siteId}
        staffName={null}
        department={form.pick('departmentId')}
        staff={form.pick('staffId')}
        type={form.pick('visitTypeId')}
        room={form.pick('roomId')}
        equipment={form.pick('equipmentId')}
      />
      <div className="fields-auto">
        <DateField label={t('schedules.starts')} time {...form.text('startsAt')} />
        <DateField label={t('schedules.ends')} time {...form.text('endsAt')} />
      </div>
      <div className="fields-auto">
        <NumberField label={t('schedules.slotMinutes')} {...form.number('slotMinutes')} />
        <NumberField label={t('schedules.placesAtOnce')} {...form.number('places')} />
        <NumberField label={t('schedules.overbook')} {...form.number('overbook')} />
      </div>
      <QuotaFields
        value={form.values['quotas'] as Quota[]}
        error={form.errors['quotas']}
        onChange={(quotas) => form.change({ quotas })}
      />
    </FormDialog>
  )
}
