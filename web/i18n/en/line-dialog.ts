import type { SameWords } from '../shape.ts'
import type { lineDialog as source } from '../zh-CN/line-dialog.ts'

export const lineDialog = {
  account: 'Telephone system',
  extension: 'Extension',
  extensionHint: 'Of the telephone in front of you',
  sit: 'Sit down',
  browser: 'Answer in this browser',
  sipUser: 'SIP user',
  sipUserHint: 'Empty: the extension',
  sipSecret: 'SIP password',
  sipSecretHint: 'Ask whoever runs the telephone system; only your own browser uses it',
  leave: 'Leave it',
  presence: 'Presence',
  saved: 'Telephone changed',
  nowhere: 'No telephone system is connected at your site',
} as const satisfies SameWords<typeof source>
