import type { PersonDetail } from '../../../contract/person.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

export const personTagTone: Record<PersonDetail['tags'][number], Tone> = {
  deceased: 'neutral',
  'do-not-contact': 'warning',
  chronic: 'info',
  readmitted: 'warning',
  'red-flag': 'danger',
  minor: 'info',
  'open-dispute': 'danger',
}
