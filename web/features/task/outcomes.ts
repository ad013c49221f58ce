import type { Outcome, TaskDetail } from '../../../contract/task.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

/** How work ends that is no contact with a person. */
export const plainOutcome = (outcome: Outcome): outcome is 'done' | 'other' =>
  outcome === 'done' || outcome === 'other'

/** Outcomes that stop more than this task. */
export const stopping = (outcome: Outcome | null): outcome is 'refused' | 'deceased' =>
  outcome === 'refused' || outcome === 'deceased'

type OutcomeKey = { outcome: Outcome; letter: string; tone: Tone }

/** One letter each, shown on the button; Alt + letter works while typing. */
const contactKeys: readonly OutcomeKey[] = [
  { outcome: 'done', letter: 'D', tone: 'success' },
  { outcome: 'unreached', letter: 'U', tone: 'warning' },
  { outcome: 'call-back', letter: 'C', tone: 'info' },
  { outcome: 'refused', letter: 'R', tone: 'neutral' },
  { outcome: 'wrong-number', letter: 'W', tone: 'warning' },
  { outcome: 'readmitted', letter: 'A', tone: 'info' },
  { outcome: 'deceased', letter: 'X', tone: 'neutral' },
  { outcome: 'other', letter: 'O', tone: 'neutral' },
]

/** What a doctor does about a dangerous answer. */
const redFlagKeys: readonly OutcomeKey[] = [
  { outcome: 'advised', letter: 'D', tone: 'success' },
  { outcome: 'sent-to-clinic', letter: 'M', tone: 'info' },
  { outcome: 'sent-to-emergency', letter: 'E', tone: 'warning' },
  { outcome: 'unreached', letter: 'U', tone: 'warning' },
]

export function outcomeKeys(task: TaskDetail): readonly OutcomeKey[] {
  if (task.personId === null) return contactKeys.filter(({ outcome }) => plainOutcome(outcome))
  return task.kind === 'red-flag' && task.alarms.length > 0 ? redFlagKeys : contactKeys
}
