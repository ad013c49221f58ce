import { useTranslation } from 'react-i18next'
import { saveVisitTeam, type VisitTeam } from '../../../contract/visit.ts'
import { CheckField, ChecksField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import type { SetupDialogProps } from './BaseDialog.tsx'
import { useSaved } from './useSaved.ts'

export function TeamDialog({ siteId, setup, team, onClose }: SetupDialogProps & { team: VisitTeam | null }) {
  const { t } = useTranslation()
  const members = team?.members ?? []
  const form = useContractForm(saveVisitTeam, {
    values: {
      siteId,
      vehicleId: null,
      visitsPerDay: null,
      active: true,
      ...team,
      staffIds: members.map((one) => one.staffId),
    },
    draft: String(team?.id),
    ...useSaved(onClose),
  })
  const known = new Map([...setup.outreachStaff, ...members].map((one) => [String(one.staffId), one.name]))
  const chosen = form.checks('staffIds')
  return (
    <FormDialog title={t(team ? 'visits.team' : 'visits.addTeam')} form={form} onClose={onClose}>
      <TextField label={t('visits.name')} {...form.text('name')} />
      {known.size === 0 && <p className="secondary">{t('visits.noStaff')}</p>}
      <ChecksField
        label={t('visits.members')}
        error={chosen.error}
        options={[...known].map(([value, text]) => ({ value, text }))}
        value={chosen.value.map(String)}
        onChange={(ids) => form.change({ staffIds: ids.map(Number) })}
      />
      <PickField
        label={t('visits.vehicle')}
        {...form.pick('vehicleId')}
        none={t('visits.noVehicle')}
        options={setup.vehicles
          .filter((vehicle) => vehicle.active || vehicle.id === team?.vehicleId)
          .map((vehicle) => ({ value: String(vehicle.id), text: `${vehicle.name} ${vehicle.plate ?? ''}` }))}
      />
      <NumberField label={t('visits.perDay', { n: setup.visitsPerDay })} {...form.number('visitsPerDay')} />
      <CheckField label={t('visits.active')} {...form.check('active')} />
    </FormDialog>
  )
}
