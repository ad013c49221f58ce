import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type TaskDetail, getTask, holdTask, releaseTask } from '../../../contract/task.ts'
import { ApiError, call } from '../../api.ts'
import { queryClient } from '../../query.ts'
import { endContact } from './draft.ts'
import { claimTask, leaveTask } from './oneWindow.ts'
import { refreshDesk } from './refresh.ts'

/** The task as opened, whether it is ours to work, and if not, the refusal or that another window of ours has it. */
export type Work = { task: TaskDetail; held: boolean; refusal: ApiError | null; elsewhere?: boolean }

const workKey = (taskId: number) => ['work', taskId]
const beat = 5 * 60_000

export function rememberWork(task: TaskDetail, held: boolean) {
  queryClient.setQueryData<Work>(workKey(task.id), { task, held, refusal: null })
}

/** Opening takes the task at once; when that is refused it is shown for reading. */
async function open(taskId: number): Promise<Work> {
  const params = { id: taskId }
  if (!(await claimTask(taskId, false, () => lose(taskId))))
    return { task: await call(getTask, { params }), held: false, refusal: null, elsewhere: true }
  try {
    return { task: await call(holdTask, { params }), held: true, refusal: null }
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 403)) throw error
    endContact(taskId)
    return { task: await call(getTask, { params }), held: false, refusal: error }
  }
}

/** Another window of ours goes on with it: here it can only be read, and this window no longer gives it back. */
function lose(taskId: number) {
  queryClient.setQueryData<Work>(workKey(taskId), (work) => work && { ...work, held: false, elsewhere: true })
}

/** Goes on in this window with a task that another one has. */
export async function workHere(taskId: number) {
  await claimTask(taskId, true, () => lose(taskId))
  await queryClient.invalidateQueries({ queryKey: workKey(taskId) })
}

/** An open task was changed in another way than by working on it. */
export function refreshTask(taskId: number) {
  void queryClient.invalidateQueries({ queryKey: workKey(taskId) })
  refreshDesk()
}

export function useWork(taskId: number) {
  const query = useQuery({
    queryKey: workKey(taskId),
    queryFn: () => open(taskId),
    staleTime: Infinity,
    gcTime: 0,
  })
  const held = query.data?.held ?? false

  useEffect(() => {
    if (!held) return
    // The next task comes held from the server, without being opened here.
    void claimTask(taskId, false, () => lose(taskId)).then((free) => free || lose(taskId))
    const release = async () => {
      // An answered task has let go by itself.
      if (queryClient.getQueryData<Work>(workKey(taskId))?.held === false) return
      await call(releaseTask, { params: { id: taskId } }, { keepalive: true })
    }
    // A failure only means that the 15 minutes run out. What closes may be a reload, after which the call goes on.
    const close = () => void release().catch(() => {})
    const prolong = setInterval(() => {
      if (document.visibilityState === 'visible')
        void call(holdTask, { params: { id: taskId } }).catch(() => {})
    }, beat)
    addEventListener('pagehide', close)
    return () => {
      clearInterval(prolong)
      removeEventListener('pagehide', close)
      void release().then(
        () => endContact(taskId),
        () => {},
      )
    }
  }, [taskId, held])

  // A reopened task must ask for the hold anew, so nothing of this visit may stay in the cache.
  useEffect(
    () => () => {
      leaveTask(taskId)
      queryClient.removeQueries({ queryKey: workKey(taskId) })
    },
    [taskId],
  )

  return query
}

/** The result is recorded: there is nothing left to give back. */
export function forgetHold(task: TaskDetail) {
  rememberWork(task, false)
}
