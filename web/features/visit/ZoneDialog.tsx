import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { saveVisitZone, type VisitZone, type ZoneShape } from '../../../contract/visit.ts'
import { useDo } from '../../ui/useDo.ts'
import { AreaField, CheckField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import type { SetupDialogProps } from './BaseDialog.tsx'
import { DegreeFields, readPoint, typed } from './DegreeFields.tsx'
import { useSaved } from './useSaved.ts'
import { VisitMap } from './VisitMap.tsx'

const kinds = ['circle', 'polygon', 'districts'] as const

type Draft = {
  kind: ZoneShape['kind']
  centre: { latitude: string; longitude: string }
  radiusKm: number
  corners: string
  names: string
}

function draftOf(shape: ZoneShape | undefined): Draft {
  return {
    kind: shape?.kind ?? 'circle',
    centre: typed(shape?.kind === 'circle' ? shape : null),
    radiusKm: shape?.kind === 'circle' ? shape.radiusKm : 5,
    corners: shape?.kind === 'polygon' ? shape.points.map((point) => point.join(', ')).join('\n') : '',
    names: shape?.kind === 'districts' ? shape.names.join('，') : '',
  }
}

/** Null while it is not whole. */
function shapeOf({ kind, centre, radiusKm, corners, names }: Draft): ZoneShape | null {
  if (kind === 'circle') {
    const point = readPoint(centre)
    return point && { kind, ...point, radiusKm }
  }
  if (kind === 'districts') {
    const list = names.split(/[,，、\n]/).flatMap((name) => name.trim() || [])
    return list.length > 0 ? { kind, names: list } : null
  }
  const points = corners
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [latitude = '', longitude = ''] = line.split(/[,，]/)
      return readPoint({ latitude, longitude })
    })
  const good = points.flatMap((point): [number, number][] =>
    point ? [[point.latitude, point.longitude]] : [],
  )
  return good.length === points.length && good.length >= 3 ? { kind, points: good } : null
}

export function ZoneDialog({ siteId, setup, zone, onClose }: SetupDialogProps & { zone: VisitZone | null }) {
  const { t } = useTranslation()
  const [name, setName] = useState(zone?.name ?? '')
  const [teamId, setTeamId] = useState(zone?.teamId == null ? '' : String(zone.teamId))
  const [active, setActive] = useState(zone?.active ?? true)
  const [draft, setDraft] = useState(() => draftOf(zone?.shape))
  const change = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch })
  const shape = shapeOf(draft)
  const save = useDo(saveVisitZone, useSaved(onClose))
  return (
    <FormDialog
      title={t(zone ? 'visits.zone' : 'visits.addZone')}
      saving={save.isPending}
      disabled={shape === null}
      onSave={() =>
        shape &&
        save.mutate({
          body: {
            siteId,
            ...(zone && { id: zone.id }),
            name,
            shape,
            teamId: teamId === '' ? null : Number(teamId),
            active,
          },
        })
      }
      onClose={onClose}
    >
      <TextField label={t('visits.name')} value={name} required maxLength={60} onChange={setName} />
      <PickField
        label={t('visits.team')}
        value={teamId}
        none={t('visits.anyTeam')}
        options={setup.teams.map((team) => ({ value: String(team.id), text: team.name }))}
        onChange={setTeamId}
      />
      <PickField
        label={t('visits.kind')}
        value={draft.kind}
        options={kinds.map((kind) => ({ value: kind, text: t(`visits.shape.${kind}`) }))}
        onChange={(value) => change({ kind: kinds.find((kind) => kind === value) ?? 'circle' })}
      />
      {draft.kind !== 'districts' && (
        <VisitMap
          base={setup.base}
          zones={shape ? [{ id: 0, name, shape }] : []}
          height={300}
          onPick={(point) =>
            change(
              draft.kind === 'circle'
                ? { centre: typed(point) }
                : { corners: `${draft.corners.trim()}\n${point.latitude}, ${point.longitude}`.trim() },
            )
          }
        />
      )}
      {draft.kind === 'circle' && (
        <>
          <DegreeFields value={draft.centre} onChange={(centre) => change({ centre })} />
          <NumberField
            label={t('visits.radius')}
            value={draft.radiusKm}
            min={0.1}
            max={1000}
            step="any"
            onChange={(radiusKm) => change({ radiusKm })}
          />
        </>
      )}
      {draft.kind === 'polygon' && (
        <AreaField
          label={t('visits.points')}
          value={draft.corners}
          maxLength={6000}
          onChange={(corners) => change({ corners })}
        />
      )}
      {draft.kind === 'districts' && (
        <TextField
          label={t('visits.names')}
          value={draft.names}
          maxLength={1000}
          onChange={(names) => change({ names })}
        />
      )}
      <CheckField label={t('visits.active')} checked={active} onChange={setActive} />
    </FormDialog>
  )
}
