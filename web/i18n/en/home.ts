import type { SameWords } from '../shape.ts'
import type { home as reference } from '../zh-CN/home.ts'

export const home = {
  title: 'Hello, {{name}}',
  today: 'My day',
  start: 'Start calling',
  look: 'Open the desk',
  own: { redFlags: 'Red flags', late: 'Overdue', todo: 'Ready to call', later: 'Promised for later' },
  waiting: 'Waiting for you',
  nothing: 'Everything is dealt with.',
  lateOf: 'Overdue: {{n}}',
  kind: {
    tasks: 'My follow-up tasks',
    team: 'Overdue tasks of the department',
    instructions: 'Instructions to carry out',
    results: 'Results to file',
    objections: 'Spot checks that disagree with my result',
    appeals: 'Appeals to decide',
    findings: 'Findings of the head to acknowledge',
    matches: 'Records that may be one person',
    intake: 'Messages that could not be applied',
    outbound: 'Sent messages that were rejected',
  },
  feeds: 'Feeds',
  backlog: 'Messages to be applied',
  silent: '{{sender}} has been silent for long',
  allSpeak: 'All {{n}} systems send as usual.',
  noFavourites: 'The star beside a page keeps it here and at the top of the menu.',
  figures: 'Follow-up of the last 30 days',
} satisfies SameWords<typeof reference>
