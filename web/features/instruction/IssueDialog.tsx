import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type InstructionReason,
  instructionReason,
  instructionRole,
  issueInstruction,
} from '../../../contract/instruction.ts'
import { getPerson } from '../../../contract/person.ts'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { AreaField, DateField, PickField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useActInstruction } from './useActInstruction.ts'

type IssueDialogProps = { person: { id: number; name: string } | null; onClose: () => void }

/** End of the working day after tomorrow: long enough to reach somebody, short enough to matter. */
/** Tells a department to get in touch with a patient. The last stay says which department and doctor are likely meant. */
export default function IssueDialog({ person: given, onClose }: IssueDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [person, setPerson] = useState(given)
  const [departmentId, setDepartmentId] = useState('')
  const [who, setWho] = useState('')
  const [encounterId, setEncounterId] = useState('')
  const [reason, setReason] = useState<InstructionReason | ''>('')
  const [text, setText] = useState('')
  const [dueAt, setDueAt] = useState('')
  const places = useCall(listSites)
  const record = useCall(getPerson, { params: { id: person?.id ?? 0 } }, { enabled: person !== null })
  const stays = record.data?.encounters ?? []
  const stay = stays.find((one) => String(one.id) === encounterId) ?? stays[0]
  const chosenDepartment = departmentId || String(stay?.departmentId ?? '')
  const staff = useCall(
    listStaff,
    { query: { limit: 200, departmentId: Number(chosenDepartment) } },
    { enabled: chosenDepartment !== '' },
  )
  const colleagues = (staff.data?.items ?? []).filter((one) => one.active)
  const attending = colleagues.find((one) => one.id === stay?.attendingStaffId)
  const chosenWho = who || (attending ? `staff:${attending.id}` : 'doctor')
  const issue = useActInstruction(issueInstruction, 'issued', onClose)
  const save = () => {
    if (!person || !reason) return
    issue.mutate({
      body: {
        personId: person.id,
        departmentId: Number(chosenDepartment),
        encounterId: stay?.id ?? null,
        staffId: chosenWho.startsWith('staff:') ? Number(chosenWho.slice(6)) : null,
        assigneeRole: instructionRole.safeParse(chosenWho).data ?? 'doctor',
        reason,
        text,
        ...(dueAt && { dueAt: new Date(dueAt).toISOString() }),
      },
    })
  }

  return (
    <FormDialog
      title={person ? t('instructions.issueFor', { name: person.name }) : t('instructions.issue')}
      saving={issue.isPending}
      disabled={!person || !reason || chosenDepartment === '' || text.trim().length < 2}
      onSave={save}
      onClose={onClose}
    >
      {!given && (
        <PersonPick
          label={t('instructions.person')}
          empty={t('person.notFound')}
          chosenId={person?.id ?? null}
          onChoose={(one) => {
            setPerson({ id: one.id, name: one.name })
            setEncounterId('')
            setDepartmentId('')
            setWho('')
          }}
        />
      )}
      {stays.length > 0 && (
        <PickField
          label={t('instructions.stay')}
          value={String(stay?.id ?? '')}
          options={stays.map((one) => ({
            value: String(one.id),
            text: [
              (one.end ?? one.start) && time.day(one.end ?? one.start ?? ''),
              code('encounterClass', one.class),
              one.departmentName,
              one.conditions[0]?.text,
            ]
              .filter(Boolean)
              .join(' · '),
          }))}
          onChange={(value) => {
            setEncounterId(value)
            setDepartmentId('')
            setWho('')
          }}
        />
      )}
      <div className="field-row">
        <PickField
          label={t('instructions.department')}
          value={chosenDepartment}
          none={t('instructions.choose')}
          required
          options={(places.data?.departments ?? [])
            .filter((one) => one.active)
            .map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(value) => {
            setDepartmentId(value)
            setWho('')
          }}
        />
        <PickField
          label={t('instructions.who')}
          value={chosenWho}
          options={[
            ...instructionRole.options.map((role) => ({
              value: role,
              text: t('instructions.anyOf', { role: code('role', role) }),
            })),
            ...colleagues.map((one) => ({
              value: `staff:${one.id}`,
              text: `${one.name} · ${code('role', one.role)}`,
            })),
          ]}
          onChange={setWho}
        />
      </div>
      <div className="field-row">
        <PickField
          label={t('instructions.reason')}
          value={reason}
          none={t('instructions.choose')}
          required
          options={instructionReason.options.map((value) => ({
            value,
            text: code('instructionReason', value),
          }))}
          onChange={(value) => setReason(instructionReason.safeParse(value).data ?? '')}
        />
        <DateField
          label={t('instructions.due')}
          time
          value={dueAt}
          hint={t('instructions.dueHint')}
          onChange={setDueAt}
        />
      </div>
      <AreaField
        label={t('instructions.text')}
        hint={t('instructions.textHint')}
        value={text}
        maxLength={1000}
        onChange={setText}
      />
    </FormDialog>
  )
}
