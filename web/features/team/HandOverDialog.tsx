import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { handOver, type Member } from '../../../contract/team.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCall } from '../../query.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { TextField } from '../../ui/fields.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { useMoved } from './useMoved.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

const queue = 'queue'

/** Everything open of one person to another, or back to the lists of the roles; says beforehand how many will move. */
export function HandOverDialog({ member, onClose }: { member: Member; onClose: (done: boolean) => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const moved = useMoved()
  const [to, setTo] = useState('')
  const toStaffId = to === queue ? null : Number(to)
  const params = { id: member.staffId }
  const preview = useCall(
    handOver,
    { params, body: { toStaffId, reason: t('team.preview'), dryRun: true } },
    { enabled: to !== '', staleTime: 0 },
  )
  const form = useContractForm(handOver, {
    params,
    values: { reason: '' },
    toBody: (values) => ({ ...values, ...(to && { toStaffId }), dryRun: false }),
    draft: false,
    onDone: (answer) => {
      moved(answer)
      onClose(true)
    },
  })
  return (
    <FormDialog
      title={t('team.handOverTitle', { name: member.name })}
      form={form}
      onClose={() => onClose(false)}
    >
      <StaffPick
        label={t('team.handOverTo')}
        value={to}
        error={form.errors['toStaffId']}
        but={member.staffId}
        first={[{ value: queue, text: t('tasks.backToQueue') }]}
        onChange={setTo}
      />
      <TextField label={t('team.reason')} {...form.text('reason')} />
      <p className="secondary" role="status">
        {preview.isError
          ? explain(preview.error)
          : preview.data
            ? t('tasks.preview', { changed: preview.data.changed, skipped: preview.data.skipped })
            : t('tasks.previewHint')}
      </p>
    </FormDialog>
  )
}
