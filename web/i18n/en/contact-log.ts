import type { SameWords } from '../shape.ts'
import type { contactLog as zhCN } from '../zh-CN/contact-log.ts'

export const contactLog: SameWords<typeof zhCN> = {
  title: 'Refused contacts',
  person: 'Patient',
  at: 'Time',
  channel: 'Way',
  purpose: 'Purpose',
  reason: 'Reason',
  cause: 'Pathway',
  whatHelps: 'What would allow it',
  help: {
    deceased: 'No more contact',
    'open-dispute': 'The dispute is closed',
    'opted-out': 'The person allows it on their page of wishes',
    'no-consent': 'The person consents and it is recorded',
    'no-address': 'A number or address is added',
    'frequency-cap': 'Fewer contacts lately, or a higher limit',
    'form-closed': 'Not needed any more',
    'no-appointment': 'Another template',
    'no-public-address': 'An administrator sets the public address',
    other: '—',
  },
  allReasons: 'All reasons',
  allChannels: 'All ways',
  allPurposes: 'All purposes',
  days: 'Period',
  lastDays: 'Last {{n}} days',
  counts: 'By reason',
  empty: 'No contact was refused',
  emptyHint: 'In this period every contact went as planned.',
}
