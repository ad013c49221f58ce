import { useTranslation } from 'react-i18next'
import { clock } from '../../format/time.ts'
import { useExplain } from '../../ui/useExplain.ts'
import type { Save } from './useAutosave.ts'

/** Beside the save button: where the answers are. */
export function SaveState({ save: { state, savedAt, kept, refusal } }: { save: Save }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const words = {
    idle: '',
    unsaved: t('desk.unsaved'),
    saving: t('desk.saving'),
    saved: savedAt ? t('desk.saved', { time: clock(new Date(savedAt)) }) : '',
    offline: t(kept ? 'desk.saveOffline' : 'desk.saveNotKept'),
    failed: t(kept ? 'desk.saveFailed' : 'desk.saveNotKept'),
    refused: t('desk.saveRefused', { reason: explain(refusal) }),
  }[state]
  const trouble = state === 'offline' || state === 'failed' || state === 'refused'
  return (
    <span className={`save-state small ${trouble ? 'text-danger' : 'secondary'}`} role="status">
      {words}
    </span>
  )
}
