import { useState } from 'react'
import { call } from '../../api.ts'
import { useTranslation } from 'react-i18next'
import {
  addGroupMember,
  type GroupMember,
  updateGroupMember,
  listGroupMembers,
} from '../../../contract/group.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { isoDay } from '../../format/time.ts'
import { DateField, FieldRow, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useGroupSaved } from './useGroupSaved.ts'

type MemberDialogProps = {
  groupId: number
  member: GroupMember | null
  /** Opened to end the membership: today stands in the field. */
  ending?: boolean
  onClose: () => void
}

export function MemberDialog({ groupId, member, ending = false, onClose }: MemberDialogProps) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const form = useContractForm(member ? updateGroupMember : addGroupMember, {
    latest: async () =>
      (
        await call(listGroupMembers, {
          params: { id: groupId },
          query: { search: member?.name, current: member?.until === null },
        })
      ).items.find((one) => one.id === member?.id),
    params: member ? { id: groupId, partId: member.id } : { id: groupId },
    values: member
      ? { ...member, until: member.until ?? (ending ? isoDay(new Date()) : null) }
      : { role: 'employee' },
    draft: !ending,
    ...useGroupSaved(onClose),
  })
  return (
    <FormDialog
      title={member ? `${t('groups.editMember')} · ${member.name}` : t('groups.addMember')}
      form={form}
      onClose={onClose}
    >
      {!member && (
        <PersonPick
          label={t('groups.findPerson')}
          hint={name ? t('groups.chosen', { name }) : t('groups.findPersonHint')}
          empty={t('groups.noPerson')}
          {...form.person('personId')}
          onChoose={(person) => {
            setName(person.name)
            form.change({ personId: person.id })
          }}
        />
      )}
      <FieldRow>
        <PickField
          label={t('groups.role')}
          {...form.pick('role', (value) => t(`groups.memberRoles.${value}`))}
        />
        <TextField label={t('groups.employeeNumber')} {...form.text('employeeNumber')} />
      </FieldRow>
      <FieldRow>
        <TextField label={t('groups.department')} {...form.text('department')} />
        <TextField label={t('groups.post')} {...form.text('title')} />
      </FieldRow>
      <FieldRow>
        <DateField label={t('groups.since')} {...form.text('since')} />
        <DateField label={t('groups.lastDay')} autoFocus={ending} {...form.text('until')} />
      </FieldRow>
    </FormDialog>
  )
}
