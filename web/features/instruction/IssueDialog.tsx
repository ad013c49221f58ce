import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { instructionRole, issueInstruction } from '../../../contract/instruction.ts'
import { getPerson } from '../../../contract/person.ts'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { AreaField, DateField, PickField, choices } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useInstructionDone } from './useInstructionDone.ts'
import { useContractForm } from '../../ui/useContractForm.ts'

type IssueDialogProps = { person: { id: number; name: string } | null; onClose: () => void }

/**
 * Tells a department to get in touch with a patient. The last inpatient stay says which department and doctor are likely meant, whatever
 * outpatient visits came after it.
 */
export default function IssueDialog({ person: given, onClose }: IssueDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [who, setWho] = useState('')
  const places = useCall(listSites)
  const form = useContractForm(issueInstruction, {
    values: { personId: given?.id, text: '' },
    // The last stay, its department and its doctor, unless somebody chose otherwise.
    toBody: (values): object => ({
      ...values,
      departmentId,
      encounterId: stay?.id ?? null,
      staffId: chosenWho.startsWith('staff:') ? Number(chosenWho.slice(6)) : null,
      assigneeRole: instructionRole.safeParse(chosenWho).data ?? 'doctor',
      dueAt: values['dueAt'] ? new Date(values['dueAt'] as string).toISOString() : undefined,
    }),
    draft: given ? String(given.id) : '',
    ...useInstructionDone('issued', onClose),
  })
  const { values } = form
  const personId = values['personId'] as number | undefined
  const record = useCall(getPerson, { params: { id: personId ?? 0 } }, { enabled: personId !== undefined })
  const name = record.data?.name ?? given?.name
  const stays = record.data?.encounters ?? []
  const stay =
    stays.find((one) => one.id === values['encounterId']) ??
    stays.find((one) => one.class === 'inpatient') ??
    stays[0]
  const departmentId =
    (values['departmentId'] as number | null | undefined) ?? stay?.departmentId ?? undefined
  const staff = useCall(
    listStaff,
    { query: { limit: 200, departmentId: departmentId ?? 0 } },
    { enabled: departmentId !== undefined },
  )
  const colleagues = (staff.data?.items ?? []).filter((one) => one.active)
  const attending = colleagues.find((one) => one.id === stay?.attendingStaffId)
  const chosenWho = who || (attending ? `staff:${attending.id}` : 'doctor')
  const choose = (patch: Record<string, unknown>) => {
    form.change(patch)
    setWho('')
  }

  return (
    <FormDialog
      title={name ? t('instructions.issueFor', { name }) : t('instructions.issue')}
      form={form}
      onClose={onClose}
    >
      {!given && (
        <PersonPick
          label={t('instructions.person')}
          empty={t('person.notFound')}
          {...form.person('personId')}
          onChoose={(one) => choose({ personId: one.id, encounterId: null, departmentId: null })}
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
          onChange={(value) => choose({ encounterId: Number(value), departmentId: null })}
        />
      )}
      <div className="field-row">
        <PickField
          label={t('instructions.department')}
          {...form.pick('departmentId')}
          value={String(departmentId ?? '')}
          options={choices((places.data?.departments ?? []).filter((one) => one.active))}
          onChange={(value) => choose({ departmentId: Number(value) })}
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
          {...form.pick('reason', (value) => code('instructionReason', value))}
        />
        <DateField
          label={t('instructions.due')}
          time
          hint={t('instructions.dueHint')}
          {...form.text('dueAt')}
        />
      </div>
      <AreaField label={t('instructions.text')} hint={t('instructions.textHint')} {...form.text('text')} />
    </FormDialog>
  )
}
