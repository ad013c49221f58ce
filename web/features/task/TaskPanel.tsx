import { Link } from '@tanstack/react-router'
import { Suspense, lazy, useMemo } from 'react'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type TaskDetail } from '../../../contract/task.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { CallBar } from './CallBar.tsx'
import { PersonCard } from './PersonCard.tsx'
import { PhotoProvider, taskPhotos } from './photos.ts'
import { OthersRedFlag } from './RedFlagBrief.tsx'
import { TaskWork } from './TaskWork.tsx'
import { useCalling } from './useCalling.ts'
import { type Work, useWork, workHere } from './useWork.ts'

const ClosedTask = lazy(() => import('./ClosedTask.tsx'))
const ContactRefused = lazy(() => import('./ContactRefused.tsx'))

type TaskPanelProps = {
  taskId: number
  onNext: (afterTaskId: number) => Promise<TaskDetail | null>
  onOpen: (taskId: number | null) => void
}

const restOnOutcomes = () => document.querySelector<HTMLElement>('[data-outcomes]')?.focus()

/** Middle and right of the desk: the work and the person. */
export function TaskPanel(props: TaskPanelProps) {
  const { t } = useTranslation()
  const work = useWork(props.taskId)
  // Whoever takes the task begins a contact of their own.
  if (work.data) return <OpenTask key={String(work.data.held)} {...props} work={work} {...work.data} />
  return (
    <section className="desk-work" aria-label={t('desk.work')}>
      <BackToList />
      {work.isError ? (
        <ErrorState error={work.error} onRetry={() => void work.refetch()} />
      ) : (
        <div role="status" aria-label={t('common.loading')} className="desk-skeleton">
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      )}
    </section>
  )
}

function BackToList() {
  const { t } = useTranslation()
  return (
    <Link to="/desk" search={((old: object) => old) as never} className="desk-back">
      <span aria-hidden>‹</span> {t('desk.backToList')}
    </Link>
  )
}

type OpenTaskProps = TaskPanelProps & Work & { work: ReturnType<typeof useWork> }

function OpenTask(props: OpenTaskProps) {
  const { taskId, task, held, refusal, elsewhere, work, onNext, onOpen } = props
  const { t } = useTranslation()
  const calling = useCalling(task, held)
  const sees = may(useMe(), 'person.reveal')
  const photos = useMemo(() => (sees ? taskPhotos(taskId) : null), [sees, taskId])
  const closed = task.status === 'completed' || task.status === 'cancelled'
  return (
    <>
      <section className="desk-work" aria-label={t('desk.work')}>
        <BackToList />
        <CallBar {...{ task, calling, held }} onShown={restOnOutcomes} />
        <PhotoProvider value={photos}>
          {closed ? (
            <Suspense fallback={null}>
              <ClosedTask task={task} />
            </Suspense>
          ) : (
            <>
              <Suspense fallback={null}>
                {!held && refusal?.id === 'contact-refused' && <ContactRefused task={task} />}
              </Suspense>
              {elsewhere && (
                <Notice
                  tone="warning"
                  title={t('desk.elsewhere')}
                  action={<Button onClick={() => void workHere(taskId)}>{t('desk.workHere')}</Button>}
                />
              )}
              {task.ofOthers && <OthersRedFlag task={task} />}
              {!held && refusal && !['contact-refused', 'red-flag-of-others'].includes(refusal.id) && (
                <Notice
                  tone="warning"
                  title={
                    refusal.status === 403
                      ? t('desk.readOnly')
                      : task.heldByName
                        ? t('desk.heldTitle', { name: task.heldByName })
                        : t('desk.heldTitleUnknown')
                  }
                  action={
                    refusal.status === 409 && (
                      <Button onClick={() => void work.refetch()} loading={work.isFetching}>
                        {t('desk.takeOver')}
                      </Button>
                    )
                  }
                >
                  {refusal.status === 409 && t('desk.heldHint')}
                </Notice>
              )}
              <TaskWork
                // What the person handed in meanwhile is a new start.
                key={`${task.id}-${held}-${task.response?.source === 'person' ? task.response.updatedAt : ''}`}
                {...{ task, calling, onNext, onOpen }}
                canWork={held}
              />
            </>
          )}
        </PhotoProvider>
      </section>
      <PersonCard {...{ task, calling, held }} />
    </>
  )
}
