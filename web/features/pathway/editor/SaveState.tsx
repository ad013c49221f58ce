import { useTranslation } from 'react-i18next'
import { TimeText } from '../../../ui/TimeText.tsx'
import { useExplain } from '../../../ui/useExplain.ts'
import type { useDraft } from './useDraft.ts'

export type Saver = ReturnType<typeof useDraft>

/** Where the saving of the draft stands, who saved last and when. */
export function SaveState({ saver: { saving, draft, retry } }: { saver: Saver }) {
  const { t } = useTranslation()
  const explain = useExplain()
  return (
    <span className="secondary small" role="status">
      {saving.is === 'failed' ? (
        <>
          <span className="text-danger">{t('editor.saveFailed', { why: explain(saving.error) })}</span>{' '}
          <button type="button" className="plain-button" onClick={retry}>
            {t('common.retry')}
          </button>
        </>
      ) : saving.is === 'waiting' || saving.is === 'saving' ? (
        t('editor.saving')
      ) : saving.is === 'conflict' ? (
        <span className="text-danger">{t('editor.notSaved')}</span>
      ) : draft ? (
        <>
          {t('editor.savedBy', { name: draft.savedByName })} <TimeText at={draft.savedAt} />
        </>
      ) : (
        t('editor.noDraft')
      )}
    </span>
  )
}
