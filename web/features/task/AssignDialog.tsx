import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { assignTasks } from '../../../contract/task.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { TextField } from '../../ui/fields.ts'
import { StaffPick } from '../team/StaffPick.tsx'
import { useMoved } from '../team/useMoved.tsx'
import { useDo } from '../../ui/useDo.ts'

type AssignDialogProps = { taskIds: number[]; onClose: (done: boolean) => void }

const back = 'queue'

/** Chooses the colleague and says beforehand how many tasks will really move: a task that somebody is working on stays. */
export function AssignDialog({ taskIds, onClose }: AssignDialogProps) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState('')
  const [reason, setReason] = useState('')
  const moved = useMoved()
  const staffId = chosen === back ? null : Number(chosen)
  const preview = useCall(
    assignTasks,
    { body: { taskIds, staffId, dryRun: true } },
    { enabled: chosen !== '', staleTime: 0 },
  )
  const assign = useDo(assignTasks, {
    onDone: (answer) => {
      moved(answer)
      onClose(true)
    },
  })
  return (
    <Dialog
      title={t('tasks.assignTitle', { n: taskIds.length })}
      ok={{
        text: t('tasks.assignOk', { n: preview.data?.changed ?? 0 }),
        disabled: !preview.data?.changed,
        loading: assign.isPending,
        onClick: () =>
          assign.mutate({
            body: { taskIds, staffId, dryRun: false, ...(reason.trim() && { reason: reason.trim() }) },
          }),
      }}
      onClose={() => onClose(false)}
    >
      <div className="stack">
        <StaffPick
          label={t('tasks.to')}
          value={chosen}
          first={[{ value: back, text: t('tasks.backToQueue') }]}
          onChange={setChosen}
        />
        <TextField label={t('tasks.why')} value={reason} maxLength={200} onChange={setReason} />
        <p className="secondary" role="status">
          {preview.data
            ? t('tasks.preview', { changed: preview.data.changed, skipped: preview.data.skipped })
            : t('tasks.previewHint')}
        </p>
      </div>
    </Dialog>
  )
}
