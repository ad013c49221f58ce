import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createAbsence, listAbsences, type Member } from '../../../contract/team.ts'
import { toLocalInput } from '../../format/time.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { DateField, TextField } from '../../ui/fields.ts'
import { refreshDesk } from '../task/refresh.ts'
import { StaffPick } from './StaffPick.tsx'
import { useDo } from '../../ui/useDo.ts'

function midnight(days: number): string {
  const at = new Date()
  at.setDate(at.getDate() + days)
  at.setHours(0, 0, 0, 0)
  return toLocalInput(at)
}

export function AbsenceDialog({ member, onClose }: { member: Member; onClose: (done: boolean) => void }) {
  const { t } = useTranslation()
  const [cover, setCover] = useState('')
  const [from, setFrom] = useState(() => midnight(0))
  const [to, setTo] = useState(() => midnight(7))
  const [reason, setReason] = useState('')
  const act = useDo(createAbsence, {
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
      saving={act.isPending}
      disabled={cover === ''}
      onClose={() => onClose(false)}
      onSave={() =>
        act.mutate({
          body: {
            staffId: member.staffId,
            coverStaffId: Number(cover),
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
            ...(reason.trim() && { reason: reason.trim() }),
          },
        })
      }
    >
      <StaffPick label={t('team.cover')} value={cover} but={member.staffId} onChange={setCover} />
      <DateField label={t('team.from')} time value={from} required onChange={setFrom} />
      <DateField label={t('team.to')} time value={to} required onChange={setTo} />
      <TextField label={t('team.absenceReason')} value={reason} maxLength={200} onChange={setReason} />
      <p className="secondary">{t('team.absenceHint')}</p>
    </FormDialog>
  )
}
