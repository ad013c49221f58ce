import { ReadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TaskDetail } from '../../../contract/task.ts'
import { Key, useKey } from '../task/Key.tsx'

const GuidanceDialog = lazy(() => import('./GuidanceDialog.tsx'))

/** Texts to read aloud or send while one is on the telephone. */
export function GuidanceBar({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  useKey('G', () => setOpen(true), !open)
  return (
    <>
      <Button size="small" icon={<ReadOutlined aria-hidden />} onClick={() => setOpen(true)}>
        <Key letter="G" /> {t('guidance.open')}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <GuidanceDialog taskId={task.id} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
