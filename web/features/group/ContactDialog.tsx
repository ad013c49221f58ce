import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  addGroupContact,
  contactRoles,
  type GroupContact,
  updateGroupContact,
} from '../../../contract/group.ts'
import { PickField, TextField } from '../../ui/fields.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useSaveGroup } from './useSaveGroup.ts'

type ContactDialogProps = { groupId: number; contact: GroupContact | null; onClose: () => void }

export function ContactDialog({ groupId, contact, onClose }: ContactDialogProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState({
    name: contact?.name ?? '',
    title: contact?.title ?? '',
    role: contact?.role ?? ('liaison' as const),
    phone: contact?.phone ?? '',
    email: contact?.email ?? '',
    main: contact?.main ?? false,
    active: contact?.active ?? true,
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const add = useSaveGroup(addGroupContact, onClose)
  const update = useSaveGroup(updateGroupContact, onClose)
  const save = () => {
    const body = {
      ...draft,
      title: draft.title.trim() || null,
      phone: draft.phone.trim() || null,
      email: draft.email.trim() || null,
      note: contact?.note ?? null,
    }
    if (!contact) add.mutate({ params: { id: groupId }, body })
    else
      update.mutate({
        params: { id: groupId, partId: contact.id },
        body: { ...body, version: contact.version },
      })
  }
  const check = (field: 'main' | 'active') => (
    <label className="check-line">
      <input
        type="checkbox"
        checked={draft[field]}
        onChange={(event) => change({ [field]: event.target.checked })}
      />
      {t(`groups.${field}`)}
    </label>
  )
  return (
    <FormDialog
      title={t(contact ? 'groups.editContact' : 'groups.addContact')}
      saving={add.isPending || update.isPending}
      onSave={save}
      onClose={onClose}
    >
      <div className="field-row">
        <TextField
          label={t('groups.contactName')}
          value={draft.name}
          required
          autoFocus
          maxLength={100}
          onChange={(name) => change({ name })}
        />
        <TextField
          label={t('groups.contactTitle')}
          value={draft.title}
          maxLength={100}
          onChange={(title) => change({ title })}
        />
      </div>
      <div className="field-row">
        <TextField
          label={t('groups.phone')}
          value={draft.phone}
          maxLength={40}
          onChange={(phone) => change({ phone })}
        />
        <TextField
          label={t('groups.email')}
          type="email"
          value={draft.email}
          maxLength={200}
          onChange={(email) => change({ email })}
        />
      </div>
      <PickField
        label={t('groups.contactRole')}
        value={draft.role}
        options={contactRoles.map((value) => ({ value, text: t(`groups.contactRoles.${value}`) }))}
        onChange={(value) => change({ role: contactRoles.find((one) => one === value) ?? 'other' })}
      />
      {check('main')}
      {contact && check('active')}
    </FormDialog>
  )
}
