import type { Outcome } from '../../../contract/task.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

/** How work ends that is no contact with a person. */
export const plainOutcome = (outcome: Outcome): outcome is 'done' | 'other' =>
  outcome === 'done' || outcome === 'other'

/** One letter each, shown on the button; Alt + letter works while typing. */
export const outcomeKeys: readonly { outcome: Outcome; letter: string; tone: Tone }[] = [
  { outcome: 'done', letter: 'D', tone: 'success' },
  { outcome: 'unreached', letter: 'U', tone: 'warning' },
  { outcome: 'call-back', letter: 'C', tone: 'info' },
  { outcome: 'refused', letter: 'R', tone: 'neutral' },
  { outcome: 'wrong-number', letter: 'W', tone: 'warning' },
  { outcome: 'readmitted', letter: 'A', tone: 'info' },
  { outcome: 'deceased', letter: 'X', tone: 'neutral' },
  { outcome: 'other', letter: 'O', tone: 'neutral' },
]

export const plainKeys = outcomeKeys.filter(({ outcome }) => plainOutcome(outcome))
