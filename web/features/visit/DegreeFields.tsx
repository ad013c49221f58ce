import { useTranslation } from 'react-i18next'
import type { Point } from '../../../contract/geo.ts'
import { TextField } from '../../ui/fields.ts'

export type TypedPoint = { latitude: string; longitude: string }

export const typed = (point: Point | null): TypedPoint => ({
  latitude: point ? String(point.latitude) : '',
  longitude: point ? String(point.longitude) : '',
})

/** Null unless both are degrees on earth. */
export function readPoint({ latitude, longitude }: TypedPoint): Point | null {
  const [north, east] = [Number(latitude), Number(longitude)]
  const good =
    latitude.trim() !== '' && longitude.trim() !== '' && Math.abs(north) <= 90 && Math.abs(east) <= 180
  return good ? { latitude: north, longitude: east } : null
}

/** A position typed in degrees, for who has it from somewhere and for who uses no pointer. */
export function DegreeFields({
  value,
  onChange,
}: {
  value: TypedPoint
  onChange: (value: TypedPoint) => void
}) {
  const { t } = useTranslation()
  const pattern = String.raw`-?\d{1,3}(\.\d+)?`
  return (
    <div className="field-row">
      <TextField
        label={t('visits.latitude')}
        value={value.latitude}
        required
        pattern={pattern}
        onChange={(latitude) => onChange({ ...value, latitude })}
      />
      <TextField
        label={t('visits.longitude')}
        value={value.longitude}
        required
        pattern={pattern}
        onChange={(longitude) => onChange({ ...value, longitude })}
      />
    </div>
  )
}
