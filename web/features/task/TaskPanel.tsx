import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { reopenTask, type TaskDetail } from '../../../contract/task.ts'
import { queryClient } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { CallBar } from './CallBar.tsx'
import { ClosedTask } from './ClosedTask.tsx'
import { ContactRefused } from './ContactRefused.tsx'
import { PersonCard } from './PersonCard.tsx'
import { PhotoProvider, taskPhotos } from './photos.ts'
import { OthersRedFlag } from './RedFlagBrief.tsx'
import { refreshDesk } from './refresh.ts'
import { TaskWork } from './TaskWork.tsx'
import { useCalling } from './useCalling.ts'
import { type Work, useWork, workHere } from './useWork.ts'
import { useDo } from '../../ui/useDo.ts'

type TaskPanelProps = {
  taskId: number
  onNext: (afterTaskId: number) => Promise<TaskDetail | null>
  onOpen: (taskId: number | null) => void
}

const restOnOutcomes = () => document.querySelector<HTMLElement>('[data-outcomes]')?.focus()

/** Middle and right of the desk: the work and the person. */
export function TaskPanel({ taskId, onNext, onOpen }: TaskPanelProps) {
  const { t } = useTranslation()
  const work = useWork(taskId)
  const calling = useCalling(work.data?.task, work.data?.held ?? false)
  const sees = may(useMe(), 'person.reveal')
  const photos = useMemo(() => (sees ? taskPhotos(taskId) : null), [sees, taskId])
  const reopen = useDo(reopenTask, {
    done: t('desk.reopened'),
    onDone: () => {
      void queryClient.invalidateQueries({ queryKey: ['work', taskId] })
      refreshDesk()
    },
  })

  const back = (
    <Link to="/desk" search={((old: object) => old) as never} className="desk-back">
      <ArrowLeftOutlined aria-hidden /> {t('desk.backToList')}
    </Link>
  )

  if (work.isPending) {
    return (
      <section className="desk-work" aria-label={t('desk.work')}>
        {back}
        <div role="status" aria-label={t('common.loading')} className="desk-skeleton">
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      </section>
    )
  }
  if (work.isError) {
    return (
      <section className="desk-work" aria-label={t('desk.work')}>
        {back}
        <ErrorState error={work.error} onRetry={() => void work.refetch()} />
      </section>
    )
  }

  const { task, held, refusal, elsewhere }: Work = work.data
  const closed = task.status === 'completed' || task.status === 'cancelled'
  return (
    <>
      <section className="desk-work" aria-label={t('desk.work')}>
        {back}
        <CallBar {...{ task, calling, held }} onShown={restOnOutcomes} />
        <PhotoProvider value={photos}>
          {closed ? (
            <ClosedTask
              task={task}
              busy={reopen.isPending}
              onReopen={() => reopen.mutate({ params: { id: task.id } })}
            />
          ) : (
            <>
              {!held && refusal?.id === 'contact-refused' && <ContactRefused task={task} />}
              {elsewhere && (
                <div className="notice tone-warning" role="alert">
                  <strong>{t('desk.elsewhere')}</strong>
                  <Button onClick={() => void workHere(taskId)}>{t('desk.workHere')}</Button>
                </div>
              )}
              {task.ofOthers && <OthersRedFlag task={task} />}
              {!held && refusal && !['contact-refused', 'red-flag-of-others'].includes(refusal.id) && (
                <div className="notice tone-warning" role="alert">
                  <div>
                    <strong>
                      {refusal.status === 403
                        ? t('desk.readOnly')
                        : task.heldByName
                          ? t('desk.heldTitle', { name: task.heldByName })
                          : t('desk.heldTitleUnknown')}
                    </strong>
                    {refusal.status === 409 && <p className="secondary">{t('desk.heldHint')}</p>}
                  </div>
                  {refusal.status === 409 && (
                    <Button onClick={() => void work.refetch()} loading={work.isFetching}>
                      {t('desk.takeOver')}
                    </Button>
                  )}
                </div>
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
