import { call } from '../../api.ts'
import { useTranslation } from 'react-i18next'
import { addGroupContact, type GroupContact, updateGroupContact, getGroup } from '../../../contract/group.ts'
import { CheckField, FieldRow, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useGroupSaved } from './useGroupSaved.ts'

type ContactDialogProps = { groupId: number; contact: GroupContact | null; onClose: () => void }

export function ContactDialog({ groupId, contact, onClose }: ContactDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(contact ? updateGroupContact : addGroupContact, {
    latest: async () =>
      (await call(getGroup, { params: { id: groupId } })).contacts.find((one) => one.id === contact?.id),
    params: contact ? { id: groupId, partId: contact.id } : { id: groupId },
    values: contact ?? { role: 'liaison' },
    ...useGroupSaved(onClose),
  })
  return (
    <FormDialog title={t(contact ? 'groups.editContact' : 'groups.addContact')} form={form} onClose={onClose}>
      <FieldRow>
        <TextField label={t('groups.contactName')} autoFocus {...form.text('name')} />
        <TextField label={t('groups.contactTitle')} {...form.text('title')} />
      </FieldRow>
      <FieldRow>
        <TextField label={t('groups.phone')} {...form.text('phone')} />
        <TextField label={t('groups.email')} type="email" {...form.text('email')} />
      </FieldRow>
      <PickField
        label={t('groups.contactRole')}
        {...form.pick('role', (value) => t(`groups.contactRoles.${value}`))}
      />
      <CheckField label={t('groups.main')} {...form.check('main')} />
      {contact && <CheckField label={t('groups.active')} {...form.check('active')} />}
    </FormDialog>
  )
}
