import { useTranslation } from 'react-i18next'
import { createAbsence, listAbsences, type Member } from '../../../contract/team.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { toLocalInput } from '../../format/time.ts'
import { DateField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { refreshDesk } from '../task/refresh.ts'

function midnight(days: number): string {
  const at = new Date()
  at.setDate(at.getDate() + days)
  at.setHours(0, 0, 0, 0)
  return toLocalInput(at)
}

export function AbsenceDialog({ member, onClose }: { member: Member; onClose: (done: boolean) => void }) {
  const { t } = useTranslation()
  const form = useContractForm(createAbsence, {
    values: { staffId: member.staffId, from: midnight(0), to: midnight(7) },
    toBody: (values) => ({ ...values, from: instant(values['from']), to: instant(values['to']) }),
    draft: String(member.staffId),
    done: (made) => t('team.absenceMade', { name: made.staffName, cover: made.coverName }),
    stale: [listAbsences],
    onDone: () => {
      refreshDesk()
      onClose(true)
    },
  })
  return (
    <FormDialog
      title={t('team.absenceTitle', { name: member.name })}
      form={form}
      onClose={() => onClose(false)}
    >
      <StaffPick
        label={t('team.cover')}
        within="task.assign"
        but={member.staffId}
        {...form.pick('coverStaffId')}
      />
      <DateField label={t('team.from')} time {...form.text('from')} />
      <DateField label={t('team.to')} time {...form.text('to')} />
      <TextField label={t('team.absenceReason')} {...form.text('reason')} />
      <p className="secondary">{t('team.absenceHint')}</p>
    </FormDialog>
  )
}

/** A local moment as the server wants it; what is none stays for the schema to refuse. */
function instant(value: unknown): unknown {
  const at = new Date(typeof value === 'string' ? value : '')
  return Number.isNaN(at.getTime()) ? value : at.toISOString()
}
