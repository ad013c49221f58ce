import type { ClockRule } from '../clock/rule.ts'
import { moveDue, raisePriority } from '../task/deadline.ts'

export const answerClock = 'dispute.answer'

/** How long the hospital has to answer; its subject is the task that asks for the answer, because anybody may record a dispute. */
export const disputeClock: ClockRule = {
  kind: answerClock,
  subjectKind: 'task',
  allowed: { setting: 'dispute.answer-days', unit: 'working-days' },
  escalations: [{ setting: 'dispute.escalate-days', unit: 'working-days' }],
  fired: (trx, clocks) =>
    raisePriority(
      trx,
      clocks.map((one) => ({ id: one.subjectId, priority: 2 })),
    ),
  timed: (trx, clocks) =>
    moveDue(
      trx,
      clocks.flatMap(({ subjectId, dueAt }) => (dueAt ? { id: subjectId, dueAt } : [])),
    ),
}
