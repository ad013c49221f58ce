import { useTranslation } from 'react-i18next'
import { assignTasks } from '../../../contract/task.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCall } from '../../query.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { TextField } from '../../ui/fields.ts'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { useMoved } from '../team/useMoved.tsx'

type AssignDialogProps = { taskIds: number[]; onClose: (done: boolean) => void }

const back = 'queue'

/** Chooses the colleague and says beforehand how many tasks will really move: a task that somebody is working on stays. */
export function AssignDialog({ taskIds, onClose }: AssignDialogProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const moved = useMoved()
  const form = useContractForm(assignTasks, {
    values: { taskIds, staffId: '', reason: '' },
    toBody: (values): object => ({ ...values, staffId: to === '' ? undefined : staffId, dryRun: false }),
    draft: taskIds.join(),
    onDone: (answer) => {
      moved(answer)
      onClose(true)
    },
  })
  const { value: to, ...field } = form.text('staffId')
  const staffId = to === back ? null : Number(to)
  const preview = useCall(
    assignTasks,
    { body: { taskIds, staffId, dryRun: true } },
    { enabled: to !== '', staleTime: 0 },
  )
  return (
    <FormDialog
      title={t('tasks.assignTitle', { n: taskIds.length })}
      okText={t('tasks.assignOk', { n: preview.data?.changed ?? taskIds.length })}
      form={form}
      onClose={() => onClose(false)}
    >
      <StaffPick
        label={t('tasks.to')}
        within="task.assign"
        first={[{ value: back, text: t('tasks.backToQueue') }]}
        value={to}
        {...field}
      />
      <TextField label={t('tasks.why')} {...form.text('reason')} />
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
