import { SendOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listTaskLinks } from '../../../contract/questionnaire-link.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { useTime } from '../../format/useTime.ts'
import { queryClient, useCall } from '../../query.ts'
import { Notice } from '../../ui/Notice.tsx'

const LinkDialog = lazy(() => import('./LinkDialog.tsx'))

/** What the person does by a link, beside the questions: send one, and see what came back. */
export function LinkBar({ task, canWork }: { task: TaskDetail; canWork: boolean }) {
  const { t } = useTranslation()
  const time = useTime()
  const [open, setOpen] = useState(false)
  const byPerson = task.response?.source === 'person'
  const links = useCall(
    listTaskLinks,
    { params: { id: task.id } },
    { enabled: canWork && !byPerson, refetchInterval: 15_000 },
  )
  if (!task.questionnaire) return null
  const arrived =
    !byPerson && links.data?.items.some((link) => link.usedAt !== null && isNew(link.usedAt, task))
  return (
    <>
      {byPerson && (
        <Notice tone="success" title={t('links.answered')}>
          {t('links.answeredHint', { time: time.moment(task.response?.updatedAt ?? '') })}
        </Notice>
      )}
      {arrived && (
        <Notice
          tone="info"
          title={t('links.arrived')}
          action={
            <Button
              type="primary"
              onClick={() => void queryClient.invalidateQueries({ queryKey: ['work', task.id] })}
            >
              {t('links.load')}
            </Button>
          }
        >
          {t('links.arrivedHint')}
        </Notice>
      )}
      {canWork && (
        <Button size="small" icon={<SendOutlined aria-hidden />} onClick={() => setOpen(true)}>
          {t('links.open')}
        </Button>
      )}
      <Suspense fallback={null}>
        {open && <LinkDialog taskId={task.id} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  )
}

/** Handed in after what the screen shows. */
function isNew(usedAt: string, task: TaskDetail): boolean {
  return !task.response || new Date(usedAt) > new Date(task.response.updatedAt)
}
