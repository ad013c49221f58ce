export const messages = {
  title: 'Messages',
  account: 'Every message accounted for',
  name: {
    targeted: 'Targeted',
    sent: 'Sent',
    failed: 'Failed',
    suppressed: 'Held back',
    unknown: 'Unknown',
    underWay: 'Under way',
  },
  how: {
    targeted: 'All messages that were to be sent.',
    sent: 'Accepted by the channel.',
    failed: 'Clearly refused by the channel; the list says why.',
    suppressed: 'Held back before sending: opted out, no consent, deceased, too often and the like.',
    unknown: 'The channel never answered; waits to be reconciled, never sent again blindly.',
    underWay: 'Queued and sending; quiet hours are waited out.',
  },
  equation:
    'Targeted {{targeted}} = sent {{sent}} + failed {{failed}} + held back {{suppressed}} + unknown {{unknown}} + under way {{underWay}}',
  balanced: 'The account balances',
  unbalanced: 'The account is off by {{n}}: tell the IT department',
  filter: {
    status: 'Status',
    all: 'Any status',
  },
  person: 'To',
  channel: 'Channel',
  purpose: 'Purpose',
  subject: 'Subject',
  status: 'Status',
  reason: 'Reason',
  due: 'Due',
  finished: 'Finished',
  empty: 'No messages yet',
  emptyHint:
    'They appear when a patient reaches a message step of a pathway. The mail server is set under Settings · Sending.',
} as const
