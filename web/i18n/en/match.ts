import type { SameWords } from '../shape.ts'
import type { match as chinese } from '../zh-CN/match.ts'

export const match = {
  compareTitle: 'Two records side by side',
  compareHint:
    'Check, then choose which one stays. Visits, follow-up and messages of the other go to it; both can be separated again at any time.',
  field: 'Field',
  agreement: 'Agreement',
  stays: 'Stays',
  goesIn: 'Goes in',
  lastVisit: 'Last visit',
  attached: 'On this record',
  nothing: 'Nothing',
  counts: {
    encounters: '{{n}} visits',
    tasks: '{{n}} tasks',
    enrollments: '{{n}} pathways',
    messages: '{{n}} messages',
    responses: '{{n}} questionnaires',
    events: '{{n}} events',
  },
  reason: 'Reason',
  reasons: {
    merge: { one: 'Identity card checked', two: 'Confirmed by telephone', three: 'Registered twice' },
    separate: { one: 'Merged by mistake', two: 'Relatives share a number', three: 'The patient asked' },
  },
  merge: 'Merge',
  mergedDone: 'Merged; can be separated on the person page',
  alreadyOne: 'These two records are one person already',
  records: 'Merged records',
  noRecords: 'No other record was merged',
  mergeWith: 'Merge with another record',
  findOther: 'Find the other record',
  mergedBy: '{{time}} {{who}} {{how}}',
  separate: 'Separate',
  separateNamed: 'Separate {{name}}',
  separateTitle: 'Separate merged records',
  separateHint:
    'Everything goes back to its true owner, also what happened after the merge. Follow-up that stopped because of the other record goes on.',
  goesBack: 'Back to {{name}}',
  staysWith: 'Stays with {{name}}',
  separatedDone: 'Separated',
  foundAs: 'Record {{names}}',
  mergeChosen: 'Merge the two chosen',
  chooseTwo: 'Choose two persons to compare and merge',
  shownInstead: 'The record you opened was merged into this person',
} as const satisfies SameWords<typeof chinese>
