import type { SameWords } from '../shape.ts'
import type { waitlist as reference } from '../zh-CN/waitlist.ts'

export const waitlist = {
  title: 'Waitlist',
  join: 'Put on the waitlist',
  added: 'On the waitlist',
  leave: 'Take off the list',
  removed: 'Off the waitlist',
  turn: 'Turn',
  days: 'Days wanted',
  offer: 'Latest offer',
  until: 'To be answered by {{until}}',
  since: 'Since',
  earliest: 'Not before',
  latest: 'Not after',
  partOfDay: 'Time of day',
  anyTime: 'Any',
  anyDoctor: 'Any doctor',
  part: { morning: 'Morning', afternoon: 'Afternoon' },
  urgent: 'Urgent, before all others',
  status: { waiting: 'Waiting', booked: 'Booked', withdrawn: 'Left', expired: 'Over' },
  offerStatus: { accepted: 'Taken', declined: 'Declined', expired: 'Not answered', withdrawn: 'Withdrawn' },
  usual: { booked: 'Booked otherwise', unneeded: 'No longer needed' },
  none: 'Nobody waits',
  noneHint:
    'Where no slot suits, put the patient on the list here or while booking; whoever waits longest is told of a freed slot first.',
  instead: 'No slot that suits? Put on the waitlist',
} satisfies SameWords<typeof reference>
