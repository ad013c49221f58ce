import type { SameWords } from '../shape.ts'
import type { headChecks as chinese } from '../zh-CN/head-checks.ts'

export const headChecks = {
  title: 'Monthly check',
  hint: 'Each month the head of a department checks the doctors’ level-1 follow-up of the month before: figures, a few results, a finding. The doctor takes note of it.',
  verdict: 'Finding',
  notYet: 'Not checked',
  when: 'Checked',
  read: 'noted by the doctor',
  check: 'Check',
  look: 'Look',
  acknowledge: 'Noted',
  acknowledged: 'Recorded that you took note',
  progress: '{{done}} of {{all}} checked, due by {{day}}',
  running: 'This month is not over; it is checked next month',
  none: 'No doctors to check in this month',
  of: '{{name}} · level 1 of {{month}}',
  saved: 'Finding saved',
  sample: 'Some results to read',
  sampleHint: 'Chosen by month and task number, by nobody; a name opens the whole record.',
  attempts: '{{n}} attempts',
  seconds: '{{n}} s on the phone',
  noSample: 'No finished results.',
  remark: 'Remark',
  remarkHint: 'Where something needs work, say what and how; the doctor reads it.',
} satisfies SameWords<typeof chinese>
