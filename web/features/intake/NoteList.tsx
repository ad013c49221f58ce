import { useTranslation } from 'react-i18next'
import type { IntakeNote } from '../../../contract/intake.ts'
import { useCode } from '../../i18n/useCode.ts'

/** What of a message could not be used: the field, why, and what stands there where it may be shown. */
export function NoteList({ notes }: { notes: IntakeNote[] }) {
  const { t } = useTranslation()
  const code = useCode()
  return (
    <ul className="intake-notes">
      {notes.map(({ location, kind, value }) => (
        <li key={`${location}|${kind}`}>
          <b className="mono">{location}</b> {code('intakeNote', kind)}{' '}
          {kind !== 'missing' && (
            <span className={value === null ? 'secondary small' : 'mono'}>
              {value ?? t('intake.notes.hidden')}
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
