import { lazy, Suspense } from 'react'
import type { TaskDetail } from '../../../contract/task.ts'

const VoiceCalls = lazy(() => import('../voice/VoiceCalls.tsx'))

/** What the machine asked and heard, where it called about this task. */
export function VoiceHistory({ task }: { task: TaskDetail }) {
  // A call leaves the answers, an attempt, or the reason why the machine left the task to people.
  const called = task.standing.some((one) => one.kind === 'machine') || task.response?.channel === 'voice'
  if (!called) return null
  return (
    <Suspense fallback={null}>
      <VoiceCalls taskId={task.id} />
    </Suspense>
  )
}
