import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { addGroupMember, type GroupMember, memberRoles, updateGroupMember } from '../../../contract/group.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { DateField, PickField, TextField } from '../../ui/fields.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useSaveGroup } from './useSaveGroup.ts'

type Chosen = { id: number; name: string }
type MemberDialogProps = {
  groupId: number
  member: GroupMember | null
  /** Opened to end the membership: today stands in the field. */
  ending?: boolean
  onClose: () => void
}

const today = () => new Date().toLocaleDateString('sv-SE')

export function MemberDialog({ groupId, member, ending = false, onClose }: MemberDialogProps) {
  const { t } = useTranslation()
  const [person, setPerson] = useState<Chosen | null>(member && { id: member.personId, name: member.name })
  const [draft, setDraft] = useState({
    role: member?.role ?? ('employee' as const),
    employeeNumber: member?.employeeNumber ?? '',
    department: member?.department ?? '',
    title: member?.title ?? '',
    since: member?.since ?? '',
    until: member?.until ?? (ending ? today() : ''),
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const add = useSaveGroup(addGroupMember, onClose)
  const update = useSaveGroup(updateGroupMember, onClose)
  const save = () => {
    if (!person) return
    const body = {
      role: draft.role,
      employeeNumber: draft.employeeNumber.trim() || null,
      department: draft.department.trim() || null,
      title: draft.title.trim() || null,
      since: draft.since || null,
      until: draft.until || null,
      note: member?.note ?? null,
    }
    if (!member) add.mutate({ params: { id: groupId }, body: { ...body, personId: person.id } })
    else
      update.mutate({
        params: { id: groupId, partId: member.id },
        body: { ...body, version: member.version },
      })
  }
  return (
    <FormDialog
      title={member ? `${t('groups.editMember')} · ${member.name}` : t('groups.addMember')}
      saving={add.isPending || update.isPending}
      disabled={person === null}
      onSave={save}
      onClose={onClose}
    >
      {!member && (
        <PersonPick
          label={t('groups.findPerson')}
          hint={person ? t('groups.chosen', { name: person.name }) : t('groups.findPersonHint')}
          empty={t('groups.noPerson')}
          chosenId={person?.id ?? null}
          onChoose={setPerson}
        />
      )}
      <div className="field-row">
        <PickField
          label={t('groups.role')}
          value={draft.role}
          options={memberRoles.map((value) => ({ value, text: t(`groups.memberRoles.${value}`) }))}
          onChange={(value) => change({ role: memberRoles.find((one) => one === value) ?? 'other' })}
        />
        <TextField
          label={t('groups.employeeNumber')}
          value={draft.employeeNumber}
          maxLength={60}
          onChange={(employeeNumber) => change({ employeeNumber })}
        />
      </div>
      <div className="field-row">
        <TextField
          label={t('groups.department')}
          value={draft.department}
          maxLength={100}
          onChange={(department) => change({ department })}
        />
        <TextField
          label={t('groups.post')}
          value={draft.title}
          maxLength={100}
          onChange={(title) => change({ title })}
        />
      </div>
      <div className="field-row">
        <DateField label={t('groups.since')} value={draft.since} onChange={(since) => change({ since })} />
        <DateField
          label={t('groups.lastDay')}
          autoFocus={ending}
          value={draft.until}
          onChange={(until) => change({ until })}
        />
      </div>
    </FormDialog>
  )
}
