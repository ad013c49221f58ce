import type { SameWords } from '../shape.ts'
import type { launch as reference } from '../zh-CN/launch.ts'

export const launch = {
  title: 'Follow-up of this patient',
  nothing: 'No follow-up of this patient is due',
  nothingHint:
    '“Waiting” has the calls agreed for later, “Done” the finished ones. You can go back to your workstation.',
  end: 'Leave',
  left: 'You have left',
  leftHint: 'To go on with follow-up, open it again from your workstation.',
  ended: 'This session has ended',
  endedHint:
    'It was idle for too long, or somebody ended it. Your answers are saved; open it again from your workstation.',
  used: 'This link was used already',
  usedHint: 'A link opens once. Open it again from your workstation.',
  expired: 'This link has expired',
  expiredHint: 'Open it again from your workstation.',
  closed: 'This link is no longer valid',
  closedHint: 'Open it again from your workstation. If that does not help, ask your IT department.',
  unreachable: 'The server cannot be reached',
  unreachableHint: 'Check the network, then open it again from your workstation.',
} satisfies SameWords<typeof reference>
