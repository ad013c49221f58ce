import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Notice } from '../../../ui/Notice.tsx'
import { TimeText } from '../../../ui/TimeText.tsx'
import type { EditAction } from '../editing.ts'
import type { Saver } from './SaveState.tsx'

/** What to know before going on writing: somebody else saved meanwhile, a review is under way, or the draft came back. */
export function DraftNotices({ saver, onAction }: { saver: Saver; onAction: (action: EditAction) => void }) {
  const { t } = useTranslation()
  const { saving, draft } = saver
  if (saving.is === 'conflict') {
    const { theirs } = saving
    return (
      <Notice
        tone="warning"
        title={theirs ? t('editor.conflict', { name: theirs.savedByName }) : t('editor.conflictGone')}
        action={
          <span className="button-line">
            {theirs && (
              <Button
                size="small"
                onClick={() => {
                  saver.resolve(false, theirs)
                  onAction({ do: 'replace', definition: theirs.definition })
                }}
              >
                {t('editor.takeTheirs')}
              </Button>
            )}
            <Button size="small" onClick={() => saver.resolve(true, theirs)}>
              {t('editor.keepMine')}
            </Button>
          </span>
        }
      >
        {t('editor.conflictHint')}
      </Notice>
    )
  }
  if (draft?.asked)
    return (
      <Notice tone="info" title={t('editor.asked', { name: draft.asked.byName })}>
        {t(draft.mine ? 'editor.askedMine' : 'editor.askedOthers')}
      </Notice>
    )
  if (draft?.returned)
    return (
      <Notice tone="warning" title={t('editor.returned', { name: draft.returned.byName })}>
        {draft.returned.reason} · <TimeText at={draft.returned.at} />
      </Notice>
    )
  return null
}
