import { useTranslation } from 'react-i18next'
import { saveVisitVehicle, type VisitVehicle } from '../../../contract/visit.ts'
import { CheckField, NumberField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import type { SetupDialogProps } from './BaseDialog.tsx'
import { useSaved } from './useSaved.ts'

type VehicleDialogProps = SetupDialogProps & { vehicle: VisitVehicle | null }

export function VehicleDialog({ siteId, setup, vehicle, onClose }: VehicleDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(saveVisitVehicle, {
    values: { siteId, plate: null, costPerKm: null, ...(vehicle ?? { seats: 5, active: true }) },
    draft: String(vehicle?.id),
    ...useSaved(onClose),
  })
  return (
    <FormDialog title={t(vehicle ? 'visits.vehicle' : 'visits.addVehicle')} form={form} onClose={onClose}>
      <TextField label={t('visits.name')} {...form.text('name')} />
      <TextField label={t('visits.plate')} {...form.text('plate')} />
      <NumberField label={t('visits.seats')} {...form.number('seats')} />
      <NumberField label={t('visits.costPerKm', { n: setup.costPerKm })} {...form.number('costPerKm')} />
      <CheckField label={t('visits.active')} {...form.check('active')} />
    </FormDialog>
  )
}
