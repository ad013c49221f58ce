import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AssistantDraft, draftText } from '../../../contract/assistant.ts'
import { handOver, listColleagues, type Thread } from '../../../contract/conversation.ts'
import { useCall } from '../../query.ts'
import { AreaField, PickField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { DraftNotice } from '../assistant/DraftNotice.tsx'
import { useAssistant } from '../assistant/useAssistant.ts'
import { conversationRoutes } from './stale.ts'

/** To a colleague or a department, with what they need to know; the whole conversation goes along. */
export function HandOverDialog({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const { t } = useTranslation()
  const colleagues = useCall(listColleagues, { params: { id: thread.id } })
  const [to, setTo] = useState('')
  const [drafted, setDrafted] = useState<AssistantDraft | null>(null)
  const assistant = useAssistant(thread.id)
  const form = useContractForm(handOver, {
    params: { id: thread.id },
    values: { note: '' },
    toBody: (values) => ({
      ...values,
      ...(drafted?.text && { draftId: drafted.id }),
      userId: to.startsWith('u') ? to.slice(1) : null,
      departmentId: to.startsWith('d') ? Number(to.slice(1)) : null,
    }),
    stale: conversationRoutes,
    done: t('inbox.handed'),
    onDone: onClose,
  })
  const ask = useDo(draftText, {
    onDone: (made) => {
      setDrafted(made)
      if (made.text !== null) form.change({ note: made.text })
    },
  })
  const { users = [], departments = [] } = colleagues.data ?? {}
  const note = form.text('note')
  return (
    <FormDialog title={t('inbox.handOver')} okText={t('inbox.handOver')} form={form} onClose={onClose}>
      <PickField
        label={t('inbox.handTo')}
        required
        value={to}
        error={form.errors['userId']}
        onChange={setTo}
        options={[
          ...users.map((one) => ({ value: `u${one.id}`, text: one.name })),
          ...departments.map((one) => ({
            value: `d${one.id}`,
            text: t('inbox.department', { name: one.name }),
          })),
        ]}
      />
      {drafted && (
        <DraftNotice
          draft={drafted}
          text={note.value}
          onDiscard={() => {
            setDrafted(null)
            form.change({ note: '' })
          }}
        />
      )}
      <AreaField label={t('inbox.handNote')} hint={t('inbox.handHint')} {...note} />
      {assistant && (
        <Button
          loading={ask.isPending}
          disabled={note.value.trim() !== '' && drafted === null}
          onClick={() => ask.mutate({ params: { id: thread.id }, body: { kind: 'note' } })}
        >
          {t(ask.isPending ? 'assistant.drafting' : 'assistant.draftHand')}
        </Button>
      )}
    </FormDialog>
  )
}
