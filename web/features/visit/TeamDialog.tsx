import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { saveVisitTeam, type VisitTeam } from '../../../contract/visit.ts'
import { useAct } from '../../query.ts'
import { CheckField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import type { SetupDialogProps } from './BaseDialog.tsx'
import { useSaved } from './useSaved.ts'

export function TeamDialog({ siteId, setup, team, onClose }: SetupDialogProps & { team: VisitTeam | null }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState({
    name: team?.name ?? '',
    vehicleId: team?.vehicleId == null ? '' : String(team.vehicleId),
    perDay: team?.visitsPerDay == null ? '' : String(team.visitsPerDay),
    staffIds: team?.members.map((member) => member.staffId) ?? [],
    active: team?.active ?? true,
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const save = useAct(saveVisitTeam, useSaved(onClose))
  const known = new Map(
    [...setup.outreachStaff, ...(team?.members ?? [])].map((one) => [one.staffId, one.name]),
  )
  const body = {
    siteId,
    ...(team && { id: team.id }),
    name: draft.name,
    vehicleId: draft.vehicleId === '' ? null : Number(draft.vehicleId),
    visitsPerDay: draft.perDay === '' ? null : Number(draft.perDay),
    staffIds: draft.staffIds,
    active: draft.active,
  }
  return (
    <FormDialog
      title={t(team ? 'visits.team' : 'visits.addTeam')}
      saving={save.isPending}
      disabled={draft.staffIds.length === 0}
      onSave={() => save.mutate({ body })}
      onClose={onClose}
    >
      <TextField
        label={t('visits.name')}
        value={draft.name}
        required
        maxLength={60}
        onChange={(name) => change({ name })}
      />
      <fieldset className="stack">
        <legend>{t('visits.members')}</legend>
        {known.size === 0 && <p className="secondary">{t('visits.noStaff')}</p>}
        {[...known].map(([staffId, name]) => (
          <CheckField
            key={staffId}
            label={name}
            checked={draft.staffIds.includes(staffId)}
            onChange={(on) =>
              change({
                staffIds: on ? [...draft.staffIds, staffId] : draft.staffIds.filter((one) => one !== staffId),
              })
            }
          />
        ))}
      </fieldset>
      <PickField
        label={t('visits.vehicle')}
        value={draft.vehicleId}
        none={t('visits.noVehicle')}
        options={setup.vehicles
          .filter((vehicle) => vehicle.active || vehicle.id === team?.vehicleId)
          .map((vehicle) => ({ value: String(vehicle.id), text: `${vehicle.name} ${vehicle.plate ?? ''}` }))}
        onChange={(vehicleId) => change({ vehicleId })}
      />
      <TextField
        label={t('visits.perDay', { n: setup.visitsPerDay })}
        value={draft.perDay}
        pattern="[1-9]|[1-3][0-9]|40"
        onChange={(perDay) => change({ perDay })}
      />
      <CheckField
        label={t('visits.active')}
        checked={draft.active}
        onChange={(active) => change({ active })}
      />
    </FormDialog>
  )
}
