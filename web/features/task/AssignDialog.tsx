import { App, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listStaff } from '../../../contract/setting.ts'
import { assignTasks } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useAct, useCall, useCallPages } from '../../query.ts'
import { PickField, TextField } from '../../ui/fields.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { refreshDesk } from './refresh.ts'

type AssignDialogProps = { taskIds: number[]; onClose: (done: boolean) => void }

const back = 'queue'

/** Chooses the colleague and says beforehand how many tasks will really move: a task that somebody is working on stays. */
export function AssignDialog({ taskIds, onClose }: AssignDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const explain = useExplain()
  const { message } = App.useApp()
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState('')
  const staff = useCallPages(
    listStaff,
    { query: { limit: 100, ...(search.trim() && { search: search.trim() }) } },
    { keepPrevious: true },
  )
  const staffId = chosen === back ? null : Number(chosen)
  const preview = useCall(
    assignTasks,
    { body: { taskIds, staffId, dryRun: true } },
    { enabled: chosen !== '', staleTime: 0 },
  )
  const assign = useAct(assignTasks, {
    onSuccess: ({ changed }) => {
      void message.success(t('tasks.assigned', { n: changed }))
      refreshDesk()
      onClose(true)
    },
    onError: (error) => void message.error(explain(error)),
  })
  const options = staff.items
    .filter((one) => one.active)
    .map((one) => ({
      value: String(one.id),
      text: [one.name, code('role', one.role), one.departmentName].filter(Boolean).join(' · '),
    }))
  return (
    <Modal
      open
      title={t('tasks.assignTitle', { n: taskIds.length })}
      okText={t('tasks.assignOk', { n: preview.data?.changed ?? 0 })}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !preview.data?.changed, loading: assign.isPending }}
      onOk={() => assign.mutate({ body: { taskIds, staffId, dryRun: false } })}
      onCancel={() => onClose(false)}
    >
      <div className="stack">
        <TextField label={t('tasks.findStaff')} value={search} onChange={setSearch} autoFocus />
        <PickField
          label={t('tasks.to')}
          value={chosen}
          none={t('tasks.choose')}
          options={[{ value: back, text: t('tasks.backToQueue') }, ...options]}
          onChange={setChosen}
        />
        <p className="secondary" role="status">
          {preview.data
            ? t('tasks.preview', { changed: preview.data.changed, skipped: preview.data.skipped })
            : t('tasks.previewHint')}
        </p>
      </div>
    </Modal>
  )
}
