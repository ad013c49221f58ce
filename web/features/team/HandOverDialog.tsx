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
  const params = { id: member.staffId }
  const form = useContractForm(handOver, {
    params,
    values: { toStaffId: '', reason: '' },
    toBody: (values): object => ({ ...values, toStaffId: to === '' ? undefined : toStaffId, dryRun: false }),
    onDone: (answer) => {
      moved(answer)
      onClose(true)
    },
  })
  const { value: to, ...field } = form.text('toStaffId')
  const toStaffId = to === queue ? null : Number(to)
  const preview = useCall(
    handOver,
    { params, body: { toStaffId, reason: t('team.preview'), dryRun: true } },
    { enabled: to !== '', staleTime: 0 },
  )
  return (
    <FormDialog
      title={t('team.handOverTitle', { name: member.name })}
      form={form}
      onClose={() => onClose(false)}
    >
      <StaffPick
        label={t('team.handOverTo')}
        within="task.assign"
        but={member.staffId}
        first={[{ value: queue, text: t('tasks.backToQueue') }]}
        value={to}
        {...field}
      />
      <TextField label={t('team.reason')} {...form.text('reason')} />
      <p className="secondary" role="status">
        {preview.isError
          ? !form.trouble && explain(preview.error)
          : preview.data
            ? t('tasks.preview', { changed: preview.data.changed, skipped: preview.data.skipped })
            : t('tasks.previewHint')}
      </p>
    </FormDialog>
  )
}
