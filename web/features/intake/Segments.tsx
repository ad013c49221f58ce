import { useTranslation } from 'react-i18next'
import { viewSegments } from './segments.ts'

type SegmentsProps = {
  label: string
  segments: readonly string[]
  /** The field to blame, such as `PID-3`. */
  location?: string | null
}

/** A message segment by segment, with the number of a field on hover and the offending one marked. */
export function Segments({ label, segments, location = null }: SegmentsProps) {
  const { t } = useTranslation()
  return (
    <ol className="segments" tabIndex={0} aria-label={label}>
      {viewSegments(segments, location).map((segment, index) => (
        <li key={index} className={segment.marked ? 'is-marked' : undefined}>
          <b>{segment.name}</b>
          {segment.fields.map((field) => (
            <span key={field.number}>
              {segment.separator}
              {field.marked ? (
                <mark title={`${segment.name}-${field.number}`}>
                  <span className="visually-hidden">{t('intake.detail.marked')} </span>
                  {field.text || '␣'}
                </mark>
              ) : (
                <span title={field.text ? `${segment.name}-${field.number}` : undefined}>{field.text}</span>
              )}
            </span>
          ))}
        </li>
      ))}
    </ol>
  )
}
