import { useTranslation } from 'react-i18next'
import { createPersonFor, linkPerson, type Thread } from '../../../contract/conversation.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { useCode } from '../../i18n/useCode.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { conversationRoutes } from './stale.ts'

type LinkDialogProps = {
  thread: Thread
  kind: 'link' | 'new'
  onClose: () => void
  onOpen: (id: number) => void
}

/** Says who writes: somebody known, or a new record. */
export function LinkDialog({ kind, ...rest }: LinkDialogProps) {
  return kind === 'link' ? <Known {...rest} /> : <Newcomer {...rest} />
}

function Known({ thread, onClose, onOpen }: Omit<LinkDialogProps, 'kind'>) {
  const { t } = useTranslation()
  const link = useDo(linkPerson, {
    stale: conversationRoutes,
    done: t('inbox.linked'),
    onDone: ({ id }) => onOpen(id),
  })
  return (
    <Dialog title={t('inbox.link')} onClose={onClose}>
      <PersonPick
        label={t('inbox.person')}
        hint={t('inbox.linkHint')}
        empty={t('inbox.personNone')}
        onChoose={({ id }) => link.mutate({ params: { id: thread.id }, body: { personId: id } })}
      />
    </Dialog>
  )
}

function Newcomer({ thread, onClose, onOpen }: Omit<LinkDialogProps, 'kind'>) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(createPersonFor, {
    params: { id: thread.id },
    values: { name: thread.name ?? '', sex: 'unknown', birthDate: null, phone: '' },
    stale: conversationRoutes,
    done: t('inbox.personMade'),
    onDone: ({ id }) => onOpen(id),
  })
  return (
    <FormDialog title={t('inbox.newPerson')} okText={t('inbox.newPerson')} form={form} onClose={onClose}>
      <TextField label={t('inbox.statedName')} autoFocus {...form.text('name')} />
      <div className="fields-auto">
        <PickField
          label={t('person.sex')}
          {...form.pick('sex')}
          options={(['male', 'female', 'other', 'unknown'] as const).map((one) => ({
            value: one,
            text: code('sex', one),
          }))}
        />
        <DateField label={t('person.birthDate')} {...form.text('birthDate')} />
        <TextField label={t('inbox.statedPhone')} hint={t('inbox.phoneHint')} {...form.text('phone')} />
      </div>
    </FormDialog>
  )
}
