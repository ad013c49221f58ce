import type { Behaviour } from '../../sim/voice-patients.ts'

/** What must have become of a patient's task after two days of two tries, written from the requirements and not from the program. */
export type Expected = {
  /** How each call ended, in order. */
  outcomes: string[]
  task: 'completed' | 'open'
  /** Why people have it now. */
  machine: string
  attempts: number
  redFlag: boolean
  /** How many answers were kept. */
  answers: number
  urgent: boolean
}

const done: Expected = {
  outcomes: ['completed'],
  task: 'completed',
  machine: 'first',
  attempts: 1,
  redFlag: false,
  answers: 5,
  urgent: false,
}
const left = (outcome: string, machine: string, more: Partial<Expected> = {}): Expected => ({
  outcomes: [outcome],
  task: 'open',
  machine,
  attempts: 1,
  redFlag: false,
  answers: 0,
  urgent: false,
  ...more,
})
const twice = (outcome: string): Expected => ({
  ...left(outcome, 'tries'),
  outcomes: [outcome, outcome],
  attempts: 2,
})

export const expected: Record<Behaviour, Expected> = {
  answers: done,
  'wrong-keys': done,
  interrupts: done,
  'dangerous-takes-it-back': done,
  later: { ...done, outcomes: ['no-answer', 'completed'], attempts: 2 },
  silent: twice('silent'),
  'hangs-up-at-once': twice('hung-up'),
  recorder: twice('machine'),
  busy: twice('busy'),
  'no-answer': twice('no-answer'),
  rejects: twice('no-answer'),
  'hangs-up-in-the-middle': left('partly', 'partly', { answers: 2 }),
  'falls-silent': left('partly', 'partly', { answers: 2 }),
  dangerous: left('red-flag', 'red-flag', { redFlag: true, answers: 1, urgent: true }),
  'dangerous-hangs-up': left('partly', 'doubtful-flag', { urgent: true }),
  'asks-for-person': left('asked-for-person', 'asked-for-person', { answers: 1, urgent: true }),
  'wrong-year': left('not-identified', 'not-identified'),
  'wrong-person': left('wrong-person', 'wrong-person'),
  unobtainable: left('unobtainable', 'unobtainable'),
  speaks: done,
  mumbles: done,
  'among-noise': done,
  'wants-it-again': done,
  'says-wrong-year': done,
  'asks-aloud': left('asked-for-person', 'asked-for-person', { answers: 1, urgent: true }),
  // Spoken, and confirmed by a key.
  'speaks-danger': left('red-flag', 'red-flag', { redFlag: true, answers: 1, urgent: true }),
  // Speech confirms nothing: somebody calls at once.
  'speaks-danger-only': left('partly', 'doubtful-flag', { urgent: true }),
}
