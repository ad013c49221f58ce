import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { saveVisitVehicle, type VisitVehicle } from '../../../contract/visit.ts'
import { useAct } from '../../query.ts'
import { CheckField, NumberField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import type { SetupDialogProps } from './BaseDialog.tsx'
import { useSaved } from './useSaved.ts'

export function VehicleDialog({
  siteId,
  setup,
  vehicle,
  onClose,
}: SetupDialogProps & { vehicle: VisitVehicle | null }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState({
    name: vehicle?.name ?? '',
    plate: vehicle?.plate ?? '',
    seats: vehicle?.seats ?? 5,
    cost: vehicle?.costPerKm == null ? '' : String(vehicle.costPerKm),
    active: vehicle?.active ?? true,
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const save = useAct(saveVisitVehicle, useSaved(onClose))
  const { name, plate, seats, active } = draft
  const costPerKm = draft.cost.trim() === '' ? null : Number(draft.cost)
  return (
    <FormDialog
      title={t(vehicle ? 'visits.vehicle' : 'visits.addVehicle')}
      saving={save.isPending}
      onSave={() =>
        save.mutate({
          body: {
            siteId,
            ...(vehicle && { id: vehicle.id }),
            name,
            plate: plate || null,
            seats,
            costPerKm,
            active,
          },
        })
      }
      onClose={onClose}
    >
      <TextField
        label={t('visits.name')}
        value={name}
        required
        maxLength={60}
        onChange={(value) => change({ name: value })}
      />
      <TextField
        label={t('visits.plate')}
        value={plate}
        maxLength={20}
        onChange={(value) => change({ plate: value })}
      />
      <NumberField
        label={t('visits.seats')}
        value={seats}
        min={1}
        max={60}
        onChange={(value) => change({ seats: value })}
      />
      <TextField
        label={t('visits.costPerKm', { n: setup.costPerKm })}
        value={draft.cost}
        pattern={String.raw`\d{1,3}(\.\d{1,2})?`}
        onChange={(cost) => change({ cost })}
      />
      <CheckField
        label={t('visits.active')}
        checked={active}
        onChange={(value) => change({ active: value })}
      />
    </FormDialog>
  )
}
