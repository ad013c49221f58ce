import { useTranslation } from 'react-i18next'
import { closeConversation, conversationOutcome, type Thread } from '../../../contract/conversation.ts'
import { AreaField, PickField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { conversationRoutes } from './stale.ts'

/** How it ended; says before what follows from it. */
export function CloseDialog({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(closeConversation, {
    params: { id: thread.id },
    values: { outcome: 'answered', note: '' },
    stale: conversationRoutes,
    done: t('inbox.closed'),
    onDone: onClose,
  })
  const asks = thread.ways.some((one) => one.channel === 'web-chat' && one.refused === null)
  return (
    <FormDialog title={t('inbox.close')} okText={t('inbox.close')} size="small" form={form} onClose={onClose}>
      {thread.waitingSince !== null && <p className="text-danger">{t('inbox.closeUnanswered')}</p>}
      <PickField
        label={t('inbox.outcomeLabel')}
        {...form.pick('outcome')}
        options={conversationOutcome.options.map((one) => ({ value: one, text: t(`inbox.outcome.${one}`) }))}
      />
      <AreaField label={t('inbox.closeNote')} rows={2} {...form.text('note')} />
      <p className="secondary small">{t(asks ? 'inbox.closeAsks' : 'inbox.closeHint')}</p>
    </FormDialog>
  )
}
