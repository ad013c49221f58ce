import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { assignTasks } from '../../../contract/task.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCall } from '../../query.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { TextField } from '../../ui/fields.ts'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useMoved } from '../team/useMoved.tsx'

type AssignDialogProps = { taskIds: number[]; onClose: (done: boolean) => void }

const back = 'queue'

/** Chooses the colleague and says beforehand how many tasks will really move: a task that somebody is working on stays. */
export function AssignDialog({ taskIds, onClose }: AssignDialogProps) {
  const { t } = useTranslation()
  const [to, setTo] = useState('')
  const staffId = to === back ? null : Number(to)
  const moved = useMoved()
  const preview = useCall(
    assignTasks,
    { body: { taskIds, staffId, dryRun: true } },
    { enabled: to !== '', staleTime: 0 },
  )
  const form = useContractForm(assignTasks, {
    values: { taskIds, reason: '' },
    toBody: (values) => ({ ...values, ...(to && { staffId }), dryRun: false }),
    draft: false,
    onDone: (answer) => {
      moved(answer)
      onClose(true)
    },
  })
  return (
    <FormDialog
      title={t('tasks.assignTitle', { n: taskIds.length })}
      okText={t('tasks.assignOk', { n: preview.data?.changed ?? taskIds.length })}
      form={form}
      onClose={() => onClose(false)}
    >
      <StaffPick
        label={t('tasks.to')}
        value={to}
        error={form.errors['staffId']}
        first={[{ value: back, text: t('tasks.backToQueue') }]}
        onChange={setTo}
      />
      <TextField label={t('tasks.why')} {...form.text('reason')} />
      <p className="secondary" role="status">
        {preview.data
          ? t('tasks.preview', { changed: preview.data.changed, skipped: preview.data.skipped })
          : t('tasks.previewHint')}
      </p>
    </FormDialog>
  )
}
