import './assistant.css'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type AssistantDraft, decideDraft } from '../../../contract/assistant.ts'
import { Notice } from '../../ui/Notice.tsx'
import { useDo } from '../../ui/useDo.ts'

type DraftNoticeProps = {
  draft: AssistantDraft
  /** What stands in the field now. */
  text: string
  onDiscard: () => void
}

/** Says of the text below that the assistant wrote it, from which sentences, and what was left out; or why there is none. */
export function DraftNotice({ draft, text, onDiscard }: DraftNoticeProps) {
  const { t } = useTranslation()
  const reject = useDo(decideDraft, { done: t('assistant.discarded') })
  const discard = () => {
    if (draft.text !== null) reject.mutate({ params: { id: draft.id }, body: { outcome: 'rejected' } })
    onDiscard()
  }
  if (draft.text === null)
    return (
      <Notice tone="warning" title={t('assistant.nothing')}>
        {draft.problem && t(`assistant.problem.${draft.problem}`)}
      </Notice>
    )
  const edited = text.trim() !== draft.text.trim()
  return (
    <Notice
      tone={edited ? 'info' : 'warning'}
      title={t(edited ? 'assistant.edited' : 'assistant.draft')}
      action={
        <Button size="small" onClick={discard}>
          {t('assistant.discard')}
        </Button>
      }
    >
      <ul className="assistant-sources small" aria-label={t('assistant.from')}>
        {draft.sources.map((one, index) => (
          <li key={index}>
            {t('assistant.from')} <q>{one.quote}</q>
          </li>
        ))}
      </ul>
      {draft.dropped.length > 0 && (
        <p className="small">{t('assistant.dropped', { n: draft.dropped.length })}</p>
      )}
    </Notice>
  )
}
