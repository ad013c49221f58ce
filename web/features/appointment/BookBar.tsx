import { CalendarOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TaskDetail } from '../../../contract/task.ts'
import { may, useMe } from '../../session.tsx'

const BookDialog = lazy(() => import('./BookDialog.tsx'))

/** Books a return visit while the patient is on the phone, from the places kept for follow-up. */
export default function BookBar({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  const [open, setOpen] = useState(false)
  if (task.personId === null || !may(me, 'appointment.write')) return null
  return (
    <>
      <Button icon={<CalendarOutlined />} onClick={() => setOpen(true)}>
        {t('keptSlots.bookReturn')}
      </Button>
      {open && (
        <Suspense>
          <BookDialog
            person={{ id: task.personId, name: task.personName ?? '' }}
            taskId={task.id}
            usualChannel="follow-up"
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  )
}
