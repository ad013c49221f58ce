import { useTranslation } from 'react-i18next'
import { clock } from '../../format/time.ts'
import type { Save } from './useAutosave.ts'

export function SaveState({ save }: { save: Save }) {
  const { t } = useTranslation()
  const words = {
    idle: '',
    unsaved: t('desk.unsaved'),
    saving: t('desk.saving'),
    saved: save.savedAt ? t('desk.saved', { time: clock(new Date(save.savedAt)) }) : '',
    failed: t('desk.saveFailed'),
  }[save.state]
  return (
    <span
      className={`save-state small ${save.state === 'failed' ? 'text-danger' : 'secondary'}`}
      role="status"
    >
      {words}
    </span>
  )
}
