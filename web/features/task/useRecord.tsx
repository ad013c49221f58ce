import { App } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import { type Outcome, type TaskDetail } from '../../../contract/task.ts'
import { completeTask, recordAttempt, reopenTask } from '../../../contract/task-result.ts'
import { call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { newKey } from '../../key.ts'
import { keyOf, queryClient } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import type { Result } from './OutcomeBar.tsx'
import { plainOutcome } from './outcomes.ts'
import { refreshDesk } from './refresh.ts'
import { outcomeGroup, subjectName } from './subject.ts'
import type { Calling } from './useCalling.ts'
import { forgetHold } from './useWork.ts'

type UseRecord = {
  task: TaskDetail
  onNext: (afterTaskId: number) => Promise<TaskDetail | null>
  onOpen: (taskId: number | null) => void
  settle: () => Promise<void>
  calling: Calling
  onRecorded: () => void
  /** It was not recorded: what {@link UseRecord.settle} held back is ours to save again. */
  onRefused: () => void
}

/** Records the result, offers to take it back, and moves on. */
export function useRecord({ task, onNext, onOpen, settle, calling, onRecorded, onRefused }: UseRecord) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  // One key for one opening of the form: a second press or a repeated request records one attempt.
  const [idempotencyKey] = useState(newKey)

  async function undo(close: () => void) {
    close()
    try {
      await call(reopenTask, { params: { id: task.id } })
      refreshDesk()
      onOpen(task.id)
    } catch (error) {
      void message.error(explain(error))
    }
  }

  function showResult(recorded: TaskDetail, outcome: Outcome) {
    const key = `recorded-${task.id}`
    const close = () => message.destroy(key)
    const told = { name: subjectName(task), outcome: code(outcomeGroup(task), outcome) }
    const waiting = recorded.status !== 'completed' && recorded.nextAttemptAt
    void message.open({
      key,
      type: 'success',
      duration: 8,
      content: (
        <>
          {waiting
            ? t('desk.recordedWaiting', { ...told, time: time.moment(waiting) })
            : t('desk.recorded', told)}{' '}
          {recorded.abilities.reopen && (
            <button type="button" className="plain-button" onClick={() => void undo(close)}>
              {t('common.undo')}
            </button>
          )}
        </>
      ),
    })
  }

  const noteOf = (result: Result) => (result.note.trim() ? { note: result.note.trim() } : {})

  function complete(result: Result & { outcome: Outcome }) {
    const outcome = plainOutcome(result.outcome) ? result.outcome : 'other'
    return call(completeTask, { params: { id: task.id }, body: { outcome, ...noteOf(result) } })
  }

  function attempt(result: Result & { outcome: Outcome }, answers: Answers) {
    return call(recordAttempt, {
      params: { id: task.id },
      body: {
        outcome: result.outcome,
        channel: result.channel,
        idempotencyKey,
        optOut: result.outcome === 'refused' && result.optOut,
        ...(Object.keys(answers).length > 0 ? { answers, basedOn: task.response?.updatedAt ?? null } : {}),
        ...noteOf(result),
        ...(result.outcome === 'call-back' ? { callBackAt: new Date(result.callBackAt).toISOString() } : {}),
        ...calling.result(),
      },
    })
  }

  async function run(result: Result & { outcome: Outcome }, answers: Answers, goOn: boolean) {
    setBusy(true)
    let done = false
    try {
      await settle()
      const recorded = await (task.personId === null ? complete(result) : attempt(result, answers))
      done = true
      onRecorded()
      forgetHold(recorded)
      if (task.personId !== null)
        void queryClient.invalidateQueries({ queryKey: keyOf(getPerson, { params: { id: task.personId } }) })
      void queryClient.invalidateQueries({ queryKey: keyOf(getTimeline) })
      showResult(recorded, result.outcome)
      if (goOn) {
        const next = await onNext(task.id)
        if (!next) void message.info(t('desk.nothingNext'))
      } else {
        refreshDesk()
        onOpen(null)
      }
    } catch (error) {
      void message.error(explain(error))
      if (!done) onRefused()
    } finally {
      setBusy(false)
    }
  }

  return { run, busy }
}
